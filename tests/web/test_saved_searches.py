"""Saved searches in the browser: saved from results, run again, deleted, and nobody else's."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.clock import today
from partnerdir.database import db
from partnerdir.lists import actions
from partnerdir.lists.models import SavedSearch, SearchMatch
from partnerdir.search.carrying import carried, unpacked
from partnerdir.search.rules import Place, Question
from tests import make
from tests.web.reading import asked, index, link_named, names_in, words_of


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient], app: Flask) -> FlaskClient:
    """A frontline worker's browser, on a site with one service."""
    with make.saved():
        make.a_service("Rent desk")
    index(app)
    return client_as(RoleName.FRONTLINE)


def saved(worker: FlaskClient, words: str = "rent", name: str = "Arrears") -> str:
    """Saves what a page of results asked, and gives the page that follows."""
    link = link_named(asked(worker, words), "Tell me of new matches")
    assert words not in link
    page = worker.get(link)
    assert f"“{words}”" in words_of(page)
    assert "name of a person or a family" in words_of(page)
    return words_of(worker.post(link, data={"name": name}, follow_redirects=True))


def the_search() -> SavedSearch:
    db.session.rollback()
    return db.session.scalars(sa.select(SavedSearch)).one()


def test_a_search_is_saved_from_results_with_what_matches_it_now(worker: FlaskClient) -> None:
    page = saved(worker)
    assert "Arrears “rent”" in page
    assert (the_search().question, the_search().looked_on) == ({"words": "rent"}, today())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchMatch)) == 1


def test_a_search_that_finds_nothing_can_be_saved_too(worker: FlaskClient) -> None:
    assert "Arrears" in saved(worker, words="falconry")


def test_it_is_run_again_from_its_page(worker: FlaskClient) -> None:
    saved(worker)
    page = worker.get(link_named(worker.get("/saved-searches"), "Run it again"))
    assert names_in(page) == ["Rent desk"]


def test_it_is_deleted_with_its_words(worker: FlaskClient) -> None:
    saved(worker)
    page = worker.post(f"/saved-searches/{the_search().id}/delete", follow_redirects=True)
    assert "The search is deleted." in words_of(page)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SavedSearch)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchMatch)) == 0


def test_it_is_nobody_elses(worker: FlaskClient, client_as: Callable[[RoleName], FlaskClient]) -> None:
    saved(worker)
    steward = client_as(RoleName.STEWARD)
    assert "Arrears" not in words_of(steward.get("/saved-searches"))
    assert steward.post(f"/saved-searches/{the_search().id}/delete").status_code == 404


def test_without_a_name_it_is_answered_at_the_field(worker: FlaskClient) -> None:
    link = link_named(asked(worker, "rent"), "Tell me of new matches")
    answer = worker.post(link, data={"name": " "})
    assert answer.status_code == 422
    assert "govuk-error-message" in answer.text


def test_one_too_many_is_refused_kindly(worker: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(worker)
    monkeypatch.setattr(actions, "MOST_SEARCHES", 1)
    link = link_named(asked(worker, "rent"), "Tell me of new matches")
    answer = worker.post(link, data={"name": "Another"})
    assert answer.status_code == 422
    assert "Delete one that you no longer need." in words_of(answer)


def test_a_tampered_address_is_not_found(worker: FlaskClient) -> None:
    assert worker.get("/saved-searches/save/nonsense").status_code == 404


def test_a_question_is_the_same_when_it_was_carried(app: Flask) -> None:
    with make.saved():
        area, need = make.an_area().id, make.a_need().id
    place = Place("Saltness", 55.9, -3.2, area, is_area=True)
    question = Question("rent", need, area, 3, 20, place, 5, True, 14, ("taking:now", "cost:free"), "rent in Saltness")
    assert unpacked(carried(question), 20) == question
    assert carried(Question()) == {}
