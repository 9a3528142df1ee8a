"""The page of how we tell you, and the link that pauses all mail."""

import dataclasses
import json
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.choices import find_choice, sealed_account
from partnerdir.alerts.webhook import secret_of
from partnerdir.changes import Change
from partnerdir.database import db
from tests import people
from tests.alerts import receiver
from tests.web.reading import words_of


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


def _kept() -> tuple[str, str, str, bool] | None:
    db.session.rollback()
    choice = find_choice(people.a_person(RoleName.FRONTLINE).id)
    return None if choice is None else (str(choice.pace), str(choice.quiet_from), str(choice.quiet_until), choice.is_paused)


CHOSEN = {"urgent_pace": "at_once", "pace": "daily", "quiet_from": "22:00:00", "quiet_until": "07:00:00", "wants_mail": "y"}
HOOK = "https://chat.example/hook/secret-room"


def test_a_choice_is_kept_and_shown_again(worker: FlaskClient) -> None:
    page = worker.get("/alerts/choices").text
    assert 'value="weekly" checked' in page
    assert 'name="wants_mail" type="checkbox" value="y" checked' in page
    page = worker.post("/alerts/choices", data=CHOSEN, follow_redirects=True).text
    assert "We tell you as you chose." in page
    assert 'value="daily" checked' in page
    assert 'value="22:00:00" selected' in page
    assert _kept() == ("daily", "22:00:00", "07:00:00", False)


WRONG: tuple[tuple[dict[str, str | None], str], ...] = (
    ({"quiet_until": ""}, "Choose both times, or neither."),
    ({"quiet_from": "07:00:00"}, "Quiet hours must end at another time"),
    ({"pace": "hourly"}, "Not a valid choice"),
    ({"quiet_from": "25:00"}, "Not a valid choice"),
    ({"wants_mail": None}, "Keep mail, or enter an address for a webhook"),
    ({"webhook_url": "chat.example/hook"}, "The address must begin with https://"),
    ({"webhook_url": "http://chat.example/hook"}, "The address must begin with https://"),
    ({"webhook_url": "https://name:word@chat.example/hook"}, "Leave out the name and password"),
    ({"webhook_url": "https://chat.example:22/hook"}, "Leave out the port, or use 443 or 8443."),
    ({"webhook_url": "https://chat.example/a b"}, "Enter one address, without spaces."),
    ({"webhook_url": "https:///hook"}, "Enter an address like https://example.org/hook."),
    ({"webhook_url": "https://[::1/hook"}, "Enter an address like https://example.org/hook."),
    ({"webhook_url": f"https://chat.example/{'a' * 2000}"}, "at most 2000 characters"),
)


def test_what_cannot_be_is_said_at_the_field(worker: FlaskClient) -> None:
    for typed, said in WRONG:
        page = worker.post(
            "/alerts/choices", data={name: value for name, value in (CHOSEN | typed).items() if value is not None}
        )
        assert page.status_code == 422, typed
        assert said in words_of(page), typed
        assert escape(typed.get("webhook_url") or "") in page.text, typed
        assert _kept() is None, typed


def test_the_secret_of_a_webhook_is_shown_to_its_owner_alone(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    worker, steward = client_as(RoleName.FRONTLINE), client_as(RoleName.STEWARD)
    secret = secret_of(people.a_person(RoleName.FRONTLINE).id, app.config["SECRET_KEY"])
    assert secret not in worker.get("/alerts/choices").text
    worker.post("/alerts/choices", data=CHOSEN | {"webhook_url": HOOK})
    steward.post("/alerts/choices", data=CHOSEN | {"webhook_url": HOOK})
    page = worker.get("/alerts/choices")
    assert secret in page.text
    assert HOOK in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert secret not in steward.get("/alerts/choices").text


def test_the_address_of_a_webhook_stays_out_of_the_change_log(worker: FlaskClient) -> None:
    worker.post("/alerts/choices", data=CHOSEN | {"webhook_url": HOOK})
    db.session.rollback()
    logged = [change.fields for change in db.session.scalars(sa.select(Change).where(Change.record_type == "alert_choice"))]
    assert logged
    assert "secret-room" not in str(logged)


def test_a_test_reaches_the_receiver_signed(app: Flask, worker: FlaskClient, tmp_path: Path) -> None:
    with receiver.running(tmp_path) as listening:
        app.extensions["settings"] = dataclasses.replace(
            app.extensions["settings"], webhook_hosts=f"localhost:{listening.port}", webhook_ca_file=str(listening.ca_file)
        )
        worker.post("/alerts/choices", data=CHOSEN | {"webhook_url": listening.url})
        assert "The test was taken." in words_of(worker.post("/alerts/choices/test", follow_redirects=True))
        assert json.loads(listening.posts[0].body)["test"]
        listening.answers(500)
        said = words_of(worker.post("/alerts/choices/test", follow_redirects=True))
        assert "The test did not arrive. localhost did not take it (500)." in said


def test_a_test_reaches_nothing_inside_our_own_network(worker: FlaskClient) -> None:
    worker.post("/alerts/choices", data=CHOSEN | {"webhook_url": "https://localhost/hook"})
    said = words_of(worker.post("/alerts/choices/test", follow_redirects=True))
    assert "localhost is a machine inside a network, which webhooks may not reach." in said


def test_a_test_without_an_address_says_so(worker: FlaskClient) -> None:
    said = words_of(worker.post("/alerts/choices/test", follow_redirects=True))
    assert "The test did not arrive. There is no address for a webhook any more." in said


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
        assert _kept() == ("weekly", "None", "None", True)
    assert "Let mail flow again" in words_of(visitor.get(link))
    assert "Mail flows again." in words_of(visitor.post(link, data={"resume": "yes"}))
    assert _kept() == ("weekly", "None", "None", False)


def test_a_made_up_link_pauses_nobody(app: Flask, visitor: FlaskClient) -> None:
    account_id = people.a_person(RoleName.FRONTLINE).id
    for token in ("nonsense", sealed_account(account_id, "another secret")):
        assert visitor.get(f"/pause/{token}").status_code == 404
        assert visitor.post(f"/pause/{token}").status_code == 404
    assert _kept() is None
