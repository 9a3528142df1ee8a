"""A list near somewhere is narrowed step by step, widened kindly, and says how each service counts as near."""

import re
from datetime import timedelta

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Taking, Way
from partnerdir.geography.actions import add_postcode
from partnerdir.geography.models import AreaKind
from partnerdir.search.rules import Question
from partnerdir.web.questions import opened, sealed
from tests import make
from tests.web.reading import HTML, asked, index, link_named, names_in, words_of


@pytest.fixture
def town(app: Flask) -> dict[str, Service]:
    """A ward with a postcode, and services that count as near it in different ways."""
    with make.saved():
        ward = make.an_area("Saltness", "saltness", AreaKind.WARD)
        need = make.a_need("Food", "food")
        make.a_need("Food banks", "food-banks", parent_id=need.id)
        add_postcode("QX1 1AA", 56.40, -1.60, ward.id)
        trust = make.an_organisation("Harbour Trust")
        pantry = make.a_service(
            "Food pantry", trust, ways=[Way.AT_PLACE], fees_description="Free", taking=Taking.NOW, needs=[need], minimum_age=16
        )
        place = directory.add_location(latitude=56.4116, longitude=-1.60, city="Kirklarrow")
        directory.add_service_at_location(pantry, place)
        far = make.a_service("Food quaich", trust, ways=[Way.AT_PLACE], needs=[need])
        directory.add_service_at_location(far, directory.add_location(latitude=56.70, longitude=-1.60, city="Farport"))
        visits = make.a_service("Food visits", trust, ways=[Way.AT_HOME], area_ids=[ward.id], languages=["pl"], needs=[need])
        line = make.a_service("Food line", trust, ways=[Way.PHONE], needs=[need])
        make.a_window(line, clock.today() + timedelta(days=300))
        unsaid = make.a_service("Food van", trust, needs=[need])
        services = {service.name: service for service in (pantry, far, visits, line, unsaid)}
    index(app)
    return services


def _near(answer: TestResponse) -> dict[str, str]:
    cards = re.findall(r'(?s)class="pd-result__name"><a [^>]*>(.*?)</a>.*?class="pd-result__near">(.*?)</p>', answer.text)
    return dict(cards)


def _press(client: FlaskClient, answer: TestResponse, name: str, **more: str) -> TestResponse:
    """Presses the button whose words begin like this, as a browser without scripts does."""
    for form in html5lib.parse(answer.text).iter(f"{HTML}form"):
        for button in form.iter(f"{HTML}button"):
            if " ".join("".join(button.itertext()).split()).startswith(name):
                fields = {str(field.get("name")): str(field.get("value") or "") for field in form.iter(f"{HTML}input")}
                if button.get("name"):
                    fields[str(button.get("name"))] = str(button.get("value"))
                return client.post(str(form.get("action")), data=fields | more, follow_redirects=True)
    raise AssertionError(f"No button is called {name!r}.")


