"""A family's question and the plan that answers it: people by age and circumstance, needs, and the fewest services for all."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_

from partnerdir.search.rules import USUAL_DISTANCE, Place, Reached

MOST_NEEDS = MOST_PEOPLE = 6


@dataclass(frozen=True)
class Person:
    """Somebody in the family, never by name: what is not said of them may be anything, but women and men are not sure."""

    age: int | None = None
    circumstances: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """One need, of one person by their number, or of any of them."""

    need_id: uuid.UUID
    person: int | None = None


@dataclass(frozen=True)
class Family:
    """What a family needs, who they are, where, and whether help must still be there in six months."""

    wanted: tuple[Wanted, ...]
    people: tuple[Person, ...] = ()
    place: Place | None = None
    within: int = USUAL_DISTANCE  # miles
    stays: bool = False


class Hindrance(StrEnum):
    """Why a service that helps with a need is not in the plan."""

    ENDS_SOONER = "ends_sooner"
    TOO_FAR = "too_far"
    WIDER_NEED = "wider_need"
    NOT_TAKING = "not_taking"
    NOT_FOR_THEM = "not_for_them"
    PAUSED = "paused"


@dataclass(frozen=True)
class Pick:
    """One service: the numbers of the needs it is for and of the people it is open to, and what is against it, in miles."""

    service_id: uuid.UUID
    covers: tuple[int, ...]
    people: tuple[int, ...]
    against: float
    reached: Reached | None = None
    is_nearest: bool = False  # of all that fit one of its needs
    is_end_known: bool = True  # whether anybody has said until when it is paid for
    hindrances: tuple[Hindrance, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The fewest services that cover every need that any service covers, those that cover most first."""

    picks: tuple[Pick, ...] = ()
    fitting: tuple[int, ...] = ()  # by need: how many services fit it
    instead: Mapping[int, tuple[Pick, ...]] = field(default_factory=dict)  # by need that is covered: the next best
    gaps: Mapping[int, tuple[Pick, ...]] = field(default_factory=dict)  # by need that is not: the closest, and what hinders
    apart: float | None = None  # miles between the two places of the plan that are furthest apart


def least_cover(costs: Mapping[int, int]) -> list[int]:
    """The sets (needs as bits) that together cover all that any of these covers: the fewest, then the cheapest.

    Exact, by Bellman's recursion over the subsets: some set covers the lowest need, and what it leaves is a smaller case.
    """
    everything = reduce(or_, costs, 0)
    best: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, ())}
    for wanted in range(1, everything + 1):
        if wanted & ~everything:
            continue
        lowest = wanted & -wanted
        rests = ((one, cost, best[wanted & ~one]) for one, cost in costs.items() if one & lowest)
        best[wanted] = min((1 + rest[0], cost + rest[1], (one, *rest[2])) for one, cost, rest in rests)
    return list(best[everything][2])
