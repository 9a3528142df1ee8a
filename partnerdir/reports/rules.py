"""What is true of a list of endings: which belong together, and on which day most of them fall."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from partnerdir.funding.rules import Renewal


class View(StrEnum):
    """How a list of endings is laid out."""

    MONTH = "month"
    AREA = "area"
    NEED = "need"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Ending:
    """A service whose confirmed money ends after a day, and what is known of that day."""

    service_id: uuid.UUID
    service_name: str
    organisation_name: str
    ends_on: date
    is_estimated: bool = False
    expected_until: date | None = None
    funds: tuple[str, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    decision_due_on: date | None = None
    said_by: str = ""
    said_on: date | None = None
    source: str = ""
    area_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)
    need_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Undated:
    """A service of which nobody has recorded until when it is paid for."""

    service_id: uuid.UUID
    service_name: str
    organisation_name: str


@dataclass(frozen=True)
class Part:
    """The endings of one month, area or need, under its name."""

    name: str
    endings: tuple[Ending, ...]


def in_order(endings: Iterable[Ending]) -> list[Ending]:
    """The endings, the nearest first."""
    return sorted(endings, key=lambda ending: (ending.ends_on, ending.service_name.lower(), str(ending.service_id)))


def by_month(endings: Iterable[Ending], first: date, last: date, named: Callable[[date], str]) -> list[Part]:
    """The endings of each month from the first day to the last; a month in which nothing ends is there too, and empty."""
    ordered = in_order(endings)
    months = range(_month(first), _month(last) + 1)
    return [
        Part(named(date(month // 12, month % 12 + 1, 1)), tuple(e for e in ordered if _month(e.ends_on) == month))
        for month in months
    ]


def _month(day: date) -> int:
    """Months since the year nought, so that they can be counted through."""
    return day.year * 12 + day.month - 1


def by_subject(
    endings: Iterable[Ending], ids_of: Callable[[Ending], Set[uuid.UUID]], names: Mapping[uuid.UUID, str], without: str
) -> list[Part]:
    """The endings under each area or need that they have, the fullest first; those that have none stand last."""
    found: dict[str, list[Ending]] = {}
    for ending in in_order(endings):
        for name in {names[each] for each in ids_of(ending) if each in names} or {without}:
            found.setdefault(name, []).append(ending)
    parts = [Part(name, tuple(these)) for name, these in found.items()]
    return sorted(parts, key=lambda part: (part.name == without, -len(part.endings), part.name.lower()))


def busiest_day(endings: Iterable[Ending]) -> tuple[date, int] | None:
    """The day on which most services lose their money, and how many; None where no two share a day."""
    counted = Counter(ending.ends_on for ending in endings)
    day, count = min(counted.items(), key=lambda pair: (-pair[1], pair[0]), default=(date.min, 0))
    return (day, count) if count > 1 else None


def narrowed(endings: Iterable[Ending], area_ids: Set[uuid.UUID] | None, need_ids: Set[uuid.UUID] | None) -> list[Ending]:
    """Those with one of these areas and one of these needs; None asks for any."""
    return [
        ending
        for ending in endings
        if (area_ids is None or ending.area_ids & area_ids) and (need_ids is None or ending.need_ids & need_ids)
    ]


def below(root: uuid.UUID, parents: Mapping[uuid.UUID, uuid.UUID | None]) -> set[uuid.UUID]:
    """A place in a tree, and all that lies in it."""
    return {each for each in parents if root in _way_up(each, parents)} | {root}


def around(root: uuid.UUID, parents: Mapping[uuid.UUID, uuid.UUID | None]) -> set[uuid.UUID]:
    """An area, what lies in it and what it lies in: who serves the council serves its wards."""
    return below(root, parents) | _way_up(root, parents)


def _way_up(start: uuid.UUID, parents: Mapping[uuid.UUID, uuid.UUID | None]) -> set[uuid.UUID]:
    seen: set[uuid.UUID] = set()
    here: uuid.UUID | None = start
    while here is not None and here not in seen:
        seen.add(here)
        here = parents.get(here)
    return seen
