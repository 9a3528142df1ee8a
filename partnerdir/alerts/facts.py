"""What is true of services that is worth telling: found from the records, the ledger and the change log, never kept."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.contact_news import list_contact_facts
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.reviews import list_review_facts
from partnerdir.alerts.routes_at_risk import list_route_facts
from partnerdir.alerts.rules import (
    OF_AN_END,
    REVIEW_AFTER_DAYS,
    AlertKind,
    DeliveryState,
    Fact,
    facts_on,
    moved_fact_on,
)
from partnerdir.alerts.thresholds import thresholds_of
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook

Hearing = tuple[uuid.UUID | None, uuid.UUID | None]  # a service and an account; a contact has none
LEAVING_DAYS = 30
STATUS_KINDS = {ServiceStatus.PAUSED: AlertKind.PAUSED, ServiceStatus.CLOSED: AlertKind.CLOSED}
OF_A_STATUS = (*STATUS_KINDS.values(), AlertKind.REOPENED)


@dataclass(frozen=True)
class Told:
    """The last that somebody was told of the end of a service's money."""

    ends_on: date | None
    alert_id: uuid.UUID


@dataclass(frozen=True)
class Ledger:
    """What the ledger holds of some services, by service and account."""

    last_told: Mapping[Hearing, Told]
    under_way: Set[tuple[uuid.UUID | None, uuid.UUID | None, date | None]]  # ends that a warning which is not sent yet tells
    knows_it_stopped: Set[Hearing]  # who was told last that it is paused or closed


@dataclass(frozen=True)
class Facts:
    """What a day makes worth telling of some services: to everyone who is told of them, or to one account alone."""

    of_service: Mapping[uuid.UUID, Sequence[Fact]]
    outlooks: Mapping[uuid.UUID, Outlook]
    ledger: Ledger
    thresholds: Mapping[uuid.UUID, Sequence[int]]  # each service's own, or everybody's

    def for_account(self, service_id: uuid.UUID, account_id: uuid.UUID | None) -> list[Fact]:
        """Those that this account may have to be told."""
        knows_it_stopped = (service_id, account_id) in self.ledger.knows_it_stopped
        facts = [fact for fact in self.of_service[service_id] if fact.kind is not AlertKind.REOPENED or knows_it_stopped]
        moved = self._moved(service_id, account_id)
        return [*facts, moved] if moved else facts

    def _moved(self, service_id: uuid.UUID, account_id: uuid.UUID | None) -> Fact | None:
        told = self.ledger.last_told.get((service_id, account_id))
        if told is None:
            return None
        moved = moved_fact_on(self.outlooks[service_id], told.ends_on, told.alert_id.hex)
        is_said = moved is not None and (service_id, account_id, moved.ends_on) in self.ledger.under_way
        return None if is_said else moved


def list_facts(
    service_ids: Sequence[uuid.UUID], day: date, thresholds: Sequence[int], review_after: int = REVIEW_AFTER_DAYS
) -> Facts:
    """What is worth telling of each of these services on the day, whoever was told of it already.

    `review_after` are the days after which a listing that nobody confirmed is to be looked at.
    """
    warned_at = dict.fromkeys(service_ids, thresholds) | thresholds_of(service_ids)
    outlooks = list_outlooks(service_ids, day, thresholds, warned_at)
    found: dict[uuid.UUID, list[Fact]] = {
        key: list(facts_on(outlook, day, warned_at[key])) for key, outlook in outlooks.items()
    }
    for part in (
        _list_status_facts(service_ids),
        _list_leaving_facts(service_ids, day),
        list_contact_facts(service_ids, day),
        list_route_facts(outlooks),
        list_review_facts(service_ids, day, review_after),
    ):
        for service_id, facts in part.items():
            found[service_id] += facts
    return Facts(found, outlooks, _ledger_of(service_ids), warned_at)


