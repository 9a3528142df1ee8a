"""The page of how we tell you, and the link that pauses all mail."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.choices import find_choice, sealed_account
from partnerdir.database import db
from tests import people
from tests.web.reading import words_of


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


def _kept() -> tuple[str, str, str, bool] | None:
    db.session.rollback()
    choice = find_choice(people.a_person(RoleName.FRONTLINE).id)
    return None if choice is None else (str(choice.pace), str(choice.quiet_from), str(choice.quiet_until), choice.is_paused)


def test_a_choice_is_kept_and_shown_again(worker: FlaskClient) -> None:
    assert 'value="at_once" checked' in worker.get("/alerts/choices").text
    chosen = {"pace": "weekly", "quiet_from": "22:00:00", "quiet_until": "07:00:00"}
    page = worker.post("/alerts/choices", data=chosen, follow_redirects=True)
    assert "We tell you as you chose." in page.text
    assert 'value="weekly" checked' in page.text
    assert 'value="22:00:00" selected' in page.text
    assert _kept() == ("weekly", "22:00:00", "07:00:00", False)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pace": "weekly", "quiet_from": "22:00:00", "quiet_until": ""}, "Choose both times, or neither."),
        ({"pace": "weekly", "quiet_from": "07:00:00", "quiet_until": "07:00:00"}, "Quiet hours must end at another time"),
        ({"pace": "hourly", "quiet_from": "", "quiet_until": ""}, "Not a valid choice"),
        ({"pace": "weekly", "quiet_from": "25:00", "quiet_until": ""}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(worker: FlaskClient, typed: dict[str, str], said: str) -> None:
    page = worker.post("/alerts/choices", data=typed)
    assert page.status_code == 422
    assert said in words_of(page)
    assert _kept() is None


def test_the_link_asks_first_pauses_and_lets_flow_again_without_a_sign_in(app: Flask, visitor: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    account_id = people.a_person(RoleName.FRONTLINE).id
    link = f"/pause/{sealed_account(account_id, app.config['SECRET_KEY'])}"
    assert "Shall we pause all of it?" in words_of(visitor.get(link))
    assert _kept() is None
    for _ in range(2):
        answer = visitor.post(link)
        assert "No warnings come by mail." in words_of(answer)
        assert "Set-Cookie" not in answer.headers
        assert _kept() == ("at_once", "None", "None", True)
    assert "Let mail flow again" in words_of(visitor.get(link))
    assert "Mail flows again." in words_of(visitor.post(link, data={"resume": "yes"}))
    assert _kept() == ("at_once", "None", "None", False)


def test_a_made_up_link_pauses_nobody(app: Flask, visitor: FlaskClient) -> None:
    account_id = people.a_person(RoleName.FRONTLINE).id
    for token in ("nonsense", sealed_account(account_id, "another secret")):
        assert visitor.get(f"/pause/{token}").status_code == 404
        assert visitor.post(f"/pause/{token}").status_code == 404
    assert _kept() is None
