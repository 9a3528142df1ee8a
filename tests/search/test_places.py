"""Distance and service area together; and no question about distance tells anything of a confidential place."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Way
from partnerdir.geography.actions import add_area, add_postcode
from partnerdir.geography.models import Area, AreaKind
from partnerdir.search import particulars
from partnerdir.search.finder import Finder
from partnerdir.search.rules import DISTANCES, Answer, Place, Question, Reached
from partnerdir.search.traits import UNPLACED
from partnerdir.search.whereabouts import NoSuchPlace
from tests import make
from tests.search.asking import Searching

LATITUDE, LONGITUDE = 55.9700, -3.1700
LEITH = Place("EH6 5AB", LATITUDE, LONGITUDE)
MILE = 1 / 69.1  # degrees of latitude


def _put(service: Service, miles_north: float, town: str = "") -> None:
    place = directory.add_location(latitude=LATITUDE + miles_north * MILE, longitude=LONGITUDE, city=town)
    db.session.flush()
    directory.add_service_at_location(service, place)


@pytest.fixture
def areas(app: Flask) -> dict[str, Area]:
    """A nation with a council with two wards."""
    with make.saved():
        nation = make.an_area("Scotland", "S9", AreaKind.NATION)
        council = add_area("City of Edinburgh", "S12", AreaKind.COUNCIL, nation.id)
        db.session.flush()
        wards = [add_area(name, name, AreaKind.WARD, council.id) for name in ("Leith Walk", "Morningside")]
        db.session.flush()
        add_postcode("EH6 5AB", 55.97, -3.17, wards[0].id)
        add_postcode("EH10 4AA", 55.93, -3.21, wards[1].id)
        return {area.name: area for area in (nation, council, *wards)}


@pytest.fixture
def listed(areas: dict[str, Area]) -> dict[str, Service]:
    """One service for each way to count as near, and one for each way not to."""
    with make.saved():
        trust = make.an_organisation()

        def a(name: str, *ways: Way, area: str = "") -> Service:
            return make.a_service(name, trust, ways=list(ways), area_ids=[areas[area].id] if area else [])

        made = [
            a("Near drop-in", Way.AT_PLACE), a("Far drop-in", Way.AT_PLACE), a("Serves the ward", area="Leith Walk"),
            a("Serves the council", Way.AT_HOME, area="City of Edinburgh"),
            a("Serves elsewhere", Way.PHONE, area="Morningside"),
            a("Helpline", Way.PHONE), a("Website", Way.ONLINE), a("Nobody knows", Way.AT_HOME),
        ]  # fmt: skip
        _put(made[0], 0.8, "Leith")
        _put(made[0], 4, "Leith")
        _put(made[1], 12)
        return {service.name: service for service in made}


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


# --- no distance tells where a confidential place is ---

SECRET = uuid.UUID("5ec2e700-0000-4000-8000-000000000001")
QUESTIONS = st.builds(
    Question,
    place=st.builds(Place, st.just("Somewhere"), st.floats(55.8, 56.1), st.floats(-3.4, -3.0)),
    within=st.sampled_from(DISTANCES),
    by_distance=st.booleans(),
    chosen=st.sampled_from([(), (UNPLACED,), ("way:at_place",)]),
    page=st.integers(1, 2),
    page_size=st.sampled_from([1, 3, 50]),
)
ASKED = st.lists(QUESTIONS, min_size=1, max_size=6)
SOMEWHERE = st.tuples(st.floats(55.8, 56.1), st.floats(-3.4, -3.0))
FEW = hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ONE_FAULT_WILL_DO = hypothesis_settings(FEW, phases=[Phase.generate], derandomize=True)


def _hide(mark: str, point: tuple[float, float] | None) -> None:
    """Puts the service that is marked in this way at a point, or has it say nothing of where it is."""
    with make.saved():
        service = db.session.get(Service, SECRET)
        if service is None:
            service = make.a_service("Refuge", make.an_organisation("Refuge Trust"), id=SECRET, ways=[Way.AT_PLACE])
        service.is_confidential = mark == "service"
        service.organisation.is_confidential = mark == "organisation"
        service.places.clear()
        db.session.flush()
        if point:
            town = directory.add_location(
                latitude=point[0], longitude=point[1], city="Hideaway", is_confidential=mark == "location"
            )
            db.session.flush()
            directory.add_service_at_location(service, town)


def _answers(finder: Finder, asked: list[Question]) -> tuple[list[Answer], Place | NoSuchPlace | None]:
    return [finder.find(question) for question in asked], finder.find_place("Hideaway")


def _look_for_leaks(finder: Finder, mark: str, how: hypothesis_settings = FEW) -> None:
    @given(asked=ASKED, here=SOMEWHERE, there=SOMEWHERE)
    @how
    def same(asked: list[Question], here: tuple[float, float], there: tuple[float, float]) -> None:
        _hide(mark, None)
        nowhere = _answers(finder, asked)
        assert isinstance(nowhere[1], NoSuchPlace)
        for point in (here, there):
            _hide(mark, point)
            assert _answers(finder, asked) == nowhere

    same()


@pytest.mark.parametrize("mark", ["service", "organisation", "location"])
def test_no_questions_about_distance_tell_whether_or_where_a_confidential_place_is(
    searching: Searching, listed: dict[str, Service], mark: str
) -> None:
    _look_for_leaks(searching.finder, mark)


def test_a_planted_leak_is_found(searching: Searching, listed: dict[str, Service], monkeypatch: pytest.MonkeyPatch) -> None:
    leaky = particulars._SPOTS._clone()
    leaky._where_criteria = ()
    monkeypatch.setattr(particulars, "_SPOTS", leaky)
    with pytest.raises(AssertionError):
        _look_for_leaks(searching.finder, "location", ONE_FAULT_WILL_DO)
