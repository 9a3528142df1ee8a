"""The auditor's own reading of what stood when: of windows, and of the change log. Pure, and shared with no scan."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from partnerdir.alerts.rules import AlertKind

Values = dict[str, Any]  # a record's fields as the change log keeps them: days as 2027-03-31
EVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
BEFORE_ALL_DAYS, AFTER_ALL_DAYS = 0, date.max.toordinal() + 1
# Essential money that takes over may run beside the old for ninety days (docs/decisions/0004-outlook.md).
DAYS_LOOKED_BACK = 91


@dataclass(frozen=True)
class Standing:
    """What is true of a service's money on a day: it ends, or has ended, with this last day."""

    kind: AlertKind
    ends_on: date


@dataclass(frozen=True)
class Entry:
    """One line of the change log."""

    at: datetime
    action: str
    fields: dict[str, list[Any]]


@dataclass(frozen=True)
class Version:
    """What a record said from one moment until another."""

    values: Values
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Chapter:
    """What all the records of a kind said between two changes; both days are included."""

    first_day: date
    last_day: date
    records: tuple[Values, ...]


def standing_on(windows: Iterable[Values], day: date) -> Standing | None:
    """What the windows make true on the day; None where no end is known."""
    stretches = _list_stretches(windows)
    today = day.toordinal()
    for first, last in stretches:
        if first <= today <= last:
            return None if last == AFTER_ALL_DAYS else Standing(AlertKind.ENDING, date.fromordinal(last))
    past = max((last for _, last in stretches if last < today), default=None)
    return None if past is None else Standing(AlertKind.ENDED, date.fromordinal(past))


def first_day_due(standing: Standing, threshold: int) -> date:
    """The first day on which this is due: so many days before the end, or the first day without money."""
    return date.fromordinal(standing.ends_on.toordinal() - threshold)


def nearest_passed(standing: Standing, day: date, thresholds: Iterable[int]) -> int | None:
    """The smallest threshold that is due on the day; the end itself counts as minus one, as the ledger writes it."""
    if standing.kind == AlertKind.ENDED:
        return -1 if standing.ends_on < day else None
    return min((threshold for threshold in thresholds if first_day_due(standing, threshold) <= day), default=None)


def _list_stretches(windows: Iterable[Values]) -> list[tuple[int, int]]:
    """First and last day of every stretch of days on which the service is paid for."""
    confirmed = [window for window in windows if window["certainty"] == "confirmed"]
    essential = [window for window in confirmed if window["is_essential"]]
    paid = [days for window in essential or confirmed if (days := _days_paid(window))]
    turns = sorted({first for first, _ in paid} | {last + 1 for _, last in paid})

    def paying(day: int) -> int:
        return sum(first <= day <= last for first, last in paid)

    stretches, began = [], None
    for day in turns:
        before, now = paying(day - 1), paying(day)
        if began is None:
            began = day if now > before else None
            continue
        looked_at = max(began, day - DAYS_LOOKED_BACK)
        fewest = min(paying(earlier) for earlier in (looked_at, *(turn for turn in turns if looked_at < turn < day)))
        if now < fewest and (essential or now == 0):
            stretches.append((began, day - 1))
            began = None
    return stretches


def _days_paid(window: Values) -> tuple[int, int] | None:
    # The log of a window that was removed leaves out what was empty.
    starts_on, ends_on, end_kind = window.get("starts_on"), window.get("ends_on"), window["end_kind"]
    if end_kind == "unknown" or (ends_on is None and end_kind != "open_ended"):
        return None
    first = date.fromisoformat(starts_on).toordinal() if starts_on else BEFORE_ALL_DAYS
    last = date.fromisoformat(ends_on).toordinal() if ends_on else AFTER_ALL_DAYS
    return (first, last) if first <= last else None


def versions_of(now: Values | None, newest_first: Iterable[Entry]) -> list[Version]:
    """What a record has said, wound back from what it says now; None now when it is removed."""
    versions, values, until = [], now, FOREVER
    for entry in newest_first:
        if values is not None and entry.at < until:
            versions.append(Version(values, entry.at, until))
        until = entry.at
        before = {name: pair[0] for name, pair in entry.fields.items()}
        if entry.action == "added":
            values = None
        elif entry.action == "removed":
            values = before
        elif values is not None:
            values = values | before
    return versions if values is None else [*versions, Version(values, EVER, until)]


def chapters_of(histories: Iterable[Sequence[Version]], day_of: Callable[[datetime], date]) -> list[Chapter]:
    """The histories of several records as one: from each change to the next. `day_of` says which day a moment is on."""
    versions = [version for history in histories for version in history]
    moments = sorted({EVER, FOREVER} | {moment for version in versions for moment in (version.since, version.until)})
    return [
        Chapter(
            date.min if since == EVER else day_of(since),
            date.max if until == FOREVER else day_of(until),
            tuple(version.values for version in versions if version.since <= since and until <= version.until),
        )
        for since, until in pairwise(moments)
    ]
