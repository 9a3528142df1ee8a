"""A family's plan from form to paper: nothing typed is lost, nothing is told in an address, and gaps are said plainly."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Circumstance, Taking, Way
from partnerdir.errors import Missing
from partnerdir.geography.actions import add_postcode
from partnerdir.geography.models import AreaKind
from partnerdir.search.family import Hindrance, Person
from partnerdir.search.rules import Question
from partnerdir.web.public import plan_words
from partnerdir.web.public.drafts import Draft, NeedRow, PersonRow, opened_draft, sealed_draft
from partnerdir.web.questions import opened, sealed
from tests import make
from tests.web.reading import asked, index, link_named, names_in, title_of, typed_in, words_of


@pytest.fixture
def town(app: Flask) -> dict[str, Service]:
    """A ward with services for food, debt and school, one of them secret, one full, one for women, one far away."""
    with make.saved():
        ward = make.an_area("Saltness", "saltness", AreaKind.WARD)
        add_postcode("QX1 1AA", 56.40, -1.60, ward.id)
        trust = make.an_organisation("Harbour Trust")
        money = make.a_need("Money", "money")
        needs = {
            "food": make.a_need("Food", "food", parent_id=money.id),
            "debt": make.a_need("Debt", "debt", parent_id=money.id),
            "school": make.a_need("School", "school"),
            "safety": make.a_need("Somewhere safe", "safety"),
            "drink": make.a_need("Drink", "drink"),
        }

        def a(name: str, *codes: str, latitude: float | None = None, secret: bool = False, **fields: object) -> Service:
            service = make.a_service(name, trust, needs=[needs[code] for code in codes], phones=["0131 496 0001"], **fields)
            if latitude:
                place = directory.add_location(
                    latitude=latitude, longitude=-1.60, city="Kirklarrow", address_1=f"1 {name} Street", is_confidential=secret
                )
                directory.add_service_at_location(service, place)
            return service

        both = a("Pantry and purse", "food", "debt", latitude=56.4116, taking=Taking.NOW, maximum_age=60)
        make.a_window(both, clock.today() + timedelta(days=300))
        made = [
            both,
            a("Larder", "food", latitude=56.401, taking=Taking.NOW),
            a("School link", "school", area_ids=[ward.id], ways=[Way.AT_HOME], minimum_age=5, maximum_age=16),
            a("Refuge", "safety", latitude=56.4001, secret=True, area_ids=[ward.id], circumstances=[Circumstance.WOMEN]),
            a("Full house", "drink", latitude=56.402, taking=Taking.NOT_NOW),
            a("Far farm", "drink", latitude=56.7, taking=Taking.NOW),
        ]
        index(app)
    return {service.name: service for service in made}


def _list(client: FlaskClient, **fields: object) -> TestResponse:
    return client.post("/plan", data=fields, follow_redirects=True)


def _cards(answer: TestResponse) -> dict[str, str]:
    parts = re.split(r'<h[24] class="pd-(?:result__name|plan__other-name)">', answer.text)[1:]
    plain = [" ".join(re.sub(r"<[^>]+>", " ", part.partition("</li>\n")[0]).split()) for part in parts]
    return {name: words for words in plain for name in NAMES if words.startswith(name)}


NAMES = ("Pantry and purse", "Larder", "School link", "Refuge", "Full house", "Far farm")


def test_the_fewest_services_are_listed_with_whose_need_each_covers(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = _list(
        visitor,
        **{"age-1": "34", "age-2": "9", "need-1": "food", "need-2": "debt", "for-2": "1", "need-3": "school", "for-3": "2"},
        place="QX1 1AA",
    )
    assert names_in(answer) == ["Pantry and purse", "School link"]
    words = words_of(answer)
    assert "Two services for three needs, near QX1 1AA" in words
    assert "School for the child of 9" in words
    assert "Debt for the adult of 34" in words
    assert "Food for any of you" in words
    assert "It helps with two of your needs, so there are fewer people to ring." in words
    assert "Nobody else that we know fits for debt." in words
    assert "Comes to you" in words
    assert "0131 496 0001" in words
    assert "1 Pantry and purse Street" in words
    assert "Funded until" in words
    assert "Ask how long it will be there" in words
    assert "Others for food for any of you Food Larder" in words


def test_a_plan_tells_nothing_in_its_address_title_cookies_or_caches(visitor: FlaskClient, town: dict[str, Service]) -> None:
    sent = visitor.post("/plan", data={"need-1": "food", "age-1": "9", "place": "QX1 1AA"})
    assert sent.status_code == 303
    assert not re.search("food|qx1", sent.location, re.IGNORECASE)
    answer = visitor.get(sent.location)
    assert title_of(answer).startswith("Your list")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "noindex" in answer.text


def test_six_needs_and_six_people_are_the_most(visitor: FlaskClient, town: dict[str, Service]) -> None:
    full = {f"need-{row}": "food" for row in range(1, 7)} | {f"age-{row}": str(row) for row in range(1, 7)}
    for add in ("need", "person"):
        page = visitor.post("/plan", data={**full, "add": add}, follow_redirects=True)
        assert "need-7" not in page.text
        assert "age-7" not in page.text
        assert f">Add another {add}<" not in page.text
    assert _list(visitor, **full, **{"need-7": "drink", "age-7": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({}, "need-1", "Choose at least one need."),
        ({"need-1": "no-such-need"}, "need-1", "Choose a need from the list."),
        ({"need-1": "food", "age-1": "nine"}, "age-1", "The age must be a whole number of years"),
        ({"need-1": "food", "age-1": "-1"}, "age-1", "The age must be a whole number of years"),
        ({"need-1": "food", "age-2": "9" * 50, "age-1": ""}, "age-2", "The age must be a whole number of years"),
        ({"need-1": "food", "place": "QX9 9ZZ"}, "place", "We do not know the postcode QX9 9ZZ"),
        ({"need-1": "food", "place": "Saltnes"}, "place", "Did you mean Saltness?"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_kept(
    visitor: FlaskClient, town: dict[str, Service], fields: dict[str, str], field: str, sentence: str
) -> None:
    answer = _list(visitor, **fields)
    assert answer.status_code == 422
    assert title_of(answer).startswith("Error: ")
    assert re.search(rf'id="{field}-error">.*?{re.escape(sentence)}', answer.text)
    assert f'<a href="#{field}">' in answer.text
    typed = {name: value for name, value in fields.items() if name != "need-1" or value == "food"}
    assert {name: str(value)[:20] for name, value in typed.items()}.items() <= typed_in(answer).items()


@pytest.mark.parametrize("nonsense", ["x" * 100_000, "' OR 1=1 --", "\x00\x07", "🙈", "<script>"])
def test_nonsense_is_answered_kindly(visitor: FlaskClient, town: dict[str, Service], nonsense: str) -> None:
    fields = ("need-1", "for-1", "age-1", "circumstances-1", "place", "within", "stays")
    for field in fields:
        assert _list(visitor, **{"need-1": "food", field: nonsense}).status_code in (200, 422)
    assert visitor.post("/plan", data={"add": nonsense}).status_code == 303
    assert visitor.post("/plan", data={"remove": nonsense}).status_code == 303


@pytest.mark.parametrize("address", ["/plan/tampered", "/plan/tampered/change", "/plan/" + "A" * 400])
def test_an_address_that_is_not_ours_is_no_page(visitor: FlaskClient, town: dict[str, Service], address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_a_plan_and_a_search_cannot_be_taken_for_each_other(app: Flask) -> None:
    with app.test_request_context():
        plan, search = sealed_draft(Draft()), sealed(Question("food"))
        assert opened_draft(plan) == Draft()
        with pytest.raises(Missing):
            opened(plan)
        with pytest.raises(Missing):
            opened_draft(search)


def test_a_gap_is_said_plainly_with_the_closest_to_ask_and_what_hinders(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = _list(visitor, **{"need-1": "drink", "need-2": "school", "age-1": "40"}, place="QX1 1AA")
    words = words_of(answer)
    assert "We found nobody for these needs" in words
    assert "Nobody found for drink for the adult of 40." in words
    cards = _cards(answer)
    assert "But it is outside the distance you chose." in cards["Far farm"]
    assert "21 miles away" in cards["Far farm"]
    assert "But it takes nobody new now." in cards["Full house"]
    assert "But it is for others (ages 5 to 16)." in cards["School link"]


def test_a_need_without_any_service_says_whom_to_ask(visitor: FlaskClient, town: dict[str, Service]) -> None:
    with make.saved():
        make.a_need("Piano lessons", "piano")
    words = words_of(_list(visitor, **{"need-1": "piano"}))
    assert "Nobody found for piano lessons." in words
    assert "Ring your council and ask for social work." in words


def test_the_need_above_is_asked_where_a_need_has_nobody(visitor: FlaskClient, town: dict[str, Service]) -> None:
    with make.saved():
        make.a_need("Fines", "fines", parent_id=town["Larder"].needs[0].parent_id)
    cards = _cards(_list(visitor, **{"need-1": "fines"}))
    assert "But it is for money in general, not this alone." in cards["Larder"]


def test_services_near_each_other_are_said_to_be_and_others_not(visitor: FlaskClient, town: dict[str, Service]) -> None:
    with make.saved():
        school = directory.add_location(latitude=56.42, longitude=-1.60)
        directory.add_service_at_location(town["School link"], school)
    needs = {"need-1": "food", "need-2": "school"}
    assert "They are within 0.6 miles of each other." in words_of(_list(visitor, **needs))
    with make.saved():
        directory.change_location(school, {"latitude": 51.0})
    assert "Some are 374 miles apart. To have them near each other, say where you are." in words_of(_list(visitor, **needs))


def test_where_a_secret_place_is_no_plan_tells(visitor: FlaskClient, town: dict[str, Service]) -> None:
    for within in ("1", "25"):
        answer = _list(visitor, **{"need-1": "safety", "need-2": "food"}, place="QX1 1AA", within=within)
        refuge = _cards(answer)["Refuge"]
        assert "Serves Saltness" in refuge
        assert "mile" not in refuge
        assert "Street" not in refuge
        assert "of each other" not in words_of(answer)


@pytest.mark.parametrize(("said", "is_found"), [([], True), (["women"], True), (["men"], False), (["carer"], True)])
def test_women_only_is_open_unless_somebody_is_said_to_be_a_man(
    visitor: FlaskClient, town: dict[str, Service], said: list[str], is_found: bool
) -> None:
    answer = _list(visitor, **{"need-1": "safety", "for-1": "1", "age-1": "30", "circumstances-1": said})
    assert names_in(answer) == (["Refuge"] if is_found else [])
    assert ("Before you go: Ask if there is room: it does not say. It is for women." in words_of(answer)) is (
        is_found and said != ["women"]
    )


def test_still_there_in_six_months_leaves_out_what_is_known_to_end(visitor: FlaskClient, town: dict[str, Service]) -> None:
    with make.saved():
        make.a_window(town["Larder"], clock.today() + timedelta(days=60))
    food = {"need-1": "food", "age-1": "70"}
    assert names_in(_list(visitor, **food)) == ["Larder"]
    kept = _list(visitor, **food, stays="yes")
    assert names_in(kept) == []
    assert "But its money ends within 6 months." in _cards(kept)["Larder"]


def test_a_plan_is_changed_from_where_it_was(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = _list(visitor, **{"need-1": "food", "age-1": "9"}, place="QX1 1AA", within="3")
    form = visitor.get(link_named(answer, "Change this"))
    assert {"need-1": "food", "age-1": "9", "place": "QX1 1AA", "within": "3"}.items() <= typed_in(form).items()


def test_the_first_page_and_the_results_lead_to_a_plan(visitor: FlaskClient, town: dict[str, Service]) -> None:
    assert link_named(visitor.get("/"), "Plan for several needs") == "/plan"
    form = visitor.get(link_named(asked(visitor, "", need="food", place="QX1 1AA"), "Plan for several needs"))
    assert {"need-1": "food", "place": "QX1 1AA"}.items() <= typed_in(form).items()


def test_a_list_of_which_a_need_is_gone_is_asked_for_again(app: Flask, visitor: FlaskClient, town: dict[str, Service]) -> None:
    with app.test_request_context():
        address = sealed_draft(Draft(needs=(NeedRow("gone"),), people=(PersonRow("9"),)))
    answer = visitor.get(f"/plan/{address}")
    assert answer.status_code == 422
    assert "Choose a need from the list." in words_of(answer)


def test_nobody_is_named_and_two_of_an_age_are_told_apart() -> None:
    people = [Person(9), Person(9), Person(0), Person(15), Person(30, ("women",)), Person(30, ("men",)), Person()]
    assert plan_words.list_people(people, range(1, 8)) == [
        "the child of 9 (person 1)", "the child of 9 (person 2)", "the baby", "the young person of 15", "the woman of 30",
        "the man of 30", "person 7",
    ]  # fmt: skip


def test_every_circumstance_and_every_hindrance_has_words() -> None:
    assert set(plan_words.OF_ONE) == set(Circumstance)
    assert set(plan_words.HINDRANCES) | {Hindrance.WIDER_NEED} == set(Hindrance)
