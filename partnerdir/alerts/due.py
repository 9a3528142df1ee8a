"""What is due: the facts that are worth telling on a day, and who has not been told of them."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from partnerdir.alerts.facts import list_facts
from partnerdir.alerts.hearers import NOT_FOR_WATCHERS, list_other_hearers, list_watchers
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.narrowing import list_services_in_question
from partnerdir.alerts.rules import (
    MOVED,
    REVIEW_AFTER_DAYS,
    AlertKind,
    DeliveryState,
    Due,
    Fact,
    Watcher,
    is_news,
    is_told,
    thresholds_passed,
)
from partnerdir.database import db

AT_ONCE = 500  # services looked at together; a database takes only so many values in one statement
Told = dict[tuple[Any, ...], list[int | None]]
log = logging.getLogger(__name__)


def list_due(
    day: date,
    thresholds: Sequence[int],
    among: Sequence[uuid.UUID] | None = None,
    review_after: int = REVIEW_AFTER_DAYS,
) -> list[Due]:
    """What is worth telling on the day and nobody told yet, service by service, each with who is to be told.

    `among` are the only services to look at; all that are watched, when it is left out. `review_after` are the days after
    which a listing that nobody confirmed is to be looked at.
    """
    service_ids = list_services_in_question(day, thresholds, review_after) if among is None else among
    parts = _in_parts(service_ids)
    return [due for part in parts for due in _list_due_where_readable(part, day, thresholds, review_after)]


def _list_due_where_readable(
    service_ids: Sequence[uuid.UUID], day: date, thresholds: Sequence[int], review_after: int
) -> list[Due]:
    """What is due of these services; one with a value that cannot be read is left out and logged, and stops no other."""
    try:
        return _list_due_of(service_ids, day, thresholds, review_after)
    except ValueError:
        if len(service_ids) == 1:
            log.exception("Service %s has a value that cannot be read, so nobody is told of it.", service_ids[0])
            return []
        middle = len(service_ids) // 2
        halves = (service_ids[:middle], service_ids[middle:])
        return [due for half in halves for due in _list_due_where_readable(half, day, thresholds, review_after)]


def _list_due_of(service_ids: Sequence[uuid.UUID], day: date, thresholds: Sequence[int], review_after: int) -> list[Due]:
    due = []
    facts = list_facts(service_ids, day, thresholds, review_after)
    watchers, told = list_watchers(service_ids), _list_told(service_ids)
    others = list_other_hearers(facts, watchers, day)
    for service_id in service_ids:
        hearers: dict[Fact, dict[uuid.UUID | None, Watcher]] = defaultdict(dict)
        for watcher in watchers[service_id]:
            theirs = (fact for fact in facts.for_account(service_id, watcher.account_id) if fact.kind not in NOT_FOR_WATCHERS)
            for fact in _list_untold(service_id, watcher, theirs, told):
                hearers[fact][watcher.hearer_id] = watcher
        for fact, other in others[service_id]:
            if _list_untold(service_id, other, [fact], told):
                hearers[fact][other.hearer_id] = other
        due += [
            Due(
                service_id,
                people[0].service_name,
                fact,
                thresholds_passed(fact, day, facts.thresholds[service_id]),
                tuple(people),
            )
            for fact, found in hearers.items()
            if (people := sorted(found.values(), key=lambda each: each.email))
        ]
    return due


def _list_untold(service_id: uuid.UUID, watcher: Watcher, facts: Iterable[Fact], told: Told) -> list[Fact]:
    """Those of the facts that this watcher is to be told; that an end moved only where no warning says the new end."""
    untold = [
        fact
        for fact in facts
        if is_told(fact, watcher.already_ended_on, told[service_id, watcher.hearer_id, fact.kind, fact.ends_on, fact.mark])
        and is_news(fact, watcher.began_on)
    ]
    warned_of = {fact.ends_on for fact in untold if fact.kind is AlertKind.ENDING}
    return [fact for fact in untold if fact.kind not in MOVED or fact.ends_on not in warned_of]


def _in_parts(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _list_told(service_ids: Iterable[uuid.UUID]) -> Told:
    """The thresholds that each account or contact was told, or is about to be told, of each kind and end of these services."""
    query = (
        sa.select(
            Alert.service_id,
            sa.func.coalesce(Delivery.account_id, Delivery.contact_id),
            Alert.kind,
            Alert.ends_on,
            Alert.mark,
            Alert.threshold,
        )
        .join(Delivery, Delivery.alert_id == Alert.id)
        .where(Alert.service_id.in_(service_ids), Delivery.state != DeliveryState.DROPPED)
    )
    told: Told = defaultdict(list)
    for *what, threshold in db.session.execute(query):
        told[tuple(what)].append(threshold)
    return told
