"""No question about distance tells whether or where a confidential place is."""

import uuid

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Way
from partnerdir.search import particulars
from partnerdir.search.finder import Finder
from partnerdir.search.rules import ANY_DISTANCE, DISTANCES, Answer, Place, Question
from partnerdir.search.traits import UNPLACED
from partnerdir.search.whereabouts import NoSuchPlace
from tests import make
from tests.search.asking import Searching

SECRET = uuid.UUID("5ec2e700-0000-4000-8000-000000000001")
QUESTIONS = st.builds(
    Question,
    place=st.builds(Place, st.just("Somewhere"), st.floats(55.8, 56.1), st.floats(-3.4, -3.0)),
    within=st.sampled_from((*DISTANCES, ANY_DISTANCE)),
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
