"""A family in somebody's own words: read as needs and a place, and what cannot be read is kept and said."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.geography.models import AreaKind
from partnerdir.web.public.drafts import Draft, opened_draft, sealed_draft
from partnerdir.web.questions import locked
from tests import make
from tests.web.reading import asked, index, link_named, typed_in, words_of


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A visitor to a site that knows four needs, one of them below another, with the words that people use."""
    with make.saved():
        ward = make.an_area("Saltness", "saltness", AreaKind.WARD)
        substances = make.a_need("Drugs and alcohol", "substances", words=["drinking"])
        family = make.a_need("A relative's drinking", "family-drinking", words=["mum's drinking"], parent_id=substances.id)
        school = make.a_need("Not at school", "school", words=["not going to school"])
        food = make.a_need("Food", "food", words=["hungry"])
        trust = make.an_organisation("Harbour Trust")
        for need in (family, school, food):
            make.a_service(f"For {need.name}", trust, needs=[need], area_ids=[ward.id])
    index(app)
    return app.test_client()


def test_own_words_become_needs_each_the_most_particular_there_is(visitor: FlaskClient) -> None:
    typed = {"words": "kids not going to school and mum's drinking", "need-1": "", "need-2": "food", "read": "words"}
    form = typed_in(visitor.post("/plan", data=typed, follow_redirects=True))
    assert [form.get(f"need-{row}") for row in range(1, 5)] == ["food", "school", "family-drinking", None]
    assert form["words"] == ""


def test_the_list_can_be_asked_for_in_own_words_alone(visitor: FlaskClient) -> None:
    page = visitor.post("/plan", data={"words": "hungry, not going to school"}, follow_redirects=True)
    assert page.status_code == 200
    assert "Two services for two needs" in words_of(page)


def test_a_place_in_the_words_is_read_as_the_place(visitor: FlaskClient) -> None:
    form = typed_in(visitor.post("/plan", data={"words": "hungry in Saltness", "read": "words"}, follow_redirects=True))
    assert (form["need-1"], form["place"]) == ("food", "Saltness")


@pytest.mark.parametrize("more", [{}, {"read": "words"}, {"need-1": "food"}])
def test_words_that_name_no_need_are_kept_and_said(visitor: FlaskClient, more: dict[str, str]) -> None:
    page = visitor.post("/plan", data={"words": "zzqx blorp", **more})
    assert page.status_code == 422
    assert typed_in(page)["words"] == "zzqx blorp"
    assert "We cannot tell what help this is" in words_of(page)
    assert "Choose at least one need" not in words_of(page)


def test_words_are_kept_while_a_row_is_added(visitor: FlaskClient) -> None:
    form = typed_in(visitor.post("/plan", data={"words": "hungry", "add": "person"}, follow_redirects=True))
    assert form["words"] == "hungry"
    assert "age-2" in form


def test_more_needs_than_a_list_can_hold_are_six(app: Flask, visitor: FlaskClient) -> None:
    with make.saved():
        for number in range(7):
            make.a_need(f"Sevenfold{'abcdefg'[number]}", f"seven-{number}")
    words = " ".join(f"sevenfold{letter}" for letter in "abcdefg")
    form = typed_in(visitor.post("/plan", data={"words": words, "read": "words"}, follow_redirects=True))
    assert "need-6" in form
    assert "need-7" not in form


def test_a_search_for_several_things_leads_to_a_plan_for_all_of_them(visitor: FlaskClient) -> None:
    page = asked(visitor, "kids not going to school and mum's drinking")
    assert "more than one thing" in words_of(page)
    assert "Not at school and A relative's drinking" in words_of(page)
    form = typed_in(visitor.get(link_named(page, "Find the fewest services")))
    assert (form["need-1"], form["need-2"]) == ("school", "family-drinking")


def test_a_search_for_one_thing_does_not_say_that_it_is_several(visitor: FlaskClient) -> None:
    page = asked(visitor, "mum's drinking")
    assert "more than one thing" not in words_of(page)
    form = typed_in(visitor.get(link_named(page, "Plan for several needs")))
    assert (form["need-1"], form["need-2"]) == ("family-drinking", "")


def test_an_address_from_before_own_words_still_opens(app: Flask) -> None:
    with app.test_request_context():
        before = locked([[["food", ""]], [["9", []]], "", 10, False], b"family")
        assert opened_draft(before).words == ""
        assert opened_draft(sealed_draft(Draft(words="hungry"))).words == "hungry"