def _ledger_of(service_ids: Sequence[uuid.UUID]) -> Ledger:
    query = (
        sa.select(Alert.id, Alert.service_id, Delivery.account_id, Alert.kind, Alert.ends_on, Delivery.state)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .where(Alert.service_id.in_(service_ids), Delivery.state != DeliveryState.DROPPED)
        .order_by(Delivery.sent_at, Delivery.id)
    )
    last_told: dict[Hearing, Told] = {}
    under_way: set[tuple[uuid.UUID | None, uuid.UUID | None, date | None]] = set()
    stopped: dict[Hearing, AlertKind] = {}
    for alert_id, service_id, account_id, kind, ends_on, state in db.session.execute(query):
        if state == DeliveryState.SENT and kind in OF_AN_END:
            last_told[service_id, account_id] = Told(ends_on, alert_id)
        elif kind in (AlertKind.ENDING, AlertKind.ENDED):
            under_way.add((service_id, account_id, ends_on))
        if state == DeliveryState.SENT and kind in OF_A_STATUS:
            stopped[service_id, account_id] = kind
    return Ledger(last_told, under_way, {key for key, kind in stopped.items() if kind is not AlertKind.REOPENED})


def _list_status_facts(service_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Fact]]:
    """Services that are paused or closed, or open again after somebody was told that they were not."""
    told_of = sa.select(Alert.service_id).where(Alert.kind.in_(STATUS_KINDS.values()), Alert.service_id.in_(service_ids))
    query = sa.select(Service.id, Service.status).where(
        Service.id.in_(service_ids), (Service.status != ServiceStatus.ACTIVE) | Service.id.in_(told_of)
    )
    found: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    statuses = {row.id: row.status for row in db.session.execute(query)}
    for service_id, (change_id, at) in _list_status_changes(statuses).items():
        kind = STATUS_KINDS.get(statuses[service_id], AlertKind.REOPENED)
        changed_on = clock.civil_time(at).date()
        found[service_id].append(Fact(kind, mark=str(change_id), details={"changed_on": changed_on.isoformat()}))
    return found


def _list_status_changes(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[int, datetime]]:
    """The change that made each service's status what it is, and when; a service that was so from the first has none."""
    query = sa.select(Change.record_id, Change.id, Change.at, Change.fields).where(
        Change.record_id.in_(list(service_ids)), Change.record_type == "service", Change.action == "changed"
    )
    changes = db.session.execute(query.order_by(Change.id))
    return {service_id: (change_id, at) for service_id, change_id, at, fields in changes if "status" in fields}


def _list_leaving_facts(service_ids: Sequence[uuid.UUID], day: date) -> dict[uuid.UUID, list[Fact]]:
    """Contacts whose last day is near."""
    query = sa.select(Contact).where(
        Contact.service_id.in_(service_ids), Contact.last_on.between(day, day + timedelta(LEAVING_DAYS))
    )
    found: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    for contact in db.session.scalars(query.order_by(Contact.last_on, Contact.id)):
        found[contact.service_id].append(
            Fact(AlertKind.CONTACT_LEAVING, contact.last_on, mark=contact.id.hex, details={"contact_id": str(contact.id)})
        )
    return found


def find_fact_now(alert: Alert, account_id: uuid.UUID | None, facts: Facts) -> Fact | None:
    """What the present makes of the thing that an alert tells; None when nothing of it is left."""
    service_id, told = alert.service_id, alert.fact
    if service_id is None:
        return None
    now = facts.for_account(service_id, account_id)
    if told.kind in (AlertKind.ENDING, AlertKind.ENDED):
        return next((fact for fact in now if fact.kind in (AlertKind.ENDING, AlertKind.ENDED)), None)
    if told.kind is AlertKind.AUDIT_DIFFERENCE:
        return told  # only the auditor knows whether it is still there, and drops it when it is not
    if told.kind is AlertKind.NEW_MATCH:
        return None if alert.service.status is ServiceStatus.CLOSED else told
    alike = (fact for fact in now if fact.kind == told.kind and fact.mark == told.mark)
    return next((replace(fact, details={}) for fact in alike), None)
