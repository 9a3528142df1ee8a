"""A drawn map is true to distance and direction, whatever is on it, and everything that is on it can be read."""

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdir.geography.drawing import HIGH, MOST_TOWNS, WIDE, WIDTH, Point, direction, drawing_of
from partnerdir.geography.rules import miles_between
from partnerdir.search.rules import DISTANCES

MIDDLE = Point(56.40, -3.20, "QX1 1AA")
NEAR = st.builds(Point, st.floats(56.2, 56.6), st.floats(-3.5, -2.9), st.text("ab", min_size=1, max_size=3))


@given(st.lists(NEAR, min_size=1, max_size=20), st.booleans())
def test_everything_that_is_asked_for_is_on_the_sheet_and_no_pin_lies_on_another(
    points: list[Point], with_middle: bool
) -> None:
    drawing = drawing_of(points, MIDDLE if with_middle else None, [], DISTANCES)
    marks = [*drawing.pins, *([drawing.middle] if drawing.middle else [])]
    assert all(0 < mark.x < WIDTH and 0 < mark.y < drawing.height for mark in marks)
    for number, pin in enumerate(drawing.pins):
        assert all(abs(pin.x - other.x) >= WIDE or abs(pin.y - other.y) >= HIGH for other in drawing.pins[:number])


@given(NEAR)
def test_distances_on_the_sheet_are_those_on_the_earth(point: Point) -> None:
    drawing = drawing_of([point], MIDDLE, [], DISTANCES)
    [pin], middle, ruler = drawing.pins, drawing.middle, drawing.ruler
    assert middle is not None
    drawn = hypot(pin.x - middle.x, pin.y - middle.y) * ruler.miles / ruler.radius
    assert drawn == pytest.approx(
        miles_between(MIDDLE.latitude, MIDDLE.longitude, point.latitude, point.longitude), rel=0.01, abs=0.1
    )
    for ring in drawing.rings:
        assert ring.radius / ring.miles == pytest.approx(ruler.radius / ruler.miles, rel=0.01)


def test_those_at_one_place_are_one_pin_that_says_how_many_more() -> None:
    here = [Point(56.4, -3.2, str(number)) for number in range(1, 6)]
    assert [pin.text for pin in drawing_of(here, None, [], DISTANCES).pins] == ["1, 2 +3"]
    assert [pin.text for pin in drawing_of([*here[:1], *here[:1]], None, [], DISTANCES).pins] == ["1"]


def test_the_name_of_what_was_asked_for_lies_on_no_pin() -> None:
    next_door = [Point(MIDDLE.latitude + 0.001, MIDDLE.longitude, "1"), Point(56.2, -3.5, "2"), Point(56.6, -2.9, "3")]
    drawing = drawing_of(next_door, MIDDLE, [], DISTANCES)
    [pin, *_], name = drawing.pins, drawing.name
    assert name is not None
    assert (name.text, name.x) == (MIDDLE.name, pin.x)
    assert abs(name.y - pin.y) >= HIGH - 4


def test_towns_are_written_where_there_is_room_and_never_on_each_other() -> None:
    points = [Point(56.2, -3.5, "1"), Point(56.6, -2.9, "2")]
    towns = [Point(56.2 + number / 75, -3.2, f"Town {number}") for number in range(30)]
    written = drawing_of(points, MIDDLE, [*towns, Point(50, 0, "Far")], DISTANCES).towns
    assert 2 < len(written) <= MOST_TOWNS
    assert "Far" not in {town.text for town in written}
    heights = sorted(town.y for town in written)
    assert min(below - above for above, below in pairwise(heights)) >= HIGH - 4


@pytest.mark.parametrize(
    ("north", "east", "said"),
    [(1, 0, "north"), (1, 1, "north-east"), (0, 1, "east"), (-1, 1, "south-east"),
     (-1, 0, "south"), (-1, -1, "south-west"), (0, -1, "west"), (1, -1, "north-west"), (1, 0.2, "north"), (0.2, -1, "west")],
)  # fmt: skip
def test_a_direction_is_one_of_eight(north: float, east: float, said: str) -> None:
    # On the equator a degree is as long either way.
    assert direction(0, 0, north, east) == said
