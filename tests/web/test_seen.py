"""What a list says of many services is what each one's own page says: the quick way and the whole way never differ."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask

from partnerdir import clock
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_services, list_services_briefly
from partnerdir.directory.rules import Audience
from partnerdir.web.public import seen
from partnerdir.web.public.seen import area_ids, areas_of, first_number, first_numbers
from tests import make

TODAY = clock.today()
POSTS: tuple[dict[str, Any], ...] = (
    {},
    {"audience": Audience.STAFF},
    {"is_confidential": True},
    {"last_on": TODAY - timedelta(days=1)},
    {"first_on": TODAY + timedelta(days=1)},
)
YES_OR_NO = (False, True)


def _make(area_id: Any, ward_id: Any) -> Iterator[Service]:
    """A service for each way in which a number or a place can be known, missing or kept secret."""
    ways = product(YES_OR_NO, (None, *POSTS), YES_OR_NO, YES_OR_NO, ("", "service", "organisation", "location"))
    for number, (has_own, post, has_body, is_served, secret) in enumerate(ways):
        organisation = make.an_organisation(f"Trust {number}", is_confidential=secret == "organisation")
        if has_body:
            directory.add_phone(organisation, f"0131 496 1{number:03}")
        service = make.a_service(
            f"Service {number}", organisation, area_ids=[area_id] if is_served else [],
            phones=[f"0131 496 2{number:03}"] if has_own else [], is_confidential=secret == "service",
        )  # fmt: skip
        place = directory.add_location(name="Shore", area_id=ward_id, is_confidential=secret == "location")
        directory.add_service_at_location(service, place)
        if post is not None:
            directory.add_contact(service, "Duty worker", phones=[f"0131 496 3{number:03}"], **post)
        yield service


@pytest.fixture
def ids(app: Flask) -> list[Any]:
    """The ids of all of them."""
    with make.saved():
        area, ward = make.an_area("Northgate", "northgate"), make.an_area("Shore", "shore")
        made = [service.id for service in _make(area.id, ward.id)]
    db.session.expunge_all()
    return made


def _differences(ids: list[Any]) -> list[str]:
    named = list_services_briefly(ids)
    numbers, areas = first_numbers(named, TODAY), areas_of(named)
    db.session.expunge_all()
    whole = list_services(ids)
    assert [one.id for one in named] == [one.id for one in whole] == ids
    return [
        one.name
        for one in whole
        if (numbers.get(one.id, ""), areas[one.id]) != (first_number(one, TODAY), area_ids(one))
    ]  # fmt: skip


def test_the_quick_way_says_what_the_whole_record_says(ids: list[Any]) -> None:
    assert len(ids) == 192
    assert _differences(ids) == []


@pytest.mark.parametrize("rule", ["may_be_seen", "is_in_post", "is_confidential"])
def test_a_rule_left_out_of_the_quick_way_is_noticed(ids: list[Any], monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    named = list_services_briefly(ids)
    true_numbers, true_areas = first_numbers(named, TODAY), areas_of(named)
    monkeypatch.setattr(seen, rule, lambda *_, **__: rule != "is_confidential")
    assert (first_numbers(named, TODAY), areas_of(named)) != (true_numbers, true_areas)
