"""What is done to watches and alerts: writes only, never commits."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.queries import find_watch, find_wider_watch
from partnerdir.alerts.rules import DeliveryState, Due
from partnerdir.database import db
from partnerdir.funding.queries import list_outlooks


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
    """Watches all services of an organisation (organisation_id), or of a need in an area (need_id, area_id), from the day on.

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
    """Records what is due on the day and queues it for everyone who is to be told."""
    for item in due:
        alert = _alert_of(item, day)
        dropped = _list_dropped(alert)
        for watcher in item.watchers:
            delivery = dropped.get(watcher.account_id) or Delivery(alert_id=alert.id, account_id=watcher.account_id)
            delivery.state, delivery.why = DeliveryState.WAITING, watcher.why
            delivery.rehearsed_on = rehearsed_on
            delivery.next_try_at = clock.now()
            delivery.attempts, delivery.claim_ends_at, delivery.reason = 0, None, ""
            db.session.add(delivery)


def _alert_of(due: Due, day: date) -> Alert:
    """The alert that tells the fact; farther thresholds that nobody was told of are recorded as superseded."""
    keys = {threshold: due.fact.key(f"service:{due.service_id}", threshold) for threshold in due.passed}
    alerts = {alert.key: alert for alert in db.session.scalars(sa.select(Alert).where(Alert.key.in_(keys.values())))}
    for threshold, key in keys.items():
        if key not in alerts:
            alerts[key] = Alert(
                id=uuid.uuid4(),
                key=key,
                kind=due.fact.kind,
                service_id=due.service_id,
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
    db.session.flush()
    return told


def _list_dropped(alert: Alert) -> dict[uuid.UUID, Delivery]:
    """Deliveries of this alert that were dropped and never sent, by account: what was true once may be true again."""
    query = sa.select(Delivery).where(Delivery.alert_id == alert.id, Delivery.state == DeliveryState.DROPPED)
    return {delivery.account_id: delivery for delivery in db.session.scalars(query)}
