"""Anybody may say that something is wrong: without an account, without a trace, within a day's room; and read the answer."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.directory import suggestions
from partnerdir.directory.models import Service, Suggestion
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin
from partnerdir.directory.suggestions import LETTERS, MOST_OF_ALL, MOST_OF_ONE_SERVICE
from tests import make
from tests.web.reading import title_of, words_of

Client = Callable[[RoleName], FlaskClient]


@pytest.fixture
def service(app: Flask) -> Service:
    """A service."""
    with make.saved():
        return make.a_service("Harbour Refuge", phones=["0131 496 0001"])


def _paper(client: FlaskClient, service: Service) -> str:
    found = re.search(r'name="paper"[^>]* value="([^"]+)"', client.get(f"/services/{service.id}/suggest").text)
    assert found
    return found[1]


def _sent(client: FlaskClient, service: Service, headers: Any = None, **fields: str) -> TestResponse:
    data: dict[str, str] = {"kind": "number_does_not_work", "text": "", "paper": _paper(client, service)} | fields
    return client.post(f"/services/{service.id}/suggest", data=data, headers=headers)


def _all() -> list[Suggestion]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Suggestion).order_by(Suggestion.made_on)))


def _reference(answer: TestResponse) -> str:
    found = re.search(r'class="pd-reference">([a-z]{5} [a-z]{5})<', answer.text)
    assert found, answer.text
    return found[1]


def test_a_visitor_says_what_is_wrong_and_reads_the_answer(visitor: FlaskClient, client_as: Client, service: Service) -> None:
    assert f"/services/{service.id}/suggest" in visitor.get(f"/services/{service.id}").text
    answer = _sent(visitor, service, text="It rings out.")
    assert answer.status_code == 200
    reference = _reference(answer)
    assert [(s.kind, s.text, s.origin, s.made_by) for s in _all()] == [
        (SuggestionKind.NUMBER_DOES_NOT_WORK, "It rings out.", SuggestionOrigin.PUBLIC, "")
    ]
    asked = visitor.post("/suggestions", data={"reference": reference.upper()})
    assert "Nobody has decided yet." in words_of(asked)
    coordinator = client_as(RoleName.COORDINATOR)
    page = coordinator.get("/manage/suggestions")
    assert "Harbour Refuge" in words_of(page)
    with make.saved():
        suggestions.accept_suggestion(_all()[0], "A coordinator", "The new number is on its page.")
    said = words_of(visitor.post("/suggestions", data={"reference": reference.replace(" ", "")}))
    assert "You were right." in said
    assert "The new number is on its page." in said


def test_nothing_of_the_visitor_is_kept_and_no_cookie_is_set(visitor: FlaskClient, service: Service) -> None:
    answers = [
        visitor.get(f"/services/{service.id}/suggest"), _sent(visitor, service), visitor.get("/suggestions"),
        visitor.post("/suggestions", data={"reference": "abcdefghjk"}), _sent(visitor, service, kind="nonsense"),
    ]  # fmt: skip
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.text
        assert "Harbour" not in title_of(answer)
    kept = {column.key for column in sa.inspect(Suggestion).columns}
    assert not kept & {"address", "ip", "email", "agent", "made_at"}


def test_the_form_asks_for_no_name_and_warns(visitor: FlaskClient, service: Service) -> None:
    page = visitor.get(f"/services/{service.id}/suggest")
    assert "Write nothing about a person or a family" in words_of(page)
    assert set(re.findall(r'name="(\w+)"', re.sub(r"(?s).*<main|</main>.*", "", page.text))) == {"paper", "kind", "text"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": ""}, "Choose what is wrong."),
        ({"kind": "nonsense"}, "Not a valid choice"),
        ({"text": "x" * 501}, "must be 500 characters or fewer; this has 501"),
        ({"text": "y" * 10_000}, "this has 10000"),
        ({"text": "z" * 100_000}, "must be 500 characters or fewer"),
        ({"kind": "other", "text": " \n "}, "Say in a few words what is wrong."),
        ({"paper": ""}, "This page was open for a long time."),
        ({"paper": "not.a.paper"}, "This page was open for a long time."),
        ({"paper": "\x00\ud7ff" * 50}, "This page was open for a long time."),
    ],
)
def test_bad_input_is_said_at_the_field_and_the_typing_kept(
    visitor: FlaskClient, service: Service, fields: dict[str, str], words: str
) -> None:
    answer = _sent(visitor, service, **({"text": "It rings out."} | fields))
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert title_of(answer).startswith("Error: ")
    if "text" not in fields:
        assert "It rings out." in answer.text
    assert _all() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("It moved \N{FIRE}\N{SMILING FACE WITH SMILING EYES}", "It moved \N{FIRE}\N{SMILING FACE WITH SMILING EYES}"),
        ("a\x00b\x1b[31mc\u202ed\r\nBcc: x", "a b [31mc d Bcc: x"),
        ("'; DROP TABLE suggestion; --", "'; DROP TABLE suggestion; --"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ 7*7 }} %s %n", "{{ 7*7 }} %s %n"),
    ],
)
def test_what_is_typed_is_text_and_nothing_else(
    visitor: FlaskClient, client_as: Client, service: Service, typed: str, kept: str
) -> None:
    assert _sent(visitor, service, text=typed).status_code == 200
    assert [suggestion.text for suggestion in _all()] == [kept]
    shown = client_as(RoleName.COORDINATOR).get(f"/manage/suggestions/{_all()[0].id}")
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text


def test_the_same_form_sent_twice_is_one_suggestion(visitor: FlaskClient, service: Service) -> None:
    paper = _paper(visitor, service)
    answers = [_sent(visitor, service, paper=paper) for _ in range(2)]
    assert _reference(answers[0]) == _reference(answers[1])
    assert len(_all()) == 1


def test_a_paper_is_for_one_service_and_a_few_hours(visitor: FlaskClient, service: Service) -> None:
    with make.saved():
        other = make.a_service("Another")
    assert _sent(visitor, other, paper=_paper(visitor, service)).status_code == 422
    paper = _paper(visitor, service)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=7)):
        late = visitor.post(f"/services/{service.id}/suggest", data={"kind": "has_closed", "paper": paper})
        assert late.status_code == 422
        again = re.search(r'name="paper"[^>]* value="([^"]+)"', late.text)
        assert again
        data = {"kind": "has_closed", "paper": again[1]}
        assert visitor.post(f"/services/{service.id}/suggest", data=data).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_form_that_another_site_sends_is_refused(
    visitor: FlaskClient, service: Service, headers: dict[str, str], status: int
) -> None:
    assert _sent(visitor, service, headers).status_code == status
    assert len(_all()) == (status == 200)


def _fill(service: Service, count: int, origin: SuggestionOrigin = SuggestionOrigin.PUBLIC) -> None:
    with make.saved():
        for _ in range(count):
            suggestions.add_suggestion(service.id, SuggestionKind.HAS_CLOSED, "", origin)


def test_a_day_has_room_for_so_many_of_one_service(visitor: FlaskClient, service: Service) -> None:
    _fill(service, MOST_OF_ONE_SERVICE - 1)
    _fill(service, 5, SuggestionOrigin.CONTACT)
    assert _sent(visitor, service).status_code == 200
    refused = _sent(visitor, service, text="It rings out.")
    assert refused.status_code == 429
    assert "Try again tomorrow" in words_of(refused)
    assert "It rings out." in refused.text
    with make.saved():
        other = make.a_service("Another")
    assert _sent(visitor, other).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert _sent(visitor, service).status_code == 200


def test_a_day_has_room_for_so_many_of_all(visitor: FlaskClient, service: Service) -> None:
    with make.saved():
        others = [make.a_service(f"Other {number}") for number in range(3)]
    for other in others:
        _fill(other, MOST_OF_ALL // 3)
    assert _sent(visitor, service).status_code == 429


def test_crowds_take_no_more_room_than_there_is(app_on_both: Flask) -> None:
    with make.saved():
        service = make.a_service("Harbour Refuge")
    service_id = service.id
    client = app_on_both.test_client()
    papers = [_paper(client, service) for _ in range(MOST_OF_ONE_SERVICE + 6)]

    def send(paper: str) -> int:
        data = {"kind": "has_closed", "paper": paper}
        return int(app_on_both.test_client().post(f"/services/{service_id}/suggest", data=data).status_code)

    with ThreadPoolExecutor(8) as crowd:
        statuses = sorted(crowd.map(send, papers))
    assert statuses == [200] * MOST_OF_ONE_SERVICE + [429] * 6
    assert len(_all()) == MOST_OF_ONE_SERVICE


@pytest.mark.parametrize("typed", ["", "abc", "abcdefghjk", "%", "' OR 1=1 --", "x" * 10_000, "\x00", "\N{FIRE}"])
def test_nobody_finds_what_they_have_no_letters_for(visitor: FlaskClient, service: Service, typed: str) -> None:
    _fill(service, 3)
    answer = visitor.post("/suggestions", data={"reference": typed})
    assert answer.status_code == 422
    assert "Harbour" not in answer.text
    assert visitor.get("/suggestions?reference=" + _all()[0].reference).text.count("Harbour") == 0


def test_letters_cannot_be_guessed_from_a_paper(app: Flask) -> None:
    ours, theirs = suggestions.reference_of("paper", "our secret"), suggestions.reference_of("paper", "theirs")
    assert ours != theirs
    assert len(ours) == 10
    assert set(ours) <= set(LETTERS)
    assert len({suggestions.reference_of(str(number), "our secret") for number in range(5000)}) == 5000


def test_a_suggestion_is_in_the_change_log_without_its_letters(visitor: FlaskClient, service: Service) -> None:
    reference = _reference(_sent(visitor, service)).replace(" ", "")
    logged = db.session.execute(sa.text("SELECT fields FROM change")).scalars().all()
    assert not any(reference in str(fields) for fields in logged)
    assert _all()[0].made_on == clock.today()
