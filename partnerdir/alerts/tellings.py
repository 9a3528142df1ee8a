"""What was told to whom of one service, and why what was not sent was not sent: read from the ledger."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.choices import CHOSE_NOTHING, OF_A_DAY, URGENT, Choice, breaks_through, is_time_to_send, is_urgent
from partnerdir.alerts.models import Alert, AlertChoice, AlertReceipt, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState, Pace
from partnerdir.database import db
from partnerdir.directory.models import Organisation

IS_FOR_ALL = Alert.kind != AlertKind.NEW_MATCH  # of a saved search only who saved it reads


class Cause(StrEnum):
    """Where one telling stands, and why."""

    SENT = "sent"
    SUPERSEDED = "superseded"  # a nearer threshold had passed too, and was told in its place
    NOBODY = "nobody"
    DROPPED = "dropped"
    FAILED = "failed"
    PAUSED = "paused"
    SNOOZED = "snoozed"
    MORNING = "morning"
    MONDAY = "monday"
    QUIET = "quiet"
    SENDING = "sending"
    RETRY = "retry"
    NEXT = "next"


@dataclass(frozen=True)
class Telling:
    """One alert to one person over one channel; or an alert that went to nobody."""

    alert: Alert
    delivery: Delivery | None
    receipt: AlertReceipt | None
    organisation: str
    cause: Cause
    asks_again_on: date | None = None


def list_tellings(service_id: uuid.UUID, limit: int, skip: int = 0) -> list[Telling]:
    """What was told of the service, or is about to be, the newest first; what somebody searches for is left out."""
    return _read(_of(Alert.service_id == service_id, IS_FOR_ALL).limit(limit).offset(skip))


def count_tellings(service_id: uuid.UUID) -> int:
    """How many there are of the service."""
    tellings = sa.select(Alert.id).outerjoin(Delivery, Delivery.alert_id == Alert.id)
    tellings = tellings.where(Alert.service_id == service_id, IS_FOR_ALL)
    return db.session.scalar(sa.select(sa.func.count()).select_from(tellings.subquery())) or 0


def list_tellings_of(alert_id: uuid.UUID, limit: int) -> list[Telling]:
    """To whom one alert was told, or is about to be."""
    return _read(_of(Alert.id == alert_id, IS_FOR_ALL).limit(limit))


def _of(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    theirs = sa.and_(AlertReceipt.alert_id == Alert.id, AlertReceipt.account_id == Delivery.account_id)
    columns: tuple[Any, ...] = (Alert, Delivery, AlertReceipt, Organisation.name)
    return (
        sa.select(*columns)
        .outerjoin(Delivery, Delivery.alert_id == Alert.id)
        .outerjoin(AlertReceipt, theirs)
        .outerjoin(Delivery.account)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(*conditions)
        .options(
            contains_eager(Delivery.account),
            joinedload(Delivery.contact),
            joinedload(AlertReceipt.handed_to),
            joinedload(Alert.service),
        )
        .order_by(Alert.found_on.desc(), Alert.ends_on.desc(), Alert.threshold, Alert.id, Account.title, Delivery.id)
    )


def _read(query: sa.Select[Any]) -> list[Telling]:
    rows = db.session.execute(query).all()
    account_ids = {row.Delivery.account_id for row in rows if row.Delivery and row.Delivery.account_id}
    choices = _list_choices(account_ids)
    snoozes = _list_snoozes(account_ids, {row.Alert.service_id for row in rows})
    told = []
    for alert, delivery, receipt, organisation in rows:
        until = _asks_again_on(alert, delivery, snoozes) if delivery else None
        cause = cause_of(alert, delivery, choices, until, clock.now())
        told.append(Telling(alert, delivery, receipt, organisation or "", cause, until if cause is Cause.SNOOZED else None))
    return told


def cause_of(
    alert: Alert,
    delivery: Delivery | None,
    choices: Mapping[uuid.UUID, AlertChoice],
    asks_again_on: date | None,
    now: datetime,
) -> Cause:
    """Where it stands at this moment, by what its reader chose."""
    if delivery is None:
        return Cause.SUPERSEDED if alert.is_superseded else Cause.NOBODY
    if delivery.state is not DeliveryState.WAITING:
        return Cause(delivery.state)
    if delivery.claim_ends_at and delivery.claim_ends_at > now:
        return Cause.SENDING
    kept = choices.get(delivery.account_id) if delivery.account_id else None
    held = (
        None if delivery.rehearsed_on or not delivery.account_id else _hold(alert, kept, asks_again_on, clock.civil_time(now))
    )
    return held or (Cause.RETRY if delivery.attempts else Cause.NEXT)


def _hold(alert: Alert, kept: AlertChoice | None, asks_again_on: date | None, civil: datetime) -> Cause | None:
    """What holds it back, asked in the order in which a reader can do something about it."""
    chosen = kept or CHOSE_NOTHING
    days_left = (alert.ends_on - civil.date()).days if alert.ends_on and alert.kind in (*URGENT, *OF_A_DAY) else None
    urgent = is_urgent(alert.kind, days_left)
    if chosen.is_paused:
        return Cause.PAUSED
    if asks_again_on and civil.date() < asks_again_on and not breaks_through(days_left):
        return Cause.SNOOZED
    paced = Choice(pace=chosen.pace, urgent_pace=chosen.urgent_pace, found_on=alert.found_on)
    if not is_time_to_send(paced, days_left, civil, urgent):
        return Cause.MONDAY if (chosen.urgent_pace if urgent else chosen.pace) is Pace.WEEKLY else Cause.MORNING
    quiet = Choice(pace=Pace.AT_ONCE, quiet_from=chosen.quiet_from, quiet_until=chosen.quiet_until)
    return None if is_time_to_send(quiet, days_left, civil, urgent) else Cause.QUIET


def _list_choices(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AlertChoice]:
    query = sa.select(AlertChoice).where(AlertChoice.account_id.in_(list(account_ids)))
    return {choice.account_id: choice for choice in db.session.scalars(query)}


def _list_snoozes(account_ids: Iterable[uuid.UUID], service_ids: Iterable[uuid.UUID | None]) -> Sequence[AlertReceipt]:
    """What these people asked to hear of later, of these services."""
    query = (
        sa.select(AlertReceipt)
        .join(AlertReceipt.alert)
        .where(
            AlertReceipt.account_id.in_(list(account_ids)),
            AlertReceipt.asks_again_on.is_not(None),
            Alert.service_id.in_([service_id for service_id in service_ids if service_id]),
        )
        .options(contains_eager(AlertReceipt.alert))
    )
    return db.session.scalars(query).all()


def _asks_again_on(alert: Alert, delivery: Delivery, snoozes: Iterable[AlertReceipt]) -> date | None:
    """Until when this person put off this alert, or another warning of the same end."""

    def is_of_same(other: Alert) -> bool:
        return other.id == alert.id or (
            alert.kind is other.kind is AlertKind.ENDING
            and (other.service_id, other.ends_on) == (alert.service_id, alert.ends_on)
        )

    days = [one.asks_again_on for one in snoozes if one.account_id == delivery.account_id and is_of_same(one.alert)]
    return max((day for day in days if day), default=None)
