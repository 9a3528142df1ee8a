"""Days are said the way people say them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdir.dates import day_with_distance, distance, spoken_day

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 22), "today"),
        (date(2026, 11, 23), "tomorrow"),
        (date(2026, 11, 21), "yesterday"),
        (date(2026, 12, 5), "in 13 days"),
        (date(2026, 12, 6), "in 2 weeks"),
        (date(2027, 1, 20), "in 8 weeks"),
        (date(2027, 3, 31), "in 4 months"),
        (date(2027, 11, 22), "in 12 months"),
        (date(2030, 11, 22), "in 4 years"),
        (date(2026, 5, 22), "6 months ago"),
        (date(2024, 11, 22), "2 years ago"),
    ],
)
def test_how_far_away_a_day_is(day: date, said: str) -> None:
    assert distance(day, TODAY) == said


def test_a_day_is_said_whole() -> None:
    assert spoken_day(date(2027, 3, 1)) == "1 March 2027"
    assert day_with_distance(date(2027, 3, 31), TODAY) == "31 March 2027, in 4 months"


@given(st.dates(), st.integers(min_value=60, max_value=20_000))
def test_months_and_years_are_never_overstated(today: date, days: int) -> None:
    if (date.max - today).days <= days:
        return
    count, unit = distance(today + timedelta(days=days), today).removeprefix("in ").split()
    longest = 31 if unit.startswith("month") else 366
    shortest = 28 if unit.startswith("month") else 365
    assert int(count) * shortest <= days
    assert days <= (int(count) + 1) * longest
