"""Faults that are planted in the ledger for the auditor to find."""

import uuid
from datetime import timedelta

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.auditor import Difference, audit
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.database import db
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watcher, days, noon


def audited(settings: Settings, on: int = 2, since: int = -900) -> list[Difference]:
    """What the auditor finds so many days after today."""
    db.session.rollback()
    with noon(TODAY + days(on)):
        return audit(TODAY + days(since), TODAY + days(on), settings.threshold_days)


def kinds(found: list[Difference]) -> list[str]:
    """What is wrong, in order."""
    return sorted(str(difference.kind) for difference in found)


def found_for(found: list[Difference], kind: AlertKind) -> list[tuple[str, str]]:
    """Of the differences about one kind of alert: what is wrong, and for whom."""
    emails = {row.id: row.email for row in db.session.execute(sa.select(Account.id, Account.email))}
    return sorted((str(each.kind), emails[each.account_id]) for each in found if each.standing.kind is kind)


def lose(email: str, kind: AlertKind) -> None:
    """Takes what one person was told of a kind out of the ledger."""
    with make.saved() as session:
        session.execute(sa.delete(Delivery).where(Delivery.id.in_(_deliveries(email, kind))))


def forget_why(email: str, kind: AlertKind) -> None:
    """Marks it as failed, and does not say why."""
    with make.saved() as session:
        gone = sa.update(Delivery).where(Delivery.id.in_(_deliveries(email, kind)))
        session.execute(gone.values(state=DeliveryState.FAILED, sent_at=None, reason=""))


def give_to_a_stranger(email: str, kind: AlertKind) -> None:
    """Tells somebody whom it does not concern, instead."""
    with make.saved() as session:
        stranger = a_watcher("stranger@housing.example")
        session.flush()
        session.execute(
            sa.update(Delivery).where(Delivery.id.in_(_deliveries(email, kind))).values(account_id=stranger.id, why="")
        )


def make_untrue(kind: AlertKind) -> None:
    """Lets alerts of a kind tell another day, or of something else."""
    with make.saved() as session:
        for alert in session.scalars(sa.select(Alert).where(Alert.kind == kind)):
            if kind in (AlertKind.PAUSED, AlertKind.CLOSED, AlertKind.REOPENED):
                alert.kind = AlertKind.CLOSED if kind is AlertKind.PAUSED else AlertKind.PAUSED
            elif alert.ends_on:
                alert.ends_on += timedelta(days=3)
            else:
                alert.mark = "1990-01-01" if kind is AlertKind.REVIEW_DUE else "999999999"


def tell_twice(email: str, kind: AlertKind) -> None:
    """Tells one person the same again, as another alert."""
    with make.saved() as session:
        told = session.scalars(sa.select(Delivery).where(Delivery.id.in_(_deliveries(email, kind)))).one()
        names = {column.name for column in Alert.__table__.columns} - {"id", "key"}
        again = Alert(id=uuid.uuid4(), key=uuid.uuid4().hex, **{name: getattr(told.alert, name) for name in names})
        session.add(again)
        session.flush()
        session.add(
            Delivery(alert_id=again.id, account_id=told.account_id, why=told.why, next_try_at=clock.now(), state=told.state)
        )
        session.flush()


def _deliveries(email: str, kind: AlertKind) -> sa.Select[uuid.UUID]:
    return (
        sa.select(Delivery.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Account.email == email, Alert.kind == kind)
    )
