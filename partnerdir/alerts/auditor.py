"""The auditor: works out anew what people should have been told, and compares it with what the ledger says they were.

It shares no query and no rule with the scan (docs/decisions/0008-auditor.md), so that a fault in one is not in the other.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from partnerdir.alerts.evidence import Evidence, Telling, evidence_about, list_parts_of_people
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.standing import Chapter, Standing, first_day_due, nearest_passed, standing_on
from partnerdir.dates import spoken_day

ONE_DAY = timedelta(days=1)  # a daily scan may not have seen yet what is due, or was entered, since it last ran


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


# Other reasons (a wider watch, a colleague's hand-over) need no watch on the service itself.
BY_A_WATCH = ("", "You watch this service.")


@dataclass(frozen=True)
class Difference:
    """One thing in which the ledger is not what it should be."""

    kind: DifferenceKind
    account_id: uuid.UUID
    service_id: uuid.UUID
    standing: Standing
    threshold: int
    sentence: str

    @property
    def key(self) -> str:
        """What makes it this difference, however often it is found."""
        fact = f"{self.standing.kind}:{self.standing.ends_on}:{self.threshold}"
        return f"{self.kind}:{self.account_id}:{self.service_id}:{fact}"


def audit(since: date, today: date, thresholds: Sequence[int]) -> list[Difference]:
    """Everything since the day in which the ledger is not what windows, watches and the change log make it.

    What was due all through yesterday must be in the ledger; what is newer, the scan may still have before it.
    """
    return [
        difference
        for account_ids in list_parts_of_people()
        for difference in _differences(evidence_about(account_ids), since, today, thresholds)
    ]


def _differences(evidence: Evidence, since: date, today: date, thresholds: Sequence[int]) -> Iterator[Difference]:
    told: dict[tuple[uuid.UUID, uuid.UUID], list[Telling]] = defaultdict(list)
    for telling in evidence.tellings:
        told[telling.account_id, telling.service_id].append(telling)
    settled = {key: _settled(service.chapters, today) for key, service in evidence.services.items()}
    for account_id, person in evidence.people.items():
        is_open = all(record["active"] for record in _list_records(person.chapters, today - ONE_DAY))
        told_of = {service_id for told_id, service_id in told if told_id == account_id}
        for service_id in sorted(evidence.list_services_watched(account_id) | told_of):
            tellings, standing = told.get((account_id, service_id), []), settled[service_id]
            watched = evidence.list_chapters_watched(account_id, service_id)
            if is_open and standing:
                for threshold in _list_untold(standing, watched, tellings, since, today, thresholds):
                    found = _found(tellings, standing)
                    yield _said(evidence, DifferenceKind.UNTOLD, account_id, service_id, standing, threshold, found)
            chapters = evidence.services[service_id].chapters
            for kind, telling in _list_faults([t for t in tellings if t.found_on >= since], chapters, watched, today):
                yield _said(evidence, kind, account_id, service_id, telling.standing, telling.threshold)
            for telling in _list_doubles(tellings):
                if telling.found_on >= since:
                    kind = DifferenceKind.TOLD_TWICE
                    yield _said(evidence, kind, account_id, service_id, telling.standing, telling.threshold)


def _settled(chapters: list[Chapter], today: date) -> Standing | None:
    """What stood all through yesterday and stands today; None where it changed meanwhile."""
    lately = [chapter for chapter in chapters if chapter.last_day >= today - ONE_DAY]
    standings = {standing_on(chapter.records, day) for chapter in lately for day in (today - ONE_DAY, today)}
    return standings.pop() if len(standings) == 1 else None


def _list_records(chapters: list[Chapter], since: date) -> list[dict[str, object]]:
    return [record for chapter in chapters if chapter.last_day >= since for record in chapter.records]


def _list_untold(
    standing: Standing,
    watched: list[Chapter],
    tellings: list[Telling],
    since: date,
    today: date,
    thresholds: Sequence[int],
) -> Iterator[int]:
    """The threshold that the ledger lacks, where it lacks one."""
    yesterday = today - ONE_DAY
    threshold = nearest_passed(standing, yesterday, thresholds)
    lately = [chapter for chapter in watched if chapter.last_day >= yesterday]
    if threshold is None or not all(chapter.records for chapter in lately):
        return
    if standing.kind is AlertKind.ENDED and all(_had_seen(record, standing) for record in lately[-1].records):
        return
    if max(first_day_due(standing, threshold), lately[0].first_day) < since:
        return
    is_passing = nearest_passed(standing, today, thresholds) != threshold
    for telling in tellings:
        if telling.standing == standing and telling.threshold <= threshold:
            is_dropped = telling.state is DeliveryState.DROPPED
            if not is_dropped or (is_passing and telling.reason):
                return
    yield threshold


def _had_seen(watch: dict[str, object], standing: Standing) -> bool:
    """Whether the watch began when this end had passed."""
    if watch["service_id"] is None:
        return standing.ends_on.isoformat() < str(watch["began_on"])
    seen = watch["already_ended_on"]
    return seen is not None and standing.ends_on.isoformat() <= str(seen)


def _list_faults(
    tellings: Iterable[Telling], chapters: list[Chapter], watched: list[Chapter], today: date
) -> Iterator[tuple[DifferenceKind, Telling]]:
    for telling in tellings:
        if telling.state in (DeliveryState.DROPPED, DeliveryState.FAILED) and not telling.reason:
            yield DifferenceKind.UNEXPLAINED, telling
        if telling.state is DeliveryState.DROPPED:
            continue
        last = telling.told_on or today
        first = min(telling.found_on, last)
        if not _was_true(telling, chapters, first, last):
            yield DifferenceKind.NEVER_TRUE, telling
        elif telling.why in BY_A_WATCH and not any(c.records for c in watched if c.last_day >= first and c.first_day <= last):
            yield DifferenceKind.NOT_ASKED, telling


def _was_true(telling: Telling, chapters: list[Chapter], first: date, last: date) -> bool:
    """Whether the fact stood on some day from the first to the last; of a rehearsal, on the day that was rehearsed."""
    if telling.rehearsed_on:
        return any(standing_on(chapter.records, telling.rehearsed_on) == telling.standing for chapter in chapters)
    for chapter in chapters:
        day = max(first, chapter.first_day, first_day_due(telling.standing, telling.threshold))
        if day <= min(last, chapter.last_day) and standing_on(chapter.records, day) == telling.standing:
            return True
    return False


def _list_doubles(tellings: Iterable[Telling]) -> Iterator[Telling]:
    """Those that tell again what was told: the same threshold, two on one day, or a farther one after a nearer."""
    before: dict[tuple[Standing, str], list[Telling]] = defaultdict(list)
    kept = [telling for telling in tellings if telling.state is not DeliveryState.DROPPED]
    for telling in sorted(kept, key=lambda t: (t.told_on or date.max, t.found_on, -t.threshold)):
        earlier = before[telling.standing, telling.channel]
        if any(_repeats(telling, one) for one in earlier):
            yield telling
        earlier.append(telling)


def _repeats(telling: Telling, earlier: Telling) -> bool:
    if telling.threshold == earlier.threshold:
        return True
    if telling.told_on is None or earlier.told_on is None:
        return False
    return telling.told_on == earlier.told_on or telling.threshold > earlier.threshold


def _found(tellings: Iterable[Telling], standing: Standing) -> str:
    """What the ledger has in place of what is missing."""
    about = [telling for telling in tellings if telling.standing == standing]
    dropped = [telling for telling in about if telling.state is DeliveryState.DROPPED]
    if dropped:
        return f"only one that was dropped ({dropped[-1].reason.rstrip('.') or 'without a reason'})"
    return f"only the warning of {min(telling.threshold for telling in about)} days" if about else "nothing of it"


def _said(
    evidence: Evidence,
    kind: DifferenceKind,
    account_id: uuid.UUID,
    service_id: uuid.UUID,
    standing: Standing,
    threshold: int,
    found: str = "",
) -> Difference:
    verb = "ended" if standing.kind is AlertKind.ENDED else "ends"
    sentence = SENTENCES[kind].format(
        who=evidence.people[account_id].email,
        due=spoken_day(first_day_due(standing, threshold)),
        fact=f"the money of {evidence.services[service_id].name} {verb} on {spoken_day(standing.ends_on)}",
        warning="" if standing.kind is AlertKind.ENDED else f" (the warning of {threshold} days)",
        found=found,
    )
    return Difference(kind, account_id, service_id, standing, threshold, sentence)
