"""What belongs together in a list of endings."""

import uuid
from datetime import date

import pytest

from partnerdir.dates import spoken_month
from partnerdir.reports.rules import Ending, around, below, busiest_day, by_month, by_subject, narrowed

NATION, COUNCIL, WARD, OTHER = (uuid.UUID(int=number) for number in range(4))
PARENTS = {NATION: None, COUNCIL: NATION, WARD: COUNCIL, OTHER: NATION}


def _ending(name: str, ends_on: date, *area_ids: uuid.UUID) -> Ending:
    return Ending(uuid.uuid4(), name, "Trust", ends_on, area_ids=frozenset(area_ids))


MARCH = [_ending(name, date(2027, 3, 31), WARD) for name in ("B", "a", "C")]
MAY = _ending("D", date(2027, 5, 1), OTHER, WARD)


def test_every_month_is_there_also_where_nothing_ends():
    parts = by_month([MAY, *MARCH], date(2027, 2, 10), date(2027, 6, 1), spoken_month)
    assert [(part.name, len(part.endings)) for part in parts] == [
        ("February 2027", 0), ("March 2027", 3), ("April 2027", 0), ("May 2027", 1), ("June 2027", 0),
    ]  # fmt: skip
    assert [ending.service_name for ending in parts[1].endings] == ["a", "B", "C"]


def test_a_year_that_turns_has_its_months_in_order():
    parts = by_month([], date(2026, 11, 22), date(2027, 2, 1), spoken_month)
    assert [part.name for part in parts] == ["November 2026", "December 2026", "January 2027", "February 2027"]


def test_a_service_of_two_areas_stands_under_both_and_the_fullest_comes_first():
    nowhere = _ending("E", date(2027, 1, 1))
    parts = by_subject([MAY, *MARCH, nowhere], lambda ending: ending.area_ids, {WARD: "Ward", OTHER: "Another"}, "None")
    assert [(part.name, len(part.endings)) for part in parts] == [("Ward", 4), ("Another", 1), ("None", 1)]


def test_the_day_that_most_share_is_named():
    assert busiest_day([MAY, *MARCH]) == (date(2027, 3, 31), 3)
    assert busiest_day([MAY]) is None
    assert busiest_day([]) is None


def test_whoever_serves_the_council_serves_its_wards_and_no_other_council():
    assert below(COUNCIL, PARENTS) == {COUNCIL, WARD}
    assert around(COUNCIL, PARENTS) == {NATION, COUNCIL, WARD}
    assert around(WARD, PARENTS) == {NATION, COUNCIL, WARD}


def test_a_tree_that_bites_its_tail_ends_the_walk():
    assert below(WARD, {WARD: COUNCIL, COUNCIL: WARD}) == {WARD, COUNCIL}


@pytest.mark.parametrize(("areas", "names"), [(None, "aBCD"), ({OTHER}, "D"), (set(), "")])
def test_a_filter_keeps_what_was_asked_for(areas, names):
    assert "".join(sorted((e.service_name for e in narrowed([MAY, *MARCH], areas, None)), key=str.lower)) == names
