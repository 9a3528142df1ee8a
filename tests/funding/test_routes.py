"""How many services a need in an area has left: who serves it, takes people and is known to be funded."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from partnerdir.directory.models import Need, Service
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.routes import (
    AreaTree,
    Left,
    Route,
    Routes,
    count_by_month,
    count_not_known,
    find_tree,
    is_at_risk,
    last_days_of_months,
)
from partnerdir.funding.rules import Certainty, EndKind
from partnerdir.geography.models import Area
from tests import make

DAY = date(2027, 3, 1)
FAR = date(2029, 3, 31)


class Town:
    """A council with two wards, and a need."""

    def __init__(self) -> None:
        self.council, self.north, self.south = (make.an_area(name, name.lower()) for name in ("Council", "North", "South"))
        self.north.parent_id = self.south.parent_id = self.council.id
        self.need: Need = make.a_need()
        self.fund = make.a_fund()
        self.number = 0

    def serves(self, area: Area, ends_on: date | None = FAR, windowless: bool = False, **fields: Any) -> Service:
        """A service for the need in the area that takes people, with one window."""
        self.number += 1
        window = {name: fields.pop(name) for name in ("end_kind", "certainty", "starts_on") if name in fields}
        service = make.a_service(
            f"Service {self.number}", needs=[self.need], area_ids=[area.id], **({"taking": Taking.NOW} | fields)
        )
        if not windowless:
            make.a_window(service, ends_on, fund=self.fund, **window)
        return service

    def left(self, area: Area, day: date = DAY) -> Left:
        """What the need has in the area on the day."""
        return Routes().left_on(Route(self.need.id, area.id), day)


@pytest.fixture
def town(app: Flask) -> Town:
    with make.saved():
        return Town()


def test_a_service_counts_on_its_last_day_and_not_on_the_next(town: Town) -> None:
    with make.saved():
        town.serves(town.north, DAY)
    assert town.left(town.north, DAY) == Left(1)
    assert town.left(town.north, DAY + timedelta(1)) == Left(0)


@pytest.mark.parametrize(
    "fields",
    [
        {"windowless": True},
        {"ends_on": None, "end_kind": EndKind.UNKNOWN},
        {"certainty": Certainty.AGREED_VERBALLY},
        {"starts_on": DAY + timedelta(9)},
        {"taking": Taking.NOT_NOW},
        {"taking": Taking.UNKNOWN},
        {"status": ServiceStatus.PAUSED},
    ],
    ids=lambda fields: " ".join(fields),
)
def test_what_is_not_known_to_be_funded_and_to_take_people_is_never_counted(town: Town, fields: dict[str, Any]) -> None:
    with make.saved():
        town.serves(town.north, **fields)
    assert town.left(town.north) == Left(0)


def test_money_without_an_end_and_a_waiting_list_count(town: Town) -> None:
    with make.saved():
        town.serves(town.north, None, end_kind=EndKind.OPEN_ENDED)
        town.serves(town.north, taking=Taking.WAITING_LIST)
    assert not is_at_risk(town.left(town.north).count)


def test_whoever_serves_the_council_serves_its_wards_but_one_ward_is_not_the_council(town: Town) -> None:
    with make.saved():
        town.serves(town.council)
        town.serves(town.north)
    assert town.left(town.north).count == 2
    assert town.left(town.south).count == 1
    assert town.left(town.council) == Left(1, (town.south.id,))


def test_wards_that_together_make_up_the_council_count_as_it(town: Town) -> None:
    with make.saved():
        for ward in (town.north, town.south):
            town.serves(ward)
    assert town.left(town.council) == Left(1)


def test_those_of_which_too_little_is_known_are_counted_apart(town: Town) -> None:
    with make.saved():
        ending = town.serves(town.north, DAY)
        town.serves(town.north, windowless=True)
        town.serves(town.council, taking=Taking.UNKNOWN)
        town.serves(town.south, windowless=True)
        town.serves(town.north, windowless=True, taking=Taking.NOT_NOW)
    assert count_not_known(Route(town.need.id, town.north.id), ending.id, find_tree()) == 2


def test_months_ahead_count_who_is_still_funded_at_the_end_of_each(town: Town) -> None:
    with make.saved():
        town.serves(town.council, date(2027, 4, 15))
        town.serves(town.north, date(2027, 5, 31))
        town.serves(town.north, windowless=True)
    days = last_days_of_months(DAY, 4)
    assert days == [date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31), date(2027, 6, 30)]
    counts = count_by_month(days)
    assert counts == {Route(town.need.id, town.north.id): [2, 1, 1, 0], Route(town.need.id, town.south.id): [1, 0, 0, 0]}


def test_months_go_on_over_the_end_of_the_year() -> None:
    assert last_days_of_months(date(2027, 12, 31), 3) == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29)]


def test_a_tree_that_bites_its_own_tail_ends() -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    tree = AreaTree({one: two, two: one})
    assert set(tree.list_above(one)) == {one, two}
    assert set(tree.list_below(one)) == {one, two}


def test_many_that_only_look_safe_hide_none_that_is(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partnerdir.funding.routes.WEIGHED_AT_ONCE", 2)
    with make.saved():
        for _ in range(5):
            town.serves(town.north, starts_on=DAY + timedelta(9))
        town.serves(town.north)
    assert town.left(town.north) == Left(1)
