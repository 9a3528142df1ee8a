"""Rows of a family's plan come and go, and nothing that was typed is lost."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.web.reading import typed_in, words_of


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A visitor to a site that knows two needs."""
    with make.saved():
        make.a_need("Food", "food")
        make.a_need("Drink", "drink")
    return app.test_client()


def test_adding_a_row_keeps_what_was_typed_and_begins_there(visitor: FlaskClient) -> None:
    typed = {"words": "tea", "age-1": "old", "need-1": "food", "for-1": "1", "place": "Nowhere", "within": "3", "stays": "yes"}
    ticked = {"circumstances-1": ["carer", "women"]}
    sent = visitor.post("/plan", data={**typed, **ticked, "add": "need"})
    assert sent.status_code == 303
    assert sent.location.endswith("#need-2")
    assert "Nowhere" not in sent.location
    assert typed_in(visitor.get(sent.location)) == {**typed, **ticked, "need-2": ""}
    again = visitor.post("/plan", data={**typed, "add": "person"})
    assert again.location.endswith("#age-2")
    assert "age-2" in typed_in(visitor.get(again.location))


def test_for_whom_is_asked_only_where_there_are_several(visitor: FlaskClient) -> None:
    assert "For whom" not in words_of(visitor.get("/plan"))
    several = visitor.post("/plan", data={"age-1": "31", "need-1": "food", "add": "person"}, follow_redirects=True)
    assert words_of(several).count("For whom") == 1


def test_removing_a_row_keeps_the_others_and_begins_beside_it(visitor: FlaskClient) -> None:
    typed = {"age-1": "31", "age-2": "9", "age-3": "4", "need-1": "food", "for-1": "3", "need-2": "drink", "for-2": "2"}
    kept = {"place": "Saltness", "within": "3", "words": ""}
    without_person = visitor.post("/plan", data={**typed, **kept, "remove": "person-2"})
    assert without_person.location.endswith("#age-2")
    page = visitor.get(without_person.location)
    left = {"age-1": "31", "age-2": "4", "need-1": "food", "for-1": "2", "need-2": "drink", "for-2": ""}
    assert typed_in(page) == left | kept
    assert words_of(page).count("Remove") == 4
    without_need = visitor.post("/plan", data={**left, **kept, "remove": "need-2"})
    assert without_need.location.endswith("#need-1")
    page = visitor.get(without_need.location)
    assert typed_in(page) == {"age-1": "31", "age-2": "4", "need-1": "food", "for-1": "2"} | kept
    assert "Remove need" not in words_of(page)


@pytest.mark.parametrize("row", ["need-1", "need-7", "need-0", "need-", "person-1", "person-²", "need-99999", "x", ""])
def test_the_last_row_stays_and_so_does_what_is_not_there(visitor: FlaskClient, row: str) -> None:
    typed = {"age-1": "31", "need-1": "food", "for-1": "1", "place": "", "within": "3", "words": ""}
    assert typed_in(visitor.post("/plan", data={**typed, "remove": row}, follow_redirects=True)) == typed
