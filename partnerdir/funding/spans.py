"""Stretches of days as plain numbers: which of them join, and where money that is all needed is lost."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """Days as ordinals, so that the last day of year 9999 has a day after it."""

    first: int
    after: int


class Course(NamedTuple):
    """How money comes and goes: the stretches when none is missing, and the days on which some is lost."""

    runs: list[Span]
    losses: list[int]


ALWAYS = 0  # before the first day of the calendar
NEVER = date.max.toordinal() + 2  # beyond the day after its last
HANDOVER_DAYS = 90  # the longest overlap that is still one window taking over from another


def find_span_on(spans: Iterable[Span], day: int) -> Span | None:
    """The span that includes the day."""
    return next((span for span in spans if span.first <= day < span.after), None)


def last_day(after: int) -> date | None:
    """The last day of a span that is over on the day given; None for one that never is."""
    return None if after == NEVER else date.fromordinal(after - 1)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same days in as few spans as possible: those that touch or overlap become one."""
    longest: list[Span] = []
    for span in sorted(spans):
        if longest and span.first <= longest[-1].after:
            span = Span(longest[-1].first, max(longest.pop().after, span.after))
        longest.append(span)
    return longest


def course_of(spans: Iterable[Span]) -> Course:
    """Where money is lost: fewer spans run than on any day of the handover before. New money begins a new stretch.

    It looks at how many run and never at which, so two touching halves mean the same as the whole.
    """
    course = Course([], [])
    levels: list[tuple[int, int]] = []
    began: int | None = None
    level = 0
    for day, change in _list_changes(spans):
        level += change
        if change > 0 and began is None:
            began, levels = day, []
        elif change < 0 and level < _fewest_lately(levels, day):
            course.losses.append(day)
            if began is not None:
                course.runs.append(Span(began, day))
            began = None
        levels.append((day, level))
    return course


def _list_changes(spans: Iterable[Span]) -> list[tuple[int, int]]:
    changes: Counter[int] = Counter()
    for span in spans:
        changes[span.first] += 1
        changes[span.after] -= 1
    return sorted(changes.items())


def _fewest_lately(levels: list[tuple[int, int]], day: int) -> int:
    """The lowest level in force on any day of the handover before this one; each level is (first day, how many run)."""
    ends = [first for first, _ in levels[1:]] + [day]
    return min(level for (_, level), end in zip(levels, ends, strict=True) if end >= day - HANDOVER_DAYS)
