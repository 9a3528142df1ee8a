"""What is true of a list of endings."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby


@dataclass(frozen=True)
class Ending:
    """A service that stops being funded after a day."""

    service_id: uuid.UUID
    service_name: str
    organisation_name: str
    ends_on: date
    is_estimated: bool
    expected_until: date | None


@dataclass(frozen=True)
class Month:
    """The endings of one month; `first_on` is its first day."""

    first_on: date
    endings: list[Ending]


def by_month(endings: Iterable[Ending]) -> list[Month]:
    """The endings month by month, the nearest first."""
    ordered = sorted(endings, key=lambda ending: (ending.ends_on, ending.service_name.lower()))
    return [Month(first, list(these)) for first, these in groupby(ordered, key=lambda ending: ending.ends_on.replace(day=1))]
