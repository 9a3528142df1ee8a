"""`flask alerts explain` says what would be sent, and why or why not."""

from datetime import date
from typing import Any

from flask import Flask

from partnerdir.directory.models import Service
from partnerdir.funding.rules import EndKind
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, WORKER, a_watched_service, a_watcher, days, deliver_on, noon, scan_on, unwatch


def explained(app: Flask, day: date = TODAY, email: str = WORKER, service: str = "Harbour Family Support") -> str:
    """What the command says."""
    answer = app.test_cli_runner().invoke(args=["alerts", "explain", service, "--on", day.isoformat(), "--for", email])
    return str(answer.output)


def a_service(ends_on: date | None = END, **window: Any) -> Service:
    with noon(TODAY), make.saved():
        return a_watched_service(ends_on, **window)


def test_what_would_be_sent_is_said_with_its_reason(app: Flask) -> None:
    a_service()
    said = explained(app)
    assert f"Harbour Family Support, for {WORKER}, on 15 January 2027:" in said
    assert "You watch this service." in said
    assert "To be told: Funding for Harbour Family Support ends on 9 February 2027, in 3 weeks." in said
    assert "It is the warning of 30 days, the nearest that has been passed." in said
    assert "It takes the place of the warnings of 60, 90, 180 days." in said


def test_what_was_told_already_is_not_told_again(app: Flask, settings: Settings) -> None:
    a_service()
    scan_on(settings, TODAY)
    assert "The warning of 30 days: it waits to be sent." in explained(app)
    deliver_on(settings, TODAY)
    said = explained(app)
    assert "Nothing new of this: Funding for Harbour Family Support ends on 9 February 2027" in said
    assert "The warning of 30 days: it was sent on 15 January 2027." in said
    assert "To be told" not in said
    assert "It is the warning of 14 days" in explained(app, TODAY + days(12))


def test_an_end_beyond_the_first_warning_says_when_that_is(app: Flask) -> None:
    a_service(TODAY + days(300))
    assert "that is beyond the first warning, which goes out on 15 May 2027." in explained(app)


def test_an_end_that_is_not_known_or_not_there_says_so(app: Flask) -> None:
    a_service(None, end_kind=EndKind.UNKNOWN)
    assert "no day on which confirmed money ends is recorded" in explained(app)


def test_money_without_an_end_says_so(app: Flask) -> None:
    a_service(None, end_kind=EndKind.OPEN_ENDED)
    assert "the money has no end date" in explained(app)


def test_whoever_saw_that_it_had_ended_is_not_told(app: Flask) -> None:
    a_service(TODAY - days(40))
    assert "It had ended when the watch began" in explained(app)


def test_whoever_does_not_watch_or_has_no_open_account_is_told_nothing(app: Flask) -> None:
    service = a_service()
    with make.saved():
        unwatch(service)
    assert f"Nothing: {WORKER} does not watch Harbour Family Support" in explained(app)
    with make.saved():
        a_watcher().active = False
    assert f"Nothing: the account {WORKER} is closed." in explained(app)


def test_a_service_and_an_account_that_are_not_there_are_named(app: Flask) -> None:
    a_service()
    with make.saved():
        make.a_service("Harbour Family Centre")
    assert "No service has 'Nowhere' in its name." in explained(app, service="Nowhere")
    assert "Several services have this in their names." in explained(app, service="Harbour Family")
    assert "There is no account with this e-mail address." in explained(app, email="nobody@housing.example")


def test_the_audit_command_says_each_difference_and_ends_with_one(app: Flask) -> None:
    with noon(TODAY - days(5)), make.saved():
        a_watched_service(END, day=TODAY - days(5))
    with noon(TODAY):
        answer = app.test_cli_runner().invoke(args=["alerts", "audit"])
    assert answer.exit_code == 1
    assert f"{WORKER} should have been told, by 10 January 2027, that the money of Harbour Family Support" in answer.output
    assert answer.output.endswith("1 different.\n")


def test_the_audit_command_is_content_with_a_ledger_that_is_right(app: Flask, settings: Settings) -> None:
    a_service()
    scan_on(settings, TODAY, TODAY + days(1))
    with noon(TODAY + days(2)):
        answer = app.test_cli_runner().invoke(args=["alerts", "audit", "--since", "2027-01-01"])
    assert answer.exit_code == 0
    assert answer.output == "Everybody was told what they should have been told since 1 January 2027, once.\n"
