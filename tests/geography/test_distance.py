"""Distance is true: compared, over every postcode at hand, with the angle between two vectors, which shares no formula."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from partnerdir.geography.rules import EARTH_RADIUS_MILES, miles_between
from partnerdir.search.nearness import miles_to


def _points(shared_data: Path) -> np.ndarray:
    folder = shared_data / "geography"
    units = [entry["fields"] for entry in json.loads((folder / "glasgow-g2-postcodes.json").read_text())]
    with (folder / "scotland-outcodes.csv").open() as file:
        outcodes = list(csv.DictReader(file))
    points = [(float(place["latitude"]), float(place["longitude"])) for place in (*units, *outcodes)]
    assert len(points) == 573 + 455
    return np.array(points)


def _by_vectors(here: np.ndarray, points: np.ndarray) -> np.ndarray:
    def unit(degrees: np.ndarray) -> np.ndarray:
        latitude, longitude = np.radians(degrees.astype(np.longdouble)).T
        return np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])

    one, others = unit(here[None])[:, 0], unit(points)
    across = np.linalg.norm(np.cross(one, others.T).astype(np.float64), axis=1)
    return EARTH_RADIUS_MILES * np.arctan2(across, (one @ others).astype(np.float64))


def test_every_distance_is_within_a_thousandth_of_an_independent_formula(shared_data: Path) -> None:
    points = _points(shared_data)
    worst = 0.0
    for here in points:
        far, true = miles_to(here[0], here[1], points[:, 0], points[:, 1]), _by_vectors(here, points)
        apart = true > 0.001  # a few feet; some postcodes share one point
        worst = max(worst, float(np.max(np.abs(far - true)[apart] / true[apart])))
        assert np.all(far[~apart] < 0.0011)
    assert worst < 0.001


def test_both_ways_of_reckoning_agree() -> None:
    assert miles_between(55.86, -4.25, 55.95, -3.19) == pytest.approx(
        float(miles_to(55.86, -4.25, np.array([55.95]), np.array([-3.19]))[0]), rel=1e-12
    )


def test_glasgow_is_forty_two_miles_from_edinburgh() -> None:
    assert miles_between(55.8609, -4.2514, 55.9533, -3.1883) == pytest.approx(41.7, abs=0.3)


def test_a_wrong_radius_would_be_caught(shared_data: Path) -> None:
    points = _points(shared_data)[:50]
    far, true = miles_to(points[0][0], points[0][1], points[:, 0], points[:, 1]) * 1.0011, _by_vectors(points[0], points)
    apart = true > 0.001
    assert np.max(np.abs(far - true)[apart] / true[apart]) > 0.001
