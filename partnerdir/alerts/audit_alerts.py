"""What the auditor finds becomes an alert to every steward, each difference once; one that is gone is told no more."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_alerts
from partnerdir.alerts.auditor import Difference
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState, Due, Fact, Watcher
from partnerdir.alerts.ways import has_role
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.languages import gettext_noop

WHY = gettext_noop("You are a steward.")
GONE = gettext_noop("The auditor looked again before this was sent, and did not find it any more.")
AT_ONCE = 500


def fact_of(difference: Difference) -> Fact:
    """The difference as a fact; its key is too long for a mark, whose digest tells it from others as well."""
    mark = uuid.uuid5(difference.service_id, difference.key).hex
    return Fact(AlertKind.AUDIT_DIFFERENCE, mark=mark, details={"sentence": difference.sentence})


def tell_differences(found: Iterable[Difference], day: date) -> int:
    """Queues each difference for every steward who was not told of it, drops what waits of others; how many were queued."""
    facts = {difference.key: (difference.service_id, fact_of(difference)) for difference in found}
    _drop_all_but({fact.mark for _, fact in facts.values()})
    stewards, told = _list_stewards(), _list_told()
    due = []
    for service_id, fact in facts.values():
        people = tuple(steward for steward in stewards if (steward.account_id, fact.mark) not in told)
        if people:
            due.append(Due(service_id, _name_of(service_id), fact, (None,), people))
    add_alerts(due, day)
    return sum(len(item.watchers) for item in due)


def _name_of(service_id: uuid.UUID) -> str:
    service = db.session.get(Service, service_id)
    return service.name if service else ""


def _list_stewards() -> list[Watcher]:
    query = sa.select(Account.id, Account.email).where(Account.active, has_role(Account.id, (RoleName.STEWARD,)))
    rows = db.session.execute(query.order_by(Account.email))
    return [Watcher(account_id, email, "", None, date.min, None, WHY) for account_id, email in rows]


def _list_told() -> set[tuple[uuid.UUID | None, str]]:
    """Who was told, or is about to be told, of which difference."""
    query = (
        sa.select(Delivery.account_id, Alert.mark)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.kind == AlertKind.AUDIT_DIFFERENCE, Delivery.state != DeliveryState.DROPPED)
    )
    return {(account_id, mark) for account_id, mark in db.session.execute(query)}


def _drop_all_but(marks: Collection[str]) -> None:
    """Drops what waits of differences that are not among these, unless somebody is sending it now."""
    now = clock.now()
    waiting = (
        sa.select(Delivery.id, Alert.mark)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(
            Alert.kind == AlertKind.AUDIT_DIFFERENCE,
            Delivery.state == DeliveryState.WAITING,
        )
    )
    gone = [delivery_id for delivery_id, mark in db.session.execute(waiting) if mark not in marks]
    for start in range(0, len(gone), AT_ONCE):
        is_held = Delivery.claim_ends_at.is_not(None) & (Delivery.claim_ends_at > now)
        drop = sa.update(Delivery).where(
            Delivery.id.in_(gone[start : start + AT_ONCE]), Delivery.state == DeliveryState.WAITING, ~is_held
        )
        db.session.execute(drop.values(state=DeliveryState.DROPPED, reason=GONE).execution_options(synchronize_session=False))
