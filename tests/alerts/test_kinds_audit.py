"""What the auditor finds is told to every steward, each difference once, and no more once it is gone."""

from threading import Event

import sqlalchemy as sa
from flask import Flask

from partnerdir import jobs
from partnerdir.accounts.actions import add_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, a_watched_service, days, deliver_on, noon, scan_on
from tests.alerts.post import Post
from tests.alerts.test_kinds import last_words

STEWARDS = ["first@partnership.example", "second@partnership.example"]


def a_planted_double() -> None:
    """One warning in the ledger a second time, as if two alerts told the same."""
    with make.saved() as session:
        alert, delivery = session.execute(sa.select(Alert, Delivery).join(Delivery).where(Alert.kind == AlertKind.ENDING)).one()
        copy = Alert(
            key=f"{alert.key}:again",
            kind=alert.kind,
            service_id=alert.service_id,
            ends_on=alert.ends_on,
            threshold=alert.threshold,
            found_on=alert.found_on,
        )
        session.add(copy)
        session.flush()
        session.add(
            Delivery(
                alert_id=copy.id,
                account_id=delivery.account_id,
                state=delivery.state,
                sent_at=delivery.sent_at,
                next_try_at=delivery.next_try_at,
                why=delivery.why,
            )
        )


def a_ledger_with_a_double(settings: Settings) -> None:
    """A watcher who was told twice, and two stewards beside a coordinator."""
    with make.saved():
        a_watched_service(TODAY + days(80))
        for email in STEWARDS:
            add_account(email, RoleName.STEWARD)
        add_account("coordinator@partnership.example", RoleName.COORDINATOR)
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"sent": 1}
    a_planted_double()


def audit_on(settings: Settings, number: int = 0) -> None:
    """The daily job runs at noon, so many days on."""
    with noon(TODAY + days(number)):
        jobs._audit(settings, Event())


def told() -> list[tuple[str, str]]:
    """Who was told of a difference, and where that stands."""
    query = sa.select(Delivery).join(Alert).where(Alert.kind == AlertKind.AUDIT_DIFFERENCE)
    return sorted((delivery.account.email, str(delivery.state)) for delivery in db.session.scalars(query) if delivery.account)


def test_each_difference_goes_to_every_steward_once_in_a_sentence(settings_on_both: Settings, mail_server: Post) -> None:
    a_ledger_with_a_double(settings_on_both)
    audit_on(settings_on_both)
    audit_on(settings_on_both, 1)
    assert told() == [(email, "waiting") for email in STEWARDS]
    assert deliver_on(settings_on_both, TODAY + days(1)) == {"sent": 2}
    audit_on(settings_on_both, 2)
    assert told() == [(email, "sent") for email in STEWARDS]
    assert mail_server.mails[-1]["Subject"] == "partnerdir: what was told is not what should have been told"
    words = last_words(mail_server)
    assert words.startswith("What was told about Harbour Family Support is not what should have been told.")
    assert "worker@housing.example was told more than once that the money of Harbour Family Support ends on" in words
    assert "You get this because you are a steward at partnerdir." in words


def test_a_steward_who_comes_later_is_told_as_well(app: Flask, settings: Settings) -> None:
    a_ledger_with_a_double(settings)
    audit_on(settings)
    with make.saved():
        add_account("third@partnership.example", RoleName.STEWARD)
    audit_on(settings, 1)
    assert [email for email, _ in told()] == [*STEWARDS, "third@partnership.example"]


def test_a_difference_that_is_gone_is_dropped_and_told_when_it_comes_back(app: Flask, settings: Settings) -> None:
    a_ledger_with_a_double(settings)
    audit_on(settings)
    with make.saved() as session:
        again = session.scalars(sa.select(Alert).where(Alert.key.endswith(":again"))).one()
        session.execute(sa.delete(Delivery).where(Delivery.alert_id == again.id))
        session.delete(again)
    audit_on(settings, 1)
    assert told() == [(email, "dropped") for email in STEWARDS]
    assert (
        "did not find it any more"
        in db.session.scalars(sa.select(Delivery.reason).where(Delivery.state == "dropped").limit(1)).one()
    )
    a_planted_double()
    audit_on(settings, 2)
    assert told() == [(email, "waiting") for email in STEWARDS]


def test_without_a_difference_nobody_is_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(END)
        add_account(STEWARDS[0], RoleName.STEWARD)
    scan_on(settings, TODAY)
    deliver_on(settings)
    audit_on(settings, 1)
    assert told() == []
