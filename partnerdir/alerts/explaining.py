"""Says in words what a person would be told about a service on a day and why, or why nothing."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from partnerdir.accounts.models import Account
from partnerdir.alerts.facts import list_facts
from partnerdir.alerts.hearers import NOT_FOR_WATCHERS, find_watcher
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import (
    REVIEW_AFTER_DAYS,
    AlertKind,
    DeliveryState,
    Fact,
    Watcher,
    is_news,
    is_told,
    thresholds_passed,
)
from partnerdir.alerts.ways import list_who_look_after
from partnerdir.alerts.wording import headline
from partnerdir.clock import civil_time
from partnerdir.database import db
from partnerdir.dates import day_with_distance, spoken_day
from partnerdir.directory.models import Service
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook

STATES = {
    DeliveryState.WAITING: "it waits to be sent",
    DeliveryState.FAILED: "it could not be sent",
    DeliveryState.DROPPED: "it was queued, and dropped",
}


def explained(
    service: Service, account: Account, day: date, thresholds: Sequence[int], review_after: int = REVIEW_AFTER_DAYS
) -> list[str]:
    """What would be sent to this person about this service on the day and why, or why not, a sentence a line.

    It goes by what is recorded now; thresholds are days before an end, `review_after` those until a listing is looked at.
    """
    if not account.active:
        return [f"Nothing: the account {account.email} is closed."]
    watcher = find_watcher(account.id, service.id)
    if watcher is None:
        return [f"Nothing: {account.email} does not watch {service.name}, its organisation, or a route that it is on."]
    outlook = list_outlooks([service.id], day, thresholds)[service.id]
    lines = [watcher.why]
    facts = list_facts([service.id], day, thresholds, review_after).for_account(service.id, account.id)
    if account.id not in list_who_look_after([service.id]).get(service.id, ()):
        facts = [fact for fact in facts if fact.kind not in NOT_FOR_WATCHERS]
    if not any(fact.kind in (AlertKind.ENDING, AlertKind.ENDED) for fact in facts):
        lines.append(_nothing_ends(outlook, day, thresholds))
    for fact in facts:
        lines += _said_of(fact, watcher, service, day, thresholds)
    return lines


def _nothing_ends(outlook: Outlook, day: date, thresholds: Sequence[int]) -> str:
    """Why no end is told."""
    if not outlook.is_covered:
        return "No end is told: no day on which confirmed money ends is recorded."
    if outlook.funded_until is None:
        return "No end is told: the money has no end date."
    until = f"No end is told yet: the money ends on {day_with_distance(outlook.funded_until, day)}"
    if not thresholds:
        return f"{until}, and no warnings are set."
    first = outlook.funded_until - timedelta(days=max(thresholds))
    return f"{until}; that is beyond the first warning, which goes out on {spoken_day(first)}."


def _said_of(fact: Fact, watcher: Watcher, service: Service, day: date, thresholds: Sequence[int]) -> Iterator[str]:
    """Whether this fact is told, and why."""
    words = headline(fact, service.name, day)
    told = _list_told(watcher.account_id, service.id, fact)
    kept = [(alert, delivery) for alert, delivery in told if delivery.state is not DeliveryState.DROPPED]
    if not is_told(fact, None, [alert.threshold for alert, _ in kept]):
        yield f"Nothing new of this: {words}"
        for alert, delivery in kept:
            yield f"{_warning(alert.threshold, fact)} {_came_of(delivery)}."
        return
    if not is_news(fact, watcher.began_on):
        yield f"Nothing of this: {words} It was so before the watch began, so the watcher saw it."
        return
    if not is_told(fact, watcher.already_ended_on, ()):
        yield f"Nothing of this: {words} It had ended when the watch began, so the watcher saw it."
        return
    yield f"To be told: {words}"
    if fact.kind in (AlertKind.ENDING, AlertKind.PART_ENDING):
        passed = thresholds_passed(fact, day, thresholds)
        yield f"It is the warning of {fact.threshold} days, the nearest that has been passed."
        told_already = {alert.threshold for alert, _ in kept}
        superseded = [str(threshold) for threshold in passed[1:] if threshold not in told_already]
        if superseded:
            yield f"It takes the place of the warnings of {', '.join(superseded)} days."
    for alert, delivery in told:
        yield f"{_warning(alert.threshold, fact)} {_came_of(delivery)}."


def _list_told(account_id: uuid.UUID | None, service_id: uuid.UUID, fact: Fact) -> list[tuple[Alert, Delivery]]:
    """What the ledger says was told of this, the farthest warning first."""
    query = (
        sa.select(Alert, Delivery)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .where(
            Alert.service_id == service_id,
            Alert.kind == fact.kind,
            Alert.ends_on == fact.ends_on if fact.ends_on else Alert.ends_on.is_(None),
            Alert.mark == fact.mark,
            Delivery.account_id == account_id,
        )
        .order_by(Alert.threshold.desc(), Delivery.channel)
    )
    return [(alert, delivery) for alert, delivery in db.session.execute(query)]


def _warning(threshold: int | None, fact: Fact) -> str:
    is_warning = fact.kind in (AlertKind.ENDING, AlertKind.PART_ENDING)
    return f"The warning of {threshold} days:" if is_warning else "That alert:"


def _came_of(delivery: Delivery) -> str:
    if delivery.sent_at is not None and delivery.state is DeliveryState.SENT:
        return f"it was sent on {spoken_day(civil_time(delivery.sent_at).date())}"
    why = delivery.reason.rstrip(".")
    return STATES[delivery.state] + (f" ({why})" if why else "")
