"""The map of a page of results: what is on it, what never is, and that nobody else is asked for it."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.directory import actions as directory
from partnerdir.directory.models import Location
from partnerdir.search.rules import Place, Question
from partnerdir.web.questions import sealed
from tests import make
from tests.web.reading import index, title_of, words_of

HERE = Place("QX1 1AA", 56.40, -1.60)
SECRET = (56.4321, -1.6543)


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    with make.saved():
        trust = make.an_organisation()
        near = make.a_service("Food near", trust, needs=[make.a_need("Food")])
        far = make.a_service("Food far", trust)
        hidden = make.a_service("Food hidden", trust)
        make.a_service("Food by phone", trust)
        for service, latitude, longitude, street, secret in (
            (near, 56.41, -1.60, "1 Quay Street", False),
            (far, 56.40, -1.50, "9 Shore Road", False),
            (hidden, *SECRET, "7 Refuge Lane", True),
        ):
            place = directory.add_location(
                latitude=latitude, longitude=longitude, city="Kirklarrow", address_1=street, is_confidential=secret
            )
            directory.add_service_at_location(service, place)
    index(app)
    return app.test_client()


def the_map(visitor: FlaskClient, question: Question) -> str:
    with visitor.application.test_request_context():
        address = f"/results/{sealed(question)}/map"
    answer = visitor.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert title_of(answer).startswith("Map")
    return answer.text


def test_a_page_of_results_leads_to_its_map_and_the_map_back(visitor: FlaskClient) -> None:
    results = visitor.post("/search", data={"words": "food", "place": ""}, follow_redirects=True)
    address = re.search(r'href="(/results/[^"]+/map)">Show these on a map', results.text)
    assert address
    page = visitor.get(address[1])
    assert [name for name in ("Food near", "Food far", "Food by phone") if name not in page.text] == []
    back = re.search(r'class="govuk-back-link" href="([^"]+)"', page.text)
    assert back
    assert "Food near" in visitor.get(back[1]).text


def test_the_list_says_in_words_what_the_map_shows(visitor: FlaskClient) -> None:
    page = the_map(visitor, Question("food", place=HERE, within=25))
    assert "0.7 miles away (north): 1 Quay Street, Kirklarrow" in page
    assert "3.8 miles away (east): 9 Shore Road, Kirklarrow" in page
    assert page.count('class="pd-map__pin"') == 2
    assert 'role="img" aria-labelledby="map-title"' in page


@pytest.mark.parametrize("question", [Question("food"), Question("food", place=HERE, within=25)])
def test_a_place_that_is_kept_secret_is_on_no_map(visitor: FlaskClient, question: Question) -> None:
    page = the_map(visitor, question)
    drawn, _, left_off = page.partition("Not on the map")
    assert "Food hidden" not in drawn
    assert "Refuge Lane" not in page
    if question.place is None:
        assert "Food hidden" in left_off
    # The sheet is as large as it is without it: nothing can be measured from its frame either.
    assert drawn_at(drawn) == drawn_at(_with_the_secret_elsewhere(visitor, question))


def drawn_at(page: str) -> list[str]:
    """Where everything is drawn, and on how large a sheet."""
    return re.findall(r'(?:viewBox|c?x|c?y|r|d)="[^"]+"', page)


def _with_the_secret_elsewhere(visitor: FlaskClient, question: Question) -> str:
    with make.saved() as session:
        for location in session.scalars(sa.select(Location).where(Location.is_confidential)):
            location.latitude, location.longitude = 57.9, -4.9
    index(visitor.application)
    return the_map(visitor, question).partition("Not on the map")[0]


def test_nobody_else_is_asked_for_a_picture(visitor: FlaskClient) -> None:
    page = the_map(visitor, Question("food"))
    assert re.findall(r'(?:src|href|url\()="?(https?:|//)', page.partition("<main")[2].partition("</main")[0]) == []


def test_where_nothing_can_be_drawn_it_is_said(visitor: FlaskClient) -> None:
    with visitor.application.test_request_context():
        address = f"/results/{sealed(Question('phone'))}/map"
    page = words_of(visitor.get(address))
    assert "there is nothing to draw" in page
    assert "Show these on a map" not in words_of(visitor.post("/search", data={"words": "phone"}, follow_redirects=True))


def test_a_tampered_address_is_no_map(visitor: FlaskClient) -> None:
    assert visitor.get("/results/tampered/map").status_code == 404
