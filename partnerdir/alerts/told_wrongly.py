"""What the ledger says was told and should not have been: never true, told to somebody it did not concern, or twice. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from partnerdir.alerts.evidence import Evidence, KnownService, Telling
from partnerdir.alerts.histories import Chapter, Values, pages_of
from partnerdir.alerts.owed import Days
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.standing import Money, Standing, first_day_due
from partnerdir.alerts.subjects import is_duty, is_wide

PASSED_ON = ("Nobody has said that they know about this.", "Nobody knew about the end when we told you of it.")
GIVEN = " gave it to you."
POSTS = frozenset(("coordinator", "steward"))
PASSED_ON_WITHIN = timedelta(days=30)
OF_MONEY = (AlertKind.ENDING, AlertKind.ENDED, AlertKind.PART_ENDING, AlertKind.DECISION_LATE)
STATUS_OF = {AlertKind.PAUSED: "paused", AlertKind.CLOSED: "closed", AlertKind.REOPENED: "active"}
NOT_OF_CLOSED = (AlertKind.REVIEW_DUE, AlertKind.NEW_MATCH)
STEPS = (AlertKind.ENDING, AlertKind.PART_ENDING, AlertKind.DECISION_LATE)  # of these a day brings one at most


def days_of(telling: Telling, today: date) -> tuple[date, date]:
    """The days from finding until telling; until today for what waits."""
    last = telling.told_on or today
    return min(telling.found_on, last), last


def was_true(telling: Telling, service: KnownService, days: Days, known_changes: Collection[str]) -> bool:
    """Whether the fact stood on some day from finding to telling; of a rehearsal, on the day that was rehearsed."""
    kind = telling.standing.kind
    if kind is AlertKind.AUDIT_DIFFERENCE:
        return True
    if kind is AlertKind.CONTACT_CHANGED:
        return telling.standing.mark in known_changes
    if kind is AlertKind.CONTACT_LEAVING:
        return any(_is_leaving(telling, chapter) for chapter, _ in _pages(telling, service.contacts, days.today))
    if kind in STATUS_OF or kind in NOT_OF_CLOSED:
        pages = _pages(telling, service.listing, days.today)
        is_so = any(_says(telling, record) for chapter, _ in pages for record in chapter.records)
        return is_so and (kind is not AlertKind.REVIEW_DUE or _was_unconfirmed(telling, service, days.today))
    return any(_stands(telling, service, chapter, day, days) for chapter, day in _pages(telling, service.windows, days.today))


def _pages(telling: Telling, chapters: Sequence[Chapter], today: date) -> Iterator[tuple[Chapter, date]]:
    if telling.rehearsed_on:
        return ((chapter, telling.rehearsed_on) for chapter in chapters)
    first, last = days_of(telling, today)
    return pages_of(chapters, max(first, first_day_due(telling.standing, telling.threshold)), last)


def _stands(telling: Telling, service: KnownService, chapter: Chapter, day: date, days: Days) -> bool:
    """Whether the windows made it true on the day."""
    standing, money = telling.standing, Money(chapter.records)
    if standing.kind is AlertKind.ROUTE_AT_RISK:
        return Standing(AlertKind.ENDING, standing.ends_on) == money.standing_on(day)
    if standing.kind in OF_MONEY:
        own = [record["days"] for each in service.warned for record in each.records]
        return any(standing in money.made_on(day, thresholds) for thresholds in (days.thresholds, *own))
    return money.paid_until(day) == (True, standing.ends_on)


def _says(telling: Telling, record: Values) -> bool:
    """Whether the listing was open, paused or closed as it was told; for a review also, that it was not confirmed since."""
    if telling.standing.kind in NOT_OF_CLOSED:
        is_confirmed = (
            telling.standing.kind is AlertKind.REVIEW_DUE and (record.get("assured_on") or "") > telling.standing.mark
        )
        return record["status"] != "closed" and not is_confirmed
    return bool(record["status"] == STATUS_OF[telling.standing.kind])


def _was_unconfirmed(telling: Telling, service: KnownService, today: date) -> bool:
    return any(
        all((record.get("confirmed_on") or "") <= telling.standing.mark for record in chapter.records)
        for chapter, _ in _pages(telling, service.windows, today)
    )


def _is_leaving(telling: Telling, chapter: Chapter) -> bool:
    last = str(telling.standing.ends_on)
    return any(record["id"] == telling.standing.mark and record.get("last_on") == last for record in chapter.records)


def was_theirs(telling: Telling, evidence: Evidence, today: date) -> bool:
    """Whether it concerned them in any way on some day from finding to telling: a watch, an area, a post, a colleague."""
    person, kind = evidence.people[telling.account_id], telling.standing.kind
    first, last = days_of(telling, today)
    if telling.is_stand_in or telling.why.endswith(GIVEN):
        return True
    if kind is AlertKind.AUDIT_DIFFERENCE:
        return "steward" in person.roles_ever
    if kind is AlertKind.NEW_MATCH:
        return telling.standing.mark in person.searches
    if telling.why in PASSED_ON:
        ends_on = telling.standing.ends_on
        is_near = kind is not AlertKind.ENDING or (ends_on is not None and ends_on - last <= PASSED_ON_WITHIN)
        return is_near and bool(person.roles_ever & POSTS)
    chapters = evidence.list_ever_concerned(telling.account_id, telling.service_id)
    if evidence.subjects.moved_on >= first and any(is_wide(version.values) for version in person.subjects):
        return True  # how areas lay then is not known any more
    reasons = [record for chapter, _ in pages_of(chapters, first, last) for record in chapter.records]
    is_for_posts = kind is AlertKind.REVIEW_DUE
    return any(person.roles_ever & POSTS if is_duty(reason) else not is_for_posts for reason in reasons)


def list_doubles(tellings: Iterable[Telling]) -> Iterator[Telling]:
    """Those that tell again what was told: the same threshold, two on one day, or a farther one after a nearer."""
    before: dict[tuple[Standing, str], list[Telling]] = defaultdict(list)
    kept = [telling for telling in tellings if telling.state is not DeliveryState.DROPPED]
    for telling in sorted(kept, key=lambda t: (t.told_on or date.max, t.found_on, -(t.threshold or 0))):
        earlier = before[telling.standing, telling.channel]
        if any(_repeats(telling, one) for one in earlier):
            yield telling
        earlier.append(telling)


def _repeats(telling: Telling, earlier: Telling) -> bool:
    if telling.threshold == earlier.threshold:
        return True
    if telling.told_on is None or earlier.told_on is None:
        return False
    is_same_day = telling.standing.kind in STEPS and telling.told_on == earlier.told_on
    return is_same_day or (telling.threshold or 0) > (earlier.threshold or 0)
