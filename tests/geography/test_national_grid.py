"""Points of the National Grid are put where they are."""

import json
from math import dist
from pathlib import Path

import pytest

from partnerdir.geography.national_grid import _unprojected, degrees_of
from partnerdir.geography.rules import miles_between

METRES = 1609.344


def test_the_projection_gives_the_guides_own_example() -> None:
    # Ordnance Survey, "A guide to coordinate systems in Great Britain", annexe C: 52°39'27.2531"N 1°43'4.5177"E on Airy.
    latitude, longitude = (radians * 57.29577951308232 for radians in _unprojected(651_409.903, 313_177.270))
    assert dist((latitude, longitude), (52 + 39 / 60 + 27.2531 / 3600, 1 + 43 / 60 + 4.5177 / 3600)) < 1e-7


def test_the_middles_of_council_areas_come_out_within_ten_metres(shared_data: Path) -> None:
    features = json.loads((shared_data / "geography" / "scotland-council-areas.geojson").read_text())["features"]
    known = [feature["properties"] for feature in features]
    # The publisher gives the middle of Highland as 60, -5 to the degree, which is out at sea.
    known = [place for place in known if (place["lat"], place["long"]) != (60, -5)]
    assert len(known) == 31
    for place in known:
        found = degrees_of(place["bng_e"], place["bng_n"])
        assert miles_between(*found, place["lat"], place["long"]) * METRES < 10, place["lad18nm"]


@pytest.mark.parametrize("moved", [(100, 0), (0, 100)])
def test_a_hundred_metres_on_the_grid_are_a_hundred_on_the_ground(moved: tuple[int, int]) -> None:
    here, there = degrees_of(258_000, 665_500), degrees_of(258_000 + moved[0], 665_500 + moved[1])
    # The grid is drawn up to 0.04 % too small or large; a sphere is up to 0.6 % off the earth's real shape.
    assert miles_between(*here, *there) * METRES == pytest.approx(100, rel=0.007)
