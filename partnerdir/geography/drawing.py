"""A plain map as numbers: points in degrees become places on a sheet, with what helps to read them; no records, no tiles."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, radians

from partnerdir.geography.rules import EARTH_RADIUS_MILES

WIDTH, SHORTEST, TALLEST, MARGIN = 360.0, 220.0, 420.0, 34.0
LEAST_MILES = 1.0  # so that one place alone is not drawn as if it were a country
WIDE, HIGH = 46.0, 18.0  # of a pin: those that would lie on each other are drawn as one
LETTER = 3.0  # half as wide as one
BELOW = 20.0  # a town is written so far below its pins
BESIDE = (-12.0, BELOW, -24.0, 32.0, -36.0, 44.0)  # its cross, the name of what was asked for: the first that lies on no pin
MOST_TOWNS, MOST_SAID, MOST_RINGS = 8, 2, 3
RULERS = (0.2, 0.5, 1, 2, 5, 10, 25, 50, 100, 250)
LONGEST_RULER = 110.0
MILES_PER_DEGREE = radians(1) * EARTH_RADIUS_MILES


@dataclass(frozen=True)
class Point:
    """Somewhere in degrees, and what stands there."""

    latitude: float
    longitude: float
    name: str


@dataclass(frozen=True)
class Mark:
    """Somewhere on the sheet, and what is written there."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Ring:
    """A circle of so many miles around the middle of what was asked."""

    radius: float
    miles: float


@dataclass(frozen=True)
class Drawing:
    """What is on the sheet; x runs from the west, y from the north."""

    width: float
    height: float
    pins: tuple[Mark, ...]
    towns: tuple[Mark, ...]
    middle: Mark | None
    name: Mark | None  # of the middle, beside it
    rings: tuple[Ring, ...]
    ruler: Ring


@dataclass(frozen=True)
class _Sheet:
    """How degrees become places: true to distance near its middle (equirectangular)."""

    latitude: float
    longitude: float
    scale: float  # of the sheet, for each mile
    height: float

    def mark(self, point: Point) -> Mark:
        """Where a point is on the sheet."""
        east = (point.longitude - self.longitude) * cos(radians(self.latitude)) * MILES_PER_DEGREE
        south = (self.latitude - point.latitude) * MILES_PER_DEGREE
        return Mark(round(WIDTH / 2 + east * self.scale, 1), round(self.height / 2 + south * self.scale, 1), point.name)

    def holds(self, mark: Mark) -> bool:
        """Whether what is written there is on the sheet, and not on its ruler."""
        half = LETTER * len(mark.text)
        return half < mark.x < WIDTH - half and HIGH < mark.y < self.height - MARGIN


def drawing_of(points: Sequence[Point], middle: Point | None, towns: Iterable[Point], ring_miles: Sequence[int]) -> Drawing:
    """The points on one sheet, with the middle of what was asked and the names of towns; at least one point is needed."""
    sheet = _sheet_for([*points, *([middle] if middle else [])])
    pins = tuple(_joined(sheet.mark(point) for point in points))
    centre = sheet.mark(middle) if middle else None
    name = _beside(sheet, centre, pins) if centre else None
    return Drawing(
        width=WIDTH,
        height=sheet.height,
        pins=pins,
        towns=tuple(_apart(sheet, towns, [*pins, *([name] if name else [])])),
        middle=centre,
        name=name,
        rings=tuple(_rings(sheet, ring_miles)) if centre else (),
        ruler=_ruler(sheet),
    )


def direction(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> str:
    """Which way one point lies from another, as one of eight."""
    north = to_latitude - latitude
    east = (to_longitude - longitude) * cos(radians(latitude))
    if abs(north) >= abs(east) * 2.414:  # the tangent of 67.5 degrees
        return "north" if north > 0 else "south"
    if abs(east) >= abs(north) * 2.414:
        return "east" if east > 0 else "west"
    return f"{'north' if north > 0 else 'south'}-{'east' if east > 0 else 'west'}"


def _sheet_for(points: Sequence[Point]) -> _Sheet:
    norths, easts = [point.latitude for point in points], [point.longitude for point in points]
    latitude, longitude = (min(norths) + max(norths)) / 2, (min(easts) + max(easts)) / 2
    tall = max((max(norths) - min(norths)) * MILES_PER_DEGREE, LEAST_MILES)
    wide = max((max(easts) - min(easts)) * MILES_PER_DEGREE * cos(radians(latitude)), LEAST_MILES)
    scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / tall)
    return _Sheet(latitude, longitude, scale, round(max(SHORTEST, tall * scale + 2 * MARGIN), 1))


def _joined(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Marks that would lie on each other as one, with all that is written on them as far as there is room."""
    groups: list[list[Mark]] = []
    for mark in marks:
        near = next((group for group in groups if abs(group[0].x - mark.x) < WIDE and abs(group[0].y - mark.y) < HIGH), None)
        groups.append([mark]) if near is None else near.append(mark)
    for group in groups:
        texts = list(dict.fromkeys(mark.text for mark in group))
        more = f" +{len(texts) - MOST_SAID}" if len(texts) > MOST_SAID else ""
        yield Mark(group[0].x, group[0].y, ", ".join(texts[:MOST_SAID]) + more)


def _beside(sheet: _Sheet, centre: Mark, pins: Sequence[Mark]) -> Mark:
    """The name of the middle, where there is room for it; at the first place where there is none."""
    spots = [replace(centre, y=round(centre.y + down, 1)) for down in BESIDE]
    free = (spot for spot in spots if sheet.holds(spot) and all(_are_apart(spot, pin) for pin in pins))
    return next(free, spots[0])


def _apart(sheet: _Sheet, towns: Iterable[Point], taken: Sequence[Mark]) -> Iterator[Mark]:
    """The names of towns for which there is room."""
    written = list(taken)
    for town in map(sheet.mark, towns):
        if len(written) - len(taken) == MOST_TOWNS:
            return
        mark = replace(town, y=round(town.y + BELOW, 1))
        if sheet.holds(mark) and all(_are_apart(mark, other) for other in written):
            written.append(mark)
            yield mark


def _are_apart(mark: Mark, other: Mark) -> bool:
    """Whether one can be read beside the other."""
    halves = (max(HIGH / 2, LETTER * len(text)) for text in (mark.text, other.text))
    return abs(other.y - mark.y) >= HIGH - 4 or abs(other.x - mark.x) > sum(halves)


def _rings(sheet: _Sheet, miles: Sequence[int]) -> Iterator[Ring]:
    longest = hypot(WIDTH, sheet.height)
    fitting = [far for far in miles if 2 * HIGH < far * sheet.scale < longest]
    return (Ring(round(far * sheet.scale, 1), far) for far in fitting[:MOST_RINGS])


def _ruler(sheet: _Sheet) -> Ring:
    far = max((miles for miles in RULERS if miles * sheet.scale <= LONGEST_RULER), default=RULERS[0])
    return Ring(round(far * sheet.scale, 1), far)
