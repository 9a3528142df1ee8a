"""The auditor: works out anew what people should have been told, and compares it with what the ledger says they were.

It shares no query and no rule with the scan (docs/decisions/0008-auditor.md), so that a fault in one is not in the other.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from partnerdir.alerts.evidence import (
    Evidence,
    Person,
    Telling,
    find_people,
    find_services,
    list_parts_of_people,
    list_services_of,
    list_services_told,
    list_tellings,
)
from partnerdir.alerts.histories import chapters_since
from partnerdir.alerts.owed import Days, Settled, list_untold, settled_of
from partnerdir.alerts.posts import Posts
from partnerdir.alerts.rewinding import in_parts
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.standing import Standing, first_day_due
from partnerdir.alerts.subjects import Subjects
from partnerdir.alerts.told_wrongly import list_doubles, was_theirs, was_true
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.dates import spoken_day

SERVICES_AT_ONCE = 250


class DifferenceKind(StrEnum):
    """What is wrong with the ledger."""

    UNTOLD = "untold"
    TOLD_TWICE = "told_twice"
    NEVER_TRUE = "never_true"
    NOT_ASKED = "not_asked"
    UNEXPLAINED = "unexplained"


SENTENCES = {
    DifferenceKind.UNTOLD: "{who} should have been told, by {due}, that {fact}{warning}; the ledger has {found}.",
    DifferenceKind.TOLD_TWICE: "{who} was told more than once that {fact}{warning}.",
    DifferenceKind.NEVER_TRUE: "{who} was told, or is about to be, that {fact}{warning}; that was never true.",
    DifferenceKind.NOT_ASKED: "{who} was told, or is about to be, that {fact}{warning}; they did not watch it then.",
    DifferenceKind.UNEXPLAINED: "{who} was not told that {fact}{warning}, and the ledger does not say why.",
}
FACTS = {
    AlertKind.ENDING: "the money of {service} ends on {day}",
    AlertKind.ENDED: "the money of {service} ended on {day}",
    AlertKind.PART_ENDING: "a part of the money of {service} ends on {day}",
    AlertKind.DECISION_LATE: "the decision about the money of {service} has been late since {day}",
    AlertKind.EXTENDED: "the money of {service} goes on until {day}",
    AlertKind.BROUGHT_FORWARD: "the money of {service} ends earlier, on {day}",
    AlertKind.PAUSED: "{service} is paused",
    AlertKind.CLOSED: "{service} has closed",
    AlertKind.REOPENED: "{service} is open again",
    AlertKind.CONTACT_CHANGED: "whom to ring at {service} has changed",
    AlertKind.CONTACT_LEAVING: "a contact of {service} leaves on {day}",
    AlertKind.ROUTE_AT_RISK: "hardly anybody is left for one need in one area once the money of {service} ends on {day}",
    AlertKind.REVIEW_DUE: "nobody has confirmed {service} for long",
    AlertKind.AUDIT_DIFFERENCE: "something was told of {service} that should not have been, or was not",
    AlertKind.NEW_MATCH: "{service} matches a search of theirs",
}
OF_STEPS = (AlertKind.ENDING, AlertKind.PART_ENDING)


@dataclass(frozen=True)
class Difference:
    """One thing in which the ledger is not what it should be."""

    kind: DifferenceKind
    account_id: uuid.UUID
    service_id: uuid.UUID
    standing: Standing
    threshold: int | None
    sentence: str

    @property
    def key(self) -> str:
        """What makes it this difference, however often it is found."""
        fact = f"{self.standing.kind}:{self.standing.ends_on}:{self.threshold}"
        mark = f":{self.standing.mark}" if self.standing.mark else ""
        return f"{self.kind}:{self.account_id}:{self.service_id}:{fact}{mark}"


def audit(since: date, today: date, thresholds: Sequence[int]) -> list[Difference]:
    """Everything since the day in which the ledger is not what records, watches and the change log make it.

    What was due all through yesterday must be in the ledger; what is newer, the scan may still have before it. A few
    people and a few services are looked at together, so that it holds no more of them in memory however many there are.
    """
    days, subjects = Days(since, today, tuple(thresholds)), Subjects()
    posts, found = Posts(days, subjects), list[Difference]()
    for account_ids in list_parts_of_people():
        people = find_people(account_ids)
        concerned = {key: _list_concerned(person, subjects, posts) for key, person in people.items()}
        services = set[uuid.UUID]().union(*concerned.values(), list_services_told(people.keys()))
        for service_ids in in_parts(sorted(services), SERVICES_AT_ONCE):
            evidence = Evidence(people, find_services(service_ids), list_tellings(people.keys(), service_ids), subjects)
            found += _differences(evidence, concerned, posts, days)
    return found


def _list_concerned(person: Person, subjects: Subjects, posts: Posts) -> set[uuid.UUID]:
    """The services that this person may have to be told of now."""
    near = posts.near if person.roles - {"frontline"} else set()
    return list_services_of(person, subjects) | near


def _differences(
    evidence: Evidence, concerned: dict[uuid.UUID, set[uuid.UUID]], posts: Posts, days: Days
) -> Iterator[Difference]:
    told: dict[tuple[uuid.UUID, uuid.UUID], list[Telling]] = defaultdict(list)
    for telling in evidence.tellings:
        told[telling.account_id, telling.service_id].append(telling)
    changes = _list_known_changes(evidence.tellings)
    settled = {key: settled_of(service, days) for key, service in evidence.services.items()}
    for account_id, service_ids in concerned.items():
        theirs = {service_id for told_id, service_id in told if told_id == account_id}
        for service_id in sorted((service_ids & evidence.services.keys()) | theirs):
            tellings = told.get((account_id, service_id), [])
            yield from _list_gaps(evidence, account_id, settled[service_id], tellings, posts, days)
            for kind, telling in _list_faults(tellings, evidence, days, changes):
                yield _said(evidence, kind, account_id, service_id, telling.standing, telling.threshold)


def _list_gaps(
    evidence: Evidence, account_id: uuid.UUID, settled: Settled, tellings: list[Telling], posts: Posts, days: Days
) -> Iterator[Difference]:
    person, service_id = evidence.people[account_id], settled.service.id
    if not all(record["active"] for chapter in chapters_since(person.chapters, days.yesterday) for record in chapter.records):
        return
    concerned = evidence.list_concerned(account_id, service_id, days.yesterday)
    untold = dict.fromkeys((*list_untold(settled, concerned, tellings, days), *posts.list_untold(person, settled, tellings)))
    for owed in untold:
        found = _found(tellings, owed.standing)
        yield _said(evidence, DifferenceKind.UNTOLD, account_id, service_id, owed.standing, owed.threshold, found, owed.due_on)


def _list_faults(
    tellings: list[Telling], evidence: Evidence, days: Days, changes: Collection[str]
) -> Iterator[tuple[DifferenceKind, Telling]]:
    for telling in tellings:
        if telling.found_on < days.since:
            continue
        if telling.state in (DeliveryState.DROPPED, DeliveryState.FAILED) and not telling.reason:
            yield DifferenceKind.UNEXPLAINED, telling
        if telling.state is DeliveryState.DROPPED:
            continue
        if not was_true(telling, evidence.services[telling.service_id], days, changes):
            yield DifferenceKind.NEVER_TRUE, telling
        elif not was_theirs(telling, evidence, days.today):
            yield DifferenceKind.NOT_ASKED, telling
    for telling in list_doubles(tellings):
        if telling.found_on >= days.since:
            yield DifferenceKind.TOLD_TWICE, telling


def _list_known_changes(tellings: Iterable[Telling]) -> set[str]:
    """Of the changes of contacts and numbers that these tell of, those that the change log knows, by number."""
    marks = {telling.standing.mark for telling in tellings if telling.standing.kind is AlertKind.CONTACT_CHANGED}
    numbers = [int(mark) for mark in marks if mark.isdecimal()]
    query = sa.select(Change.id).where(Change.id.in_(numbers), Change.record_type.in_(("contact", "phone")))
    return {str(number) for number in db.session.scalars(query)} if numbers else set()


def _found(tellings: Iterable[Telling], standing: Standing) -> str:
    """What the ledger has in place of what is missing."""
    about = [telling for telling in tellings if telling.standing == standing]
    dropped = [telling for telling in about if telling.state is DeliveryState.DROPPED]
    if dropped:
        return f"only one that was dropped ({dropped[-1].reason.rstrip('.') or 'without a reason'})"
    steps = [telling.threshold for telling in about if telling.threshold is not None]
    if not steps:
        return "nothing of it"
    return f"only the warning of {min(steps)} days" if standing.kind in OF_STEPS else "only an earlier one"


def _said(
    evidence: Evidence,
    kind: DifferenceKind,
    account_id: uuid.UUID,
    service_id: uuid.UUID,
    standing: Standing,
    threshold: int | None,
    found: str = "",
    due_on: date | None = None,
) -> Difference:
    day = spoken_day(standing.ends_on) if standing.ends_on else "a day that is not known"
    sentence = SENTENCES[kind].format(
        who=evidence.people[account_id].email,
        due=spoken_day(due_on or first_day_due(standing, threshold)),
        fact=FACTS[standing.kind].format(service=evidence.services[service_id].name, day=day),
        warning=f" (the warning of {threshold} days)" if standing.kind in OF_STEPS else "",
        found=found,
    )
    return Difference(kind, account_id, service_id, standing, threshold, sentence)