def test_each_result_says_how_it_counts_as_near(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = asked(visitor, "food", place="qx11aa")
    assert _near(answer) == {
        "Food pantry": "0.8 miles away", "Food visits": "Serves Saltness · Comes to you", "Food line": "By phone",
    }  # fmt: skip
    assert "3 services near QX1 1AA" in words_of(answer)
    assert "qx1" not in answer.request.path.lower()


def test_further_away_and_those_that_do_not_say_where_are_one_press_away(
    visitor: FlaskClient, town: dict[str, Service]
) -> None:
    near = asked(visitor, "food", place="QX1 1AA")
    assert set(names_in(_press(visitor, near, "25 miles"))) - set(names_in(near)) == {"Food quaich"}
    assert "1 more does not say where it is" in words_of(near)
    assert set(names_in(_press(visitor, near, "Show it too"))) - set(names_in(near)) == {"Food van"}
    nearest = _press(visitor, near, "Nearest first")
    assert names_in(nearest)[0] == "Food pantry"
    assert "nearest first" in words_of(nearest)
    assert "best match first" in words_of(_press(visitor, nearest, "Best match first"))


@pytest.mark.parametrize(
    ("group", "found"),
    [
        ("By phone", "Food line"), ("At home", "Food visits"), ("Free", "Food pantry"), ("Polish", "Food visits"),
        ("Taking people now", "Food pantry"), ("Paid for 6 months", "Food line"),
    ],
)  # fmt: skip
def test_a_choice_narrows_to_its_count_and_can_be_taken_away(
    visitor: FlaskClient, town: dict[str, Service], group: str, found: str
) -> None:
    before = asked(visitor, "food")
    narrowed = _press(visitor, before, group)
    assert names_in(narrowed) == [found]
    assert re.search(rf"{group}[\w ]* 1 ", words_of(before))
    assert set(names_in(_press(visitor, narrowed, group))) == set(names_in(before))


def test_an_age_is_asked_for_kept_and_taken_away(visitor: FlaskClient, town: dict[str, Service]) -> None:
    before = asked(visitor, "food")
    child = _press(visitor, before, "Show", age="12")
    assert set(names_in(before)) - set(names_in(child)) == {"Food pantry"}
    assert 'id="age"' in child.text
    assert 'value="12"' in child.text
    assert set(names_in(_press(visitor, child, "Age 12"))) == set(names_in(before))


@pytest.mark.parametrize("age", ["abc", "-1", "200", "1.5", "9" * 50])
def test_an_age_that_cannot_be_is_said_at_the_field(visitor: FlaskClient, town: dict[str, Service], age: str) -> None:
    wrong = _press(visitor, asked(visitor, "food"), "Show", age=age)
    assert wrong.status_code == 422
    assert "The age must be a whole number of years" in words_of(wrong)
    assert f'value="{age[:20]}"' in wrong.text
    assert names_in(_press(visitor, wrong, "Show services", age="30"))


def test_a_place_that_is_not_known_is_said_at_the_field_and_what_was_typed_is_kept(
    visitor: FlaskClient, town: dict[str, Service]
) -> None:
    wrong = asked(visitor, "food", place="Kirklarow")
    assert wrong.status_code == 422
    assert "We do not know a place called “Kirklarow”" in words_of(wrong)
    assert 'value="Kirklarow"' in wrong.text
    assert 'value="food"' in wrong.text
    assert wrong.headers["Cache-Control"] == "no-store"
    meant = _press(visitor, wrong, "Kirklarrow")
    assert "near Kirklarrow" in words_of(meant)
    assert "Food pantry" in names_in(meant)
    postcode = asked(visitor, "food", place="QX1 9ZZ")
    assert postcode.status_code == 422
    assert "We do not know the postcode QX1 9ZZ. Check it, or look around QX1." in words_of(postcode)


@pytest.mark.parametrize(
    "place", ["\x00\u202e", "' OR 1=1 --", "😀" * 200, "<script>alert(1)</script>", "x" * 10_000, "EH" * 4000]
)
def test_a_nonsense_place_is_answered_kindly(visitor: FlaskClient, town: dict[str, Service], place: str) -> None:
    answer = asked(visitor, "food", place=place)
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.text


def test_a_place_in_the_words_is_understood_said_and_can_be_refused(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = asked(visitor, "food in kirklarrow")
    assert "We looked for “food” near Kirklarrow." in words_of(answer)
    literal = visitor.get(link_named(answer, "Look for “food in kirklarrow” as you wrote it"))
    question = opened(literal.request.path.rpartition("/")[2])
    assert (question.words, question.place, question.as_written) == ("food in kirklarrow", None, "")
    again = visitor.get(literal.request.path)
    assert "We looked for" not in words_of(again)


def test_nothing_near_is_widened_and_the_page_says_how(visitor: FlaskClient, town: dict[str, Service]) -> None:
    near = asked(visitor, "quaich", place="QX1 1AA")
    assert "Nothing was found for exactly this" in words_of(near)
    assert "up to 25 miles from QX1 1AA" in words_of(near)
    assert "Food quaich" in names_in(near)


def test_the_last_choice_is_dropped_first_and_the_page_says_which(visitor: FlaskClient, town: dict[str, Service]) -> None:
    only = sealed(Question("food", chosen=("cost:free", "language:pl")))
    answer = visitor.get(f"/results/{only}")
    assert "without “Polish”" in words_of(answer)
    assert "without “Free”" not in words_of(answer)
    assert names_in(answer) == ["Food pantry"]


def test_a_need_without_services_is_widened_to_the_one_above(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = asked(visitor, need="food-banks")
    assert "for everything under “Food”" in words_of(answer)
    assert len(names_in(answer)) == 5


def test_words_that_find_nothing_lead_to_what_helps_by_phone(visitor: FlaskClient, town: dict[str, Service]) -> None:
    answer = asked(visitor, "zzzz", need="food")
    assert "These help by phone or online, wherever you are" in words_of(answer)
    assert names_in(answer) == ["Food line"]


def test_a_choice_that_is_not_ours_and_a_tampered_question_are_kind(visitor: FlaskClient, town: dict[str, Service]) -> None:
    form = {"asked": sealed(Question("food")), "choose": "way:teleport", "within": "7", "order": "random", "drop": "words"}
    answer = visitor.post("/search", data=form, follow_redirects=True)
    assert answer.status_code == 200
    assert len(names_in(answer)) == 5
    assert visitor.post("/search", data={"asked": "nonsense", "choose": "way:phone"}).status_code == 404


def test_a_page_with_every_choice_weighs_no_more_than_forty_kilobytes(
    visitor: FlaskClient, app: Flask, town: dict[str, Service]
) -> None:
    with make.saved():
        trust = make.an_organisation("Long Trust Name That Is About Average")
        for number in range(30):
            service = make.a_service(
                f"Club for food and company {number:03}", trust, ways=list(Way), phones=["0131 496 0001"], minimum_age=16,
                circumstances=["carer", "veteran", "women"], languages=["pl", "ar", "ur", "uk", "ro", "fa"],
                fees_description="Free",
                accessibility=["wheelchair"], referral="either", taking="now",
                summary="What it does, said in a line that is about as long as people write them, and a bit. " * 2,
            )  # fmt: skip
            directory.add_service_at_location(
                service, directory.add_location(latitude=56.41, longitude=-1.6, city="Kirklarrow")
            )
    answer = asked(visitor, place="QX1 1AA")
    assert len(names_in(answer)) == 20
    assert len(answer.data) <= 40_000
