"""What is asked of watches, alerts and the outbox."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.rules import LEASE, LONGEST_WAIT, AlertKind, DeliveryState, Fact, fact_on, is_told, thresholds_passed
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Certainty

AT_ONCE = 500  # services looked at together; a database takes only so many values in one statement
Told = dict[tuple[uuid.UUID, uuid.UUID, AlertKind, date], list[int]]


@dataclass(frozen=True)
class Watcher:
    """An active account that watches a service."""

    account_id: uuid.UUID
    email: str
    service_name: str
    already_ended_on: date | None


@dataclass(frozen=True)
class Due:
    """A fact that is due and who is to be told of it; `passed` are the thresholds it has passed."""

    service_id: uuid.UUID
    service_name: str
    fact: Fact
    passed: tuple[int, ...]
    watchers: tuple[Watcher, ...]


def list_watches(account_id: uuid.UUID) -> list[Watch]:
    """What an account watches, in order of the services' names."""
    query = (
        sa.select(Watch)
        .join(Watch.service)
        .where(Watch.account_id == account_id)
        .options(joinedload(Watch.service).selectinload(Service.organisation))
        .order_by(sa.func.lower(Service.name), Service.id)
    )
    return list(db.session.scalars(query))


def find_watch(account_id: uuid.UUID, service_id: uuid.UUID) -> Watch | None:
    """This account's watch on this service."""
    return db.session.scalar(sa.select(Watch).where(Watch.account_id == account_id, Watch.service_id == service_id))


def find_watch_by_id(watch_id: uuid.UUID) -> Watch | None:
    """The watch with this id, which an unsubscribe link names."""
    return db.session.get(Watch, watch_id)


def list_due(day: date, thresholds: Sequence[int], among: Sequence[uuid.UUID] | None = None) -> list[Due]:
    """What is worth telling on the day and nobody told yet, service by service, each with who is to be told.

    A watcher is told at most one fact of each service: that its money ends within a threshold (in days), or has ended.
    `among` are the only services to look at; all that are watched, when it is left out.
    """
    due = []
    for service_ids in _in_parts(_list_services_in_question(day, thresholds) if among is None else among):
        outlooks = list_outlooks(service_ids, day, thresholds)
        facts = {service_id: fact for service_id, outlook in outlooks.items() if (fact := fact_on(outlook, thresholds))}
        watchers, told = _list_watchers(facts), _list_told(facts)
        for service_id, fact in facts.items():
            hearers = tuple(
                watcher
                for watcher in watchers[service_id]
                if is_told(fact, watcher.already_ended_on, told[service_id, watcher.account_id, fact.kind, fact.ends_on])
            )
            if hearers:
                passed = thresholds_passed(fact, day, thresholds)
                due.append(Due(service_id, hearers[0].service_name, fact, passed, hearers))
    return due


def _in_parts(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _list_services_in_question(day: date, thresholds: Sequence[int]) -> list[uuid.UUID]:
    """The services with a watcher who may have to be told.

    This only narrows: a confirmed window ends near or has ended, and the watcher was not told of that end at the
    threshold it has passed. Whether the service's money ends with that window is for `outlook_on` to say.
    """
    ends_on = FundingWindow.ends_on
    bands = [(ends_on <= day + timedelta(days=threshold), threshold) for threshold in sorted(thresholds)]
    ends_near = ends_on.between(day, day + timedelta(days=max(thresholds))) & ~_was_told(AlertKind.ENDING, sa.case(*bands))
    is_news = Watch.already_ended_on.is_(None) | (ends_on > Watch.already_ended_on)
    has_ended = (ends_on < day) & is_news & ~_was_told(AlertKind.ENDED, None)
    watched = (
        sa.select(Watch.service_id)
        .join(FundingWindow, FundingWindow.service_id == Watch.service_id)
        .join(Account, Account.id == Watch.account_id)
        .where(Account.active, FundingWindow.certainty == Certainty.CONFIRMED)
    )
    return sorted({service_id for where in (ends_near, has_ended) for service_id in db.session.scalars(watched.where(where))})


def _was_told(kind: AlertKind, threshold: sa.ColumnElement[int] | None) -> sa.Exists:
    """Whether this watcher was told that money ends on this window's last day, at this threshold or a nearer one."""
    query = (
        sa.select(Delivery.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(
            Delivery.account_id == Watch.account_id,
            Delivery.state != DeliveryState.DROPPED,
            Alert.service_id == Watch.service_id,
            Alert.kind == kind,
            Alert.ends_on == FundingWindow.ends_on,
        )
    )
    if threshold is not None:
        query = query.where(Alert.threshold <= threshold)
    return query.correlate(Watch, FundingWindow).exists()


def _list_watchers(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Watcher]]:
    query = (
        sa.select(Watch.service_id, Watch.account_id, Account.email, Service.name, Watch.already_ended_on)
        .join(Watch.account)
        .join(Watch.service)
        .where(Watch.service_id.in_(service_ids), Account.active)
        .order_by(Account.email)
    )
    watchers: dict[uuid.UUID, list[Watcher]] = defaultdict(list)
    for service_id, account_id, email, name, already_ended_on in db.session.execute(query):
        watchers[service_id].append(Watcher(account_id, email, name, already_ended_on))
    return watchers


def _list_told(service_ids: Iterable[uuid.UUID]) -> Told:
    """The thresholds that each account was told, or is about to be told, of each kind and end of these services."""
    query = (
        sa.select(Alert.service_id, Delivery.account_id, Alert.kind, Alert.ends_on, Alert.threshold)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .where(Alert.service_id.in_(service_ids), Delivery.state != DeliveryState.DROPPED)
    )
    told: Told = defaultdict(list)
    for service_id, account_id, kind, ends_on, threshold in db.session.execute(query):
        told[service_id, account_id, kind, ends_on].append(threshold)
    return told


def is_free(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a delivery waits, its time has come, and nobody holds it.

    A time too far ahead to have been set by a right clock counts as come.
    """
    return sa.and_(
        Delivery.state == DeliveryState.WAITING,
        (Delivery.next_try_at <= now) | (Delivery.next_try_at > now + 2 * LONGEST_WAIT),
        Delivery.claim_ends_at.is_(None) | (Delivery.claim_ends_at < now) | (Delivery.claim_ends_at > now + 2 * LEASE),
    )


def list_free_deliveries(now: datetime, limit: int) -> list[uuid.UUID]:
    """The ids of deliveries that may be tried now, the longest waiting first."""
    query = sa.select(Delivery.id).where(is_free(now)).order_by(Delivery.next_try_at, Delivery.id).limit(limit)
    return list(db.session.scalars(query))


def require_delivery(delivery_id: uuid.UUID) -> Delivery:
    """The delivery with its alert, its service and the account it goes to."""
    query = (
        sa.select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(
            joinedload(Delivery.account),
            joinedload(Delivery.alert).joinedload(Alert.service).joinedload(Service.organisation),
        )
    )
    return db.session.scalars(query).one()


def count_waiting() -> int:
    """How many deliveries wait to be sent."""
    query = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.WAITING)
    return db.session.scalar(query) or 0
