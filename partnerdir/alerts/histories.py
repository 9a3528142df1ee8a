"""What records said when: wound back from what they say now through the change log. Pure, and shared with no scan."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

Values = dict[str, Any]  # a record's fields as the change log keeps them: days as 2027-03-31
EVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One line of the change log."""

    at: datetime
    action: str
    fields: dict[str, list[Any]]
    id: int = 0


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


def chapters_since(chapters: Iterable[Chapter], day: date) -> list[Chapter]:
    """Those that go on to the day or beyond it."""
    return [chapter for chapter in chapters if chapter.last_day >= day]


def pages_of(chapters: Iterable[Chapter], first: date, last: date) -> Iterator[tuple[Chapter, date]]:
    """The chapters of the days from the first to the last, each with its first day among these."""
    for chapter in chapters:
        day = max(first, chapter.first_day)
        if day <= min(last, chapter.last_day):
            yield chapter, day
