"""Rule 4, as far as visiting tells: no request ends with changes that nobody has saved."""

from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.database import db, writing
from partnerdir.directory.actions import add_need
from partnerdir.web.access import changes_records, open_to_everyone
from tests.house.findings import assert_none
from tests.house.visits import STRANGER, Visit, walking


def left_unsaved(visits: Iterable[Visit]) -> list[str]:
    """Requests that changed something and neither kept nor undid it."""
    return [f"{visit} ends with unsaved changes" for visit in visits if visit.is_unsaved]


def test_no_request_ends_with_unsaved_changes(visits: list[Visit]):
    assert_none(left_unsaved(visits))


def add_only() -> None:
    """Adds and does not even send it to the database."""
    add_need("planted", "Planted")


def add_and_flush() -> None:
    """Sends it to the database and does not save it."""
    add_need("planted", "Planted")
    db.session.flush()


def save_and_go_on() -> None:
    """Saves one change and forgets another."""
    with writing(by="a test"):
        add_need("kept", "Kept")
    add_need("planted", "Planted")


@pytest.mark.parametrize("write", [add_only, add_and_flush, save_and_go_on])
def test_a_request_that_ends_with_unsaved_changes_is_caught(app: Flask, write: Callable[[], None]):
    def planted() -> str:
        write()
        return "<p>Forgotten"

    assert left_unsaved([_pressed(app, open_to_everyone(planted))])


def test_a_request_that_saves_is_left_alone(app: Flask):
    def planted() -> str:
        add_and_flush()
        return "<p>Saved"

    made = _pressed(app, open_to_everyone(changes_records(planted)))
    assert made.written
    assert left_unsaved([made]) == []


def _pressed(app: Flask, view: Callable[[], str]) -> Visit:
    app.add_url_rule("/planted", "planted", view, methods=["POST"])
    with walking(app) as visit:
        client: FlaskClient = app.test_client()
        return visit(STRANGER, client, "POST", "planted", "/planted")
