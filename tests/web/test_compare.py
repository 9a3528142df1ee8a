"""Services side by side: what differs stands first, the address gives nothing away, and no secret is shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.directory.actions import add_location, add_service_at_location
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Access, Taking, Way
from tests import make
from tests.web.reading import words_of


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


@pytest.fixture
def services(app: Flask) -> list[Service]:
    """Two that differ in ages and room, and agree on cost."""
    with make.saved():
        young = make.a_service("Young", minimum_age=12, maximum_age=18, fees_description="Free", phones=["0131 496 0001"])
        old = make.a_service("Grown", minimum_age=18, fees_description="Free", is_confidential=True)
        make.a_window(young, clock.today() + timedelta(days=20))
        young.taking, young.ways, young.accessibility = Taking.NOW, [Way.PHONE], [Access.WHEELCHAIR]
        add_service_at_location(old, add_location(name="Safe house", address_1="9 Hidden Lane"))
    return [young, old]


def compared(client: FlaskClient, *ids: object) -> TestResponse:
    return client.post("/compare", data={"service": [str(one) for one in ids]}, follow_redirects=True)


def test_what_differs_stands_before_what_is_the_same(worker: FlaskClient, services: list[Service]) -> None:
    page = compared(worker, *(one.id for one in services))
    words = words_of(page)
    before, _, after = words.partition("The same for all")
    assert "Who it is for" in before
    assert "Ages 12 to 18" in before
    assert "Ages 18 and over" in before
    assert "Is there room" in before
    assert "Not said" in before
    assert "Cost" in after
    assert "Cost" not in before
    assert "0131 496 0001" in words
    assert "Funding ends on" in words
    assert "No end date recorded" in words


def test_the_address_is_opaque_and_never_twice_the_same(worker: FlaskClient, services: list[Service]) -> None:
    form = {"service": [str(one.id) for one in services]}
    first, second = (worker.post("/compare", data=form).location for _ in range(2))
    assert first != second
    assert not any(one.id.hex in first or str(one.id) in first for one in services)
    assert worker.get("/compare/nonsense").status_code == 404


def test_a_question_of_another_kind_opens_no_comparison(worker: FlaskClient, services: list[Service]) -> None:
    results = worker.post("/search", data={"words": "rent"}).location.rpartition("/")[2]
    assert worker.get(f"/compare/{results}").status_code == 404


@pytest.mark.parametrize("ids", [(), ("nonsense",)])
def test_fewer_than_two_says_how_to_choose(worker: FlaskClient, services: list[Service], ids: tuple[str, ...]) -> None:
    for chosen in (ids, (services[0].id,)):
        assert "Choose two services or more, up to four" in words_of(compared(worker, *chosen))


def test_more_than_four_are_cut_and_it_is_said(worker: FlaskClient, services: list[Service]) -> None:
    with make.saved():
        more = [make.a_service(f"More {number}").id for number in range(4)]
    words = words_of(compared(worker, *(one.id for one in services), *more))
    assert "These are the first four that you chose." in words
    assert "More 1" in words
    assert "More 2" not in words


def test_no_secret_address_is_compared(client_as: Callable[[RoleName], FlaskClient], services: list[Service]) -> None:
    for role in RoleName:
        assert "Hidden Lane" not in compared(client_as(role), *(one.id for one in services)).text


def test_a_stranger_compares_nothing(visitor: FlaskClient, services: list[Service]) -> None:
    assert "/sign-in" in visitor.post("/compare", data={"service": str(services[0].id)}).location
