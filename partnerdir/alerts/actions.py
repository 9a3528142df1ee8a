"""What is done to watches and alerts: writes only, never commits."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.queries import find_watch, find_wider_watch, list_channels
from partnerdir.alerts.rules import ChannelName, DeliveryState, Due, Fact
from partnerdir.database import db
from partnerdir.funding.queries import list_outlooks

AT_ONCE = 500  # values in one statement
Part = TypeVar("Part")


def add_watch(account_id: uuid.UUID, service_id: uuid.UUID, day: date | None = None) -> Watch:
    """Watches a service from the day on, today unless one is given; the watch that there is if it is watched already."""
    watch = find_watch(account_id, service_id)
    if watch is None:
        outlook = list_outlooks([service_id], day or clock.today(), ())[service_id]
        already_ended_on = None if outlook.is_covered else outlook.ends_on
        watch = Watch(
            account_id=account_id, service_id=service_id, began_on=day or clock.today(), already_ended_on=already_ended_on
        )
        db.session.add(watch)
    return watch


def add_wider_watch(account_id: uuid.UUID, day: date | None = None, **subject: uuid.UUID) -> Watch:
    """Watches all services of an organisation (organisation_id), a need in an area (need_id, area_id) or a list (shortlist_id).

    Gives back the watch that there is if that is watched already. What ended before is not told.
    """
    watch = find_wider_watch(account_id, **subject)
    if watch is None:
        began_on = day or clock.today()
        watch = Watch(account_id=account_id, began_on=began_on, already_ended_on=began_on - timedelta(1), **subject)
        db.session.add(watch)
    return watch


def retire_watch(watch: Watch) -> None:
    """Stops watching; what is queued for it is dropped when its turn comes."""
    db.session.delete(watch)


def add_alerts(due: Iterable[Due], day: date, rehearsed_on: date | None = None) -> None:
    """Records what is due on the day and queues it for everyone who is to be told, over each channel that they want."""
    all_due = list(due)
    channels = list_channels(watcher.account_id for item in all_due for watcher in item.watchers if watcher.account_id)
    alerts = _list_alerts(all_due)
    dropped = _list_dropped(alert.id for alert in alerts.values())
    for item in all_due:
        alert = _alert_of(item, day, alerts)
        for watcher in item.watchers:
            for channel in channels[watcher.account_id] if watcher.account_id else (ChannelName.EMAIL,):
                delivery = dropped.get((alert.id, watcher.hearer_id, channel)) or Delivery(
                    alert_id=alert.id, account_id=watcher.account_id, contact_id=watcher.contact_id, channel=channel
                )
                delivery.rehearsed_on = rehearsed_on
                renew_delivery(delivery, watcher.why)


def renew_delivery(delivery: Delivery, why: str) -> None:
    """Lets a delivery, new or dropped before, wait to be sent at once, for this reason."""
    delivery.state, delivery.why, delivery.next_try_at = DeliveryState.WAITING, why, clock.now()
    delivery.attempts, delivery.claim_ends_at, delivery.reason, delivery.batch_id = 0, None, "", None
    delivery.stands_in_for_id = None
    db.session.add(delivery)


def _list_alerts(due: Iterable[Due]) -> dict[str, Alert]:
    """The alerts that there are of what is due, by key."""
    keys = [key for item in due for key in _keys_of(item).values()]
    query = sa.select(Alert)
    parts = (db.session.scalars(query.where(Alert.key.in_(part))) for part in _in_parts(keys))
    return {alert.key: alert for part in parts for alert in part}


def _keys_of(due: Due) -> dict[int | None, str]:
    return {threshold: due.fact.key(f"service:{due.service_id}", threshold) for threshold in due.passed}


def _alert_of(due: Due, day: date, alerts: dict[str, Alert]) -> Alert:
    """The alert that tells the fact; farther thresholds that nobody was told of are recorded as superseded.

    New ones are among `alerts` from now on.
    """
    keys = _keys_of(due)
    for threshold, key in keys.items():
        if key not in alerts:
            alerts[key] = Alert(
                id=uuid.uuid4(),
                key=key,
                kind=due.fact.kind,
                service_id=due.service_id,
                need_id=_id_in(due.fact, "need_id"),
                area_id=_id_in(due.fact, "area_id"),
                ends_on=due.fact.ends_on,
                threshold=threshold,
                mark=due.fact.mark,
                details=dict(due.fact.details),
                found_on=day,
                is_superseded=True,
            )
            db.session.add(alerts[key])
    told = alerts[keys[due.fact.threshold]]
    told.is_superseded = False
    return told


def _id_in(fact: Fact, name: str) -> uuid.UUID | None:
    return uuid.UUID(fact.details[name]) if name in fact.details else None


def _list_dropped(alert_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID | None, ChannelName], Delivery]:
    """Deliveries of these alerts that were dropped and never sent: what was true once may be true again."""
    query = sa.select(Delivery).where(Delivery.state == DeliveryState.DROPPED)
    parts = (db.session.scalars(query.where(Delivery.alert_id.in_(part))) for part in _in_parts(list(alert_ids)))
    found = (delivery for part in parts for delivery in part)
    return {(each.alert_id, each.account_id or each.contact_id, each.channel): each for each in found}


def _in_parts(values: Sequence[Part]) -> Iterator[Sequence[Part]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
