"""Distance and service area together, and places as people write them."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Way
from partnerdir.geography.actions import add_postcode
from partnerdir.geography.models import Area
from partnerdir.search.rules import ANY_DISTANCE, DISTANCES, Place, Question, Reached
from partnerdir.search.traits import UNPLACED
from partnerdir.search.whereabouts import NoSuchPlace
from tests import make
from tests.search.asking import Searching
from tests.search.leith import LEITH, put


def _ask(searching: Searching, **fields: Any) -> dict[str, Reached]:
    searching.catch_up()
    answer = searching.finder.find(Question(**fields))
    names = dict(db.session.execute(sa.select(Service.id, Service.name)).all())
    return {names[service_id]: answer.reached.get(service_id, Reached()) for service_id in answer.service_ids}


def test_a_service_counts_as_near_if_it_is_near_serves_the_place_or_is_there_for_everybody(
    searching: Searching, listed: dict[str, Service], areas: dict[str, Area]
) -> None:
    place = searching.finder.find_place("eh65ab")
    assert isinstance(place, Place)
    assert (place.name, place.area_id) == ("EH6 5AB", areas["Leith Walk"].id)
    found = _ask(searching, place=place)
    assert found.pop("Near drop-in").miles == pytest.approx(0.8, abs=0.02)
    assert found == {
        "Serves the ward": Reached(serves=True),
        "Serves the council": Reached(serves=True, comes=True),
        "Helpline": Reached(by_phone=True),
        "Website": Reached(online=True),
    }


def test_distance_decides_how_far_and_the_nearest_comes_first(searching: Searching, listed: dict[str, Service]) -> None:
    assert "Far drop-in" not in _ask(searching, place=LEITH, within=10)
    found = _ask(searching, place=LEITH, within=25, by_distance=True)
    assert list(found)[:2] == ["Near drop-in", "Far drop-in"]
    assert found["Far drop-in"].miles == pytest.approx(12, abs=0.1)
    for within in DISTANCES:
        assert ("Near drop-in" in _ask(searching, place=LEITH, within=within)) == (within >= 1)


def test_words_that_nobody_answers_find_nobody_however_near(searching: Searching, listed: dict[str, Service]) -> None:
    assert _ask(searching, words="zzqx", place=LEITH) == {}


def test_of_those_that_answer_as_well_the_nearest_comes_first(searching: Searching, listed: dict[str, Service]) -> None:
    found = list(_ask(searching, words="drop-in", place=LEITH, within=25))
    assert found[:2] == ["Near drop-in", "Far drop-in"]


def test_those_that_say_neither_where_nor_whom_are_counted_and_shown_when_asked_for(
    searching: Searching, listed: dict[str, Service]
) -> None:
    searching.catch_up()
    assert searching.finder.find(Question(place=LEITH)).unplaced == 1
    shown = Question(place=LEITH, chosen=(UNPLACED,))
    assert searching.finder.find(shown).unplaced == 0
    assert "Nobody knows" in _ask(searching, place=LEITH, chosen=(UNPLACED,))


def test_an_area_by_name_finds_what_is_in_it_or_serves_any_of_it(searching: Searching, listed: dict[str, Service]) -> None:
    place = searching.finder.find_place("city of edinburgh")
    assert isinstance(place, Place)
    found = _ask(searching, place=place)
    assert set(found) == {"Serves the ward", "Serves the council", "Serves elsewhere", "Helpline", "Website"}
    assert found["Serves the council"].serves
    assert found["Serves the ward"].is_in


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("EH6 5AB", "EH6 5AB"), ("eh6", "EH6"), ("EH6 5", "EH6 5"), ("eh65", "EH6 5"), ("leith", "Leith"),
        ("Edinburgh", "City of Edinburgh"),
        ("Leith, Edinburgh", "Leith"), ("1 Quay Street, EH6 5AB", "EH6 5AB"), ("  LEITH  ", "Leith"),
    ],
)  # fmt: skip
def test_a_place_is_understood_as_people_write_it(
    searching: Searching, listed: dict[str, Service], written: str, name: str
) -> None:
    place = searching.finder.find_place(written)
    assert isinstance(place, Place)
    assert place.name == name


def test_a_place_that_is_not_known_is_said_with_what_may_be_meant(searching: Searching, listed: dict[str, Service]) -> None:
    assert searching.finder.find_place("Lieth") == NoSuchPlace("Lieth", False, ("Leith",))
    assert searching.finder.find_place("EH6 9ZZ") == NoSuchPlace("EH6 9ZZ", True, ("EH6",))
    assert searching.finder.find_place("ZZ99 9ZZ") == NoSuchPlace("ZZ99 9ZZ", True)
    for nothing in ("", "anywhere", " Everywhere "):
        assert searching.finder.find_place(nothing) is None


@pytest.mark.parametrize(
    ("words", "rest", "name"),
    [
        ("food bank in leith", "food bank", "Leith"), ("childminder EH6 5AB", "childminder", "EH6 5AB"),
        ("help near eh6", "help", "EH6"), ("debt advice in EH6 5AB please", "debt advice please", "EH6 5AB"),
        ("someone to talk to near Morningside?", "someone to talk to", "Morningside"),
    ],
)  # fmt: skip
def test_a_place_in_the_words_is_understood(
    searching: Searching, listed: dict[str, Service], words: str, rest: str, name: str
) -> None:
    found = searching.finder.find_place_in(words)
    assert found is not None
    assert (found.words.replace("  ", " "), found.place.name) == (rest, name)


@pytest.mark.parametrize(
    ("words", "rest", "name"),
    [
        ("food bank leith", "food bank", "Leith"), ("food bank, LEITH.", "food bank", "Leith"),
        ("women's refuge Leith Walk", "women's refuge", "Leith Walk"),
        ("we live in Leith and need food", "we and need food", "Leith"),
        ("Leith. is there a food bank", "is there a food bank", "Leith"),
        ("close to leith walk, no food", "no food", "Leith Walk"),
    ],
)  # fmt: skip
def test_a_place_anywhere_in_the_words_is_understood(
    searching: Searching, listed: dict[str, Service], words: str, rest: str, name: str
) -> None:
    searching.catch_up()
    found = searching.finder.find_place_in(words)
    assert found is not None
    assert (found.words, found.place.name) == (rest, name)


def test_a_word_that_services_use_more_than_places_is_no_place_at_the_end(searching: Searching, areas: dict[str, Area]) -> None:
    with make.saved():
        put(make.a_service("Hope for families", description="Hope and more hope"), 1, "Hope")
        make.a_service("Hope again")
    searching.catch_up()
    assert searching.finder.find_place_in("looking for hope") is None
    assert searching.finder.find_place_in("food in Hope") is not None


def test_a_place_in_the_words_puts_the_nearest_first_and_leaves_nobody_out(
    searching: Searching, listed: dict[str, Service]
) -> None:
    searching.catch_up()
    question = searching.finder.read("drop-in leith")
    assert (question.words, question.within, question.as_written) == ("drop-in", ANY_DISTANCE, "drop-in leith")
    with make.saved():
        put(make.a_service("Faraway drop-in"), 200)
        make.a_service("Morningside drop-in", area_ids=[listed["Serves elsewhere"].areas_served[0].area_id])
    found = _ask(searching, words=question.words, place=question.place, within=ANY_DISTANCE)
    assert list(found) == ["Near drop-in", "Far drop-in", "Faraway drop-in", "Morningside drop-in"]
    assert found["Faraway drop-in"].miles == pytest.approx(197.6, abs=0.1)
    assert found["Morningside drop-in"] == Reached(is_elsewhere=True)


@pytest.mark.parametrize(
    "words", ["leith academy", "leith", "in leith", "help near me", "P1 class", "kids in trouble", "", "in"]
)
def test_words_that_may_mean_something_else_are_left_alone(
    searching: Searching, listed: dict[str, Service], words: str
) -> None:
    assert searching.finder.find_place_in(words) is None


def test_a_place_with_a_postcode_only_is_in_the_middle_of_it(searching: Searching, areas: dict[str, Area]) -> None:
    with make.saved():
        service = make.a_service("Postcode only")
        directory.add_service_at_location(service, directory.add_location(postal_code="eh10 4aa"))
    assert _ask(searching, place=LEITH)["Postcode only"].miles == pytest.approx(3.2, abs=0.1)


@pytest.fixture
def district(app: Flask) -> None:
    """A district of which only the middle is known, one with its postcodes, and a service in each."""
    with make.saved():
        add_postcode("EH6", 55.97, -3.17, None)
        add_postcode("EH10 4AA", 55.93, -3.21, None)
        for name, postcode in (("In Leith", "EH6 5NP"), ("In Morningside", "EH10 4AA"), ("Moved away", "EH10 9ZZ")):
            service = make.a_service(name, ways=[Way.AT_PLACE])
            directory.add_service_at_location(service, directory.add_location(postal_code=postcode))


@pytest.mark.usefixtures("district")
def test_where_only_districts_are_known_services_and_questions_are_in_their_middle(searching: Searching) -> None:
    searching.catch_up()
    place = searching.finder.find_place("eh6 7aa")
    assert isinstance(place, Place)
    assert (place.name, place.latitude) == ("EH6", 55.97)
    in_words = searching.finder.find_place_in("nursery EH6 7AA")
    assert in_words is not None
    assert (in_words.words, in_words.place.name) == ("nursery", "EH6")
    found = _ask(searching, place=place)
    assert (found["In Leith"].miles, found["In Leith"].is_rough) == (0, True)
    assert not found["In Morningside"].is_rough
    assert "Moved away" not in found


@pytest.mark.usefixtures("district")
def test_a_postcode_that_its_district_does_not_have_is_not_taken_for_it(searching: Searching) -> None:
    assert searching.finder.find_place("EH10 4AB") == NoSuchPlace("EH10 4AB", True, ("EH10",))
