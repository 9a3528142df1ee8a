"""Suggestions on the site: coordinators list them, open one, and decide."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.directory.models import Suggestion
from tests.directory.test_suggestions import a_suggestion


@pytest.fixture
def coordinator(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A coordinator's browser."""
    return client_as(RoleName.COORDINATOR)


def decided() -> tuple[str, str, str]:
    """What became of the one suggestion."""
    db.session.rollback()
    suggestion = db.session.scalars(sa.select(Suggestion)).one()
    return str(suggestion.state), suggestion.decided_by, suggestion.answer


def test_a_suggestion_is_listed_opened_and_accepted(app: Flask, coordinator: FlaskClient) -> None:
    suggestion = a_suggestion()
    address, version = f"/manage/suggestions/{suggestion.id}", suggestion.version
    page = coordinator.get("/manage/suggestions").text
    assert "Harbour Family Support: The place is wrong" in page
    assert "It moved to the old school" in coordinator.get(address).text
    assert coordinator.post(address, data={"version": version, "accept": "yes"}).status_code == 303
    assert decided() == ("accepted", "A coordinator", "")
    assert coordinator.post(address, data={"version": version, "decline": "yes", "answer": "No."}).status_code == 422
    assert decided()[0] == "accepted"


def test_a_decline_asks_for_the_reason_and_keeps_what_was_typed(app: Flask, coordinator: FlaskClient) -> None:
    suggestion = a_suggestion()
    address, version = f"/manage/suggestions/{suggestion.id}", suggestion.version
    answer = coordinator.post(address, data={"version": version, "decline": "yes", "answer": " "})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    long = coordinator.post(address, data={"version": version, "decline": "yes", "answer": "x" * 501})
    assert long.status_code == 422
    assert "x" * 501 in long.text
    assert coordinator.post(address, data={"version": "nonsense", "accept": "yes"}).status_code == 422
    assert decided()[0] == "open"
    assert coordinator.post(address, data={"version": version, "decline": "yes", "answer": "It is there."}).status_code == 303
    assert decided() == ("declined", "A coordinator", "It is there.")


def test_only_coordinators_decide(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    address = f"/manage/suggestions/{a_suggestion().id}"
    worker = client_as(RoleName.FRONTLINE)
    assert worker.get(address).status_code == 403
    assert worker.post(address, data={"accept": "yes"}).status_code == 403
    assert decided()[0] == "open"
