"""What is true of searching: a question and its answer, what counts in ranking, and how far a follower has come."""

import unicodedata
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

# How much a word counts by where it is found; the ranking is BM25F (Robertson and Zaragoza, 2009) with its usual constants.
FIELD_WEIGHTS = {"name": 4.0, "needs": 3.0, "words": 2.0, "description": 1.0}
PLACE = "place"  # where a service is; asked for, it lifts what answers the rest of the question
SATURATION = 1.2
LENGTH_NORMALISATION = 0.75

MOST_TERMS = 20  # of one question; what is typed beyond that is not looked at
MOST_CHARACTERS = 1000

# On PostgreSQL a change may take its number early and commit late. A number that is missing is looked for this long.
PATIENCE = timedelta(hours=1)

_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc")


DISTANCES = (1, 3, 5, 10, 25)  # miles
USUAL_DISTANCE = 10
ANY_DISTANCE = 0  # the nearest matter most, and nothing is too far


@dataclass(frozen=True)
class Place:
    """Somewhere that is asked about: a point in degrees, an area, or both; `is_area` is the area itself, not a point in it."""

    name: str
    latitude: float | None = None
    longitude: float | None = None
    area_id: uuid.UUID | None = None
    is_area: bool = False


@dataclass(frozen=True)
class Reached:
    """How a service counts as near a place; more than one may hold."""

    miles: float | None = None
    is_rough: bool = False  # of the miles: only known to be somewhere in its postcode district
    serves: bool = False
    is_in: bool = False
    comes: bool = False
    by_phone: bool = False
    online: bool = False
    is_elsewhere: bool = False  # none of these, though it does say where it is


@dataclass(frozen=True)
class Question:
    """What somebody looks for; empty words ask for everything that passes the filters."""

    words: str = ""
    need_id: uuid.UUID | None = None
    area_id: uuid.UUID | None = None
    page: int = 1
    page_size: int = 20
    place: Place | None = None
    within: int = USUAL_DISTANCE  # miles, or ANY_DISTANCE
    by_distance: bool = False
    age: int | None = None
    chosen: tuple[str, ...] = ()  # traits, in the order they were chosen
    as_written: str = ""  # where the place was understood from the words: the words with the place in them


class Node(NamedTuple):
    """A need or an area, and its place in the tree."""

    id: uuid.UUID
    code: str
    name: str
    parent_id: uuid.UUID | None


@dataclass(frozen=True)
class Answer:
    """How many services there are, those on the asked page, best first, and how many of all have each need and area."""

    total: int = 0
    service_ids: list[uuid.UUID] = field(default_factory=list)
    need_counts: dict[uuid.UUID, int] = field(default_factory=dict)
    area_counts: dict[uuid.UUID, int] = field(default_factory=dict)
    trait_counts: dict[str, int] = field(default_factory=dict)
    reached: dict[uuid.UUID, Reached] = field(default_factory=dict)  # of those on the page, where a place was asked for
    unplaced: int = 0  # how many more would be found if those that do not say where they are were shown
    spelt: str = ""  # the question as it was read, where nothing is found by a word as it was typed
    needs_meant: tuple[uuid.UUID, ...] = ()  # one for each thing that the words ask for, as far as they name any
    corrections: tuple[str, ...] = ()  # questions that may have been meant; they were not looked for in place of this one
    closed: list[uuid.UUID] = field(default_factory=list)  # have exactly the name asked for, and are not listed any more
    is_any_placed: bool = False  # whether it is known of any service on the page where it is, as far as anybody may know
    needs: tuple[Node, ...] = ()  # every need in order of name, as it was when these were counted
    areas: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Gap:
    """Numbers, both ends included, that were missing from the change log when it was read."""

    first: int
    last: int
    noticed_at: datetime


@dataclass(frozen=True)
class Position:
    """How far the change log has been followed, when that last change happened, and which numbers may still appear."""

    followed_to: int = 0
    happened_at: datetime | None = None
    gaps: tuple[Gap, ...] = ()

    def after(self, changes: Sequence[tuple[int, datetime]], now: datetime) -> "Position":
        """The position once these changes (number and moment, numbers rising) have been followed as well."""
        numbers = [number for number, _ in changes]
        gaps = [
            Gap(first, last, gap.noticed_at)
            for gap in self.gaps
            if now - gap.noticed_at < PATIENCE
            for first, last in _holes(gap.first, gap.last, numbers)
        ]
        if not numbers or numbers[-1] <= self.followed_to:
            return Position(self.followed_to, self.happened_at, tuple(gaps))
        gaps += [Gap(first, last, now) for first, last in _holes(self.followed_to + 1, numbers[-1], numbers)]
        return Position(numbers[-1], changes[-1][1], tuple(gaps))


def _holes(first: int, last: int, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    expected = first
    for number in numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]:
        if number > expected:
            yield expected, number - 1
        expected = number + 1
    if expected <= last:
        yield expected, last


def plain(text: str) -> str:
    """The text without capitals, accents, apostrophes and needless spaces, as names are ordered and words compared."""
    text = " ".join(text.translate(_APOSTROPHES).casefold().split())
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def with_ancestors(parents: Mapping[uuid.UUID, uuid.UUID | None]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Each node of a tree with all that are above it; a tree that bites its own tail ends there."""
    found = {}
    for node in parents:
        line: list[uuid.UUID] = []
        above: uuid.UUID | None = node
        while above is not None and above in parents and above not in line:
            line.append(above)
            above = parents[above]
        found[node] = frozenset(line)
    return found


def with_descendants(parents: Mapping[uuid.UUID, uuid.UUID | None]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Each node of a tree with all that are below it: a service that serves a council serves each of its wards."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {node: set() for node in parents}
    for node, line in with_ancestors(parents).items():
        for ancestor in line:
            found[ancestor].add(node)
    return {node: frozenset(below) for node, below in found.items()}


def with_relatives(parents: Mapping[uuid.UUID, uuid.UUID | None]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Each node of a tree with all that are above it and all that are below it.

    A service that serves a council is found in each of its wards; one that serves a ward is found in the council.
    """
    above = with_ancestors(parents)
    found = {node: set(line) for node, line in above.items()}
    for node, line in above.items():
        for ancestor in line:
            found[ancestor].add(node)
    return {node: frozenset(relatives) for node, relatives in found.items()}
