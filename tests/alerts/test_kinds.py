"""What else than an end is told, and to whom: late decisions, parts, ends that moved, pauses, contacts that leave."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from partnerdir.alerts.models import Delivery
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import EndKind, Renewal
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    WORKER,
    a_watched_service,
    days,
    deliver_on,
    ledger,
    move_end,
    scan_on,
    watch,
)
from tests.alerts.post import Post


def kinds(email: str = WORKER, state: str = "") -> list[str]:
    """The kinds of alert that somebody was told or is to be told, the last of the alphabet first."""
    return sorted((kind for who, kind, *_, its_state in ledger() if who == email and state in ("", its_state)), reverse=True)


def last_words(server: Post) -> str:
    """The plain part of the mail that came last, on one line."""
    body = server.mails[-1].get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def change_status(service: Service, status: ServiceStatus) -> None:
    """Changes the status, in a transaction of its own."""
    with make.saved():
        directory.change_service(service, {"status": status})


def test_an_overdue_decision_is_told_at_once_and_again_each_week_until_it_is_recorded(
    settings_on_both: Settings, mail_server: Post
) -> None:
    due = TODAY - days(1)
    with make.saved():
        service_id = a_watched_service(TODAY + days(300), renewal=Renewal.APPLIED, decision_due_on=due).id
    scan_on(settings_on_both, *(TODAY + days(day) for day in range(15)))
    assert [(kind, weeks) for _, kind, _, weeks, _ in ledger()] == [("decision_late", -week) for week in range(3)]
    deliver_on(settings_on_both, TODAY + days(14))
    assert kinds(state="sent") == ["decision_late"]
    assert "the decision on more money for a service you watch is late" in mail_server.mails[0]["Subject"]
    assert "It has been late since 14 January 2027, 2 weeks ago." in last_words(mail_server)
    move_end(service_id, TODAY + days(300), renewal=Renewal.AGREED)
    scan_on(settings_on_both, TODAY + days(30))
    assert len(ledger()) == 3


def test_after_the_end_a_late_decision_is_told_from_the_second_week_on(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY, renewal=Renewal.EXTENSION_REQUESTED)
    scan_on(settings, *(TODAY + days(day) for day in range(22)))
    told = [(kind, threshold) for _, kind, _, threshold, _ in ledger()]
    assert told == [("ending", 0), ("ended", -1), *(("decision_late", -week) for week in (1, 2, 3))]


def test_three_weeks_of_downtime_tell_a_late_decision_once(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(300), renewal=Renewal.APPLIED, decision_due_on=TODAY - days(1))
    scan_on(settings, TODAY + days(21))
    assert [(kind, weeks) for _, kind, _, weeks, _ in ledger()] == [("decision_late", -3)]


def test_a_decision_recorded_before_its_mail_is_sent_drops_the_mail(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(300), renewal=Renewal.APPLIED, decision_due_on=TODAY - days(1)).id
    scan_on(settings, TODAY)
    move_end(service_id, TODAY + days(300), renewal=Renewal.AGREED)
    assert deliver_on(settings) == {"dropped": 1}


def test_a_part_that_ends_is_told_at_each_threshold_and_not_as_the_end_of_the_service(
    app: Flask, settings: Settings, mail_server: Post
) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900))
        make.a_window(service, END, fund=make.a_fund("Part", "Another"), is_essential=False)
    scan_on(settings, *(TODAY + days(day) for day in range(13)))
    assert [(kind, threshold) for _, kind, _, threshold, _ in ledger()] == [("part_ending", 30), ("part_ending", 14)]
    deliver_on(settings, TODAY + days(12))
    assert "Part of the funding for Harbour Family Support ends on 9 February 2027" in last_words(mail_server)
    assert "The service goes on." in last_words(mail_server)


def warned(settings: Settings) -> Service:
    """A service of whose end its watcher was told."""
    with make.saved():
        service = a_watched_service(END)
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"sent": 1}
    return service


def test_an_end_that_moved_away_is_told_to_those_who_were_warned_and_to_nobody_else(
    settings_on_both: Settings, mail_server: Post
) -> None:
    service = warned(settings_on_both)
    with make.saved():
        watch(service, "late@housing.example")
    move_end(service.id, TODAY + days(400))
    scan_on(settings_on_both, TODAY, TODAY)
    assert deliver_on(settings_on_both) == {"sent": 1}
    scan_on(settings_on_both, TODAY + days(1))
    assert (kinds(), kinds("late@housing.example")) == (["extended", "ending"], [])
    assert "Funding for Harbour Family Support goes on for longer, until 19 February 2028" in last_words(mail_server)
    assert "We last told you of 9 February 2027" in last_words(mail_server)


def test_money_without_an_end_after_a_warning_is_told_as_such(app: Flask, settings: Settings, mail_server: Post) -> None:
    service = warned(settings)
    move_end(service.id, None, end_kind=EndKind.OPEN_ENDED)
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert "Funding for Harbour Family Support goes on, with no end date." in last_words(mail_server)
    scan_on(settings, TODAY + days(1))
    assert kinds() == ["extended", "ending"]


def test_an_end_extended_and_shortened_back_before_anybody_is_told_tells_nothing(app: Flask, settings: Settings) -> None:
    service = warned(settings)
    move_end(service.id, TODAY + days(400))
    scan_on(settings, TODAY)
    move_end(service.id, END)
    assert deliver_on(settings) == {"dropped": 1}
    scan_on(settings, TODAY)
    assert kinds(state="sent") == ["ending"]
    assert kinds(state="waiting") == []


def test_an_end_that_moves_away_and_back_is_told_each_time_it_was_sent(settings_on_both: Settings, mail_server: Post) -> None:
    service = warned(settings_on_both)
    for number, ends_on in enumerate((TODAY + days(400), END, TODAY + days(400), END), start=1):
        move_end(service.id, ends_on)
        scan_on(settings_on_both, TODAY + days(number), TODAY + days(number))
        assert deliver_on(settings_on_both, TODAY + days(number)) == {"sent": 1}
    assert sorted(kinds()) == ["brought_forward", "brought_forward", "ending", "extended", "extended"]
    assert "Funding for Harbour Family Support ends earlier than we told you: on 9 February 2027" in last_words(mail_server)


def test_an_end_that_moved_within_the_thresholds_is_told_once_as_a_warning(app: Flask, settings: Settings) -> None:
    service = warned(settings)
    move_end(service.id, END + days(9))
    scan_on(settings, TODAY + days(1), TODAY + days(1))
    deliver_on(settings, TODAY + days(1))
    scan_on(settings, TODAY + days(1))
    assert kinds() == ["ending", "ending"]


def test_money_that_another_window_brings_is_an_extension_too(app: Flask, settings: Settings) -> None:
    service = warned(settings)
    with make.saved():
        fund = make.a_fund("Next", "Another")
        make.a_window(db.session.get_one(Service, service.id), END + days(365), fund=fund, starts_on=END + days(1))
    scan_on(settings, TODAY)
    assert kinds() == ["extended", "ending"]


def test_what_changed_before_a_watch_began_is_not_told(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900))
    for status in (ServiceStatus.PAUSED, ServiceStatus.ACTIVE, ServiceStatus.PAUSED, ServiceStatus.CLOSED):
        change_status(service, status)
        scan_on(settings, TODAY, TODAY)
        deliver_on(settings)
        service = db.session.get_one(Service, service.id)
    assert kinds() == []


def test_a_pause_a_reopening_and_a_closing_are_each_told_once(settings_on_both: Settings, mail_server: Post) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900), day=TODAY - days(900))
    for status in (ServiceStatus.PAUSED, ServiceStatus.ACTIVE, ServiceStatus.PAUSED, ServiceStatus.CLOSED):
        change_status(service, status)
        scan_on(settings_on_both, TODAY, TODAY)
        assert deliver_on(settings_on_both) == {"sent": 1}
    subjects = [str(mail["Subject"]).removeprefix("partnerdir: ") for mail in mail_server.mails]
    assert subjects == [f"a service you watch {end}" for end in ("is paused", "is open again", "is paused", "has closed")]
    assert "Harbour Family Support has closed." in last_words(mail_server)


def test_a_pause_undone_before_it_was_sent_tells_nothing(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900), day=TODAY - days(900))
    change_status(service, ServiceStatus.PAUSED)
    scan_on(settings, TODAY)
    change_status(service, ServiceStatus.ACTIVE)
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"dropped": 1}
    scan_on(settings, TODAY)
    assert kinds() == ["paused"]


def test_a_contact_that_leaves_is_told_with_the_post_that_follows(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900))
        duty = directory.add_contact(service, "Duty worker", last_on=TODAY + days(31))
        duty.successor = directory.add_contact(service, "Team lead")
    scan_on(settings, TODAY)
    assert ledger() == []
    scan_on(settings, TODAY + days(1), TODAY + days(9))
    assert deliver_on(settings, TODAY + days(9)) == {"sent": 1}
    assert "A contact at Harbour Family Support leaves. Their last day is 15 February 2027" in last_words(mail_server)
    assert "Contact: Duty worker" in last_words(mail_server)
    assert "After that: Team lead." in last_words(mail_server)


def test_a_contact_that_is_kept_confidential_is_not_named(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900))
        directory.add_contact(service, "SECRETDESK", last_on=TODAY + days(9), is_confidential=True)
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert "SECRETDESK" not in mail_server.mails[0].as_string()


def test_a_contact_that_stays_after_all_is_not_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(900))
        contact = directory.add_contact(service, "Duty worker", last_on=TODAY + days(9))
    scan_on(settings, TODAY)
    with make.saved():
        contact.last_on = None
    assert deliver_on(settings) == {"dropped": 1}
    assert "contact" in db.session.scalars(sa.select(Delivery.reason)).one()


def test_a_removed_window_after_a_warning_claims_nothing(app: Flask, settings: Settings) -> None:
    service = warned(settings)
    with make.saved() as session:
        session.execute(sa.delete(FundingWindow).where(FundingWindow.service_id == service.id))
    scan_on(settings, TODAY + timedelta(1))
    assert kinds() == ["ending"]
