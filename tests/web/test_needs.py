"""Coordinators say what people say for a need, and it is found from then on."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.directory.models import Need
from tests import make
from tests.search.asking import Searching


@pytest.fixture
def coordinator(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A coordinator's browser."""
    return client_as(RoleName.COORDINATOR)


def test_a_phrase_that_a_coordinator_adds_is_found_from_then_on(app: Flask, coordinator: FlaskClient) -> None:
    with make.saved():
        need = make.a_need("Attendance", "attendance")
        make.a_service("Lantern", needs=[need])
        make.a_service("Harbour")
    searching = Searching(app)
    assert searching.names("on the knock wi his chums") == []
    address, version = f"/manage/needs/{need.id}", need.version
    assert "Attendance" in coordinator.get("/manage/needs").text
    answer = coordinator.post(address, data={"version": version, "words": "on the knock\n\n on the knock \nchums"})
    assert answer.status_code == 303
    assert "on the knock, chums" in coordinator.get("/manage/needs").text
    assert searching.names("on the knock wi his chums") == ["Lantern"]


def test_words_saved_over_somebody_elses_are_refused_and_kept_in_the_form(app: Flask, coordinator: FlaskClient) -> None:
    with make.saved():
        need = make.a_need()
    need_id, version = need.id, need.version
    assert coordinator.post(f"/manage/needs/{need_id}", data={"version": version, "words": "skint"}).status_code == 303
    for stale in (version, "nonsense"):
        answer = coordinator.post(f"/manage/needs/{need_id}", data={"version": stale, "words": "brassic"})
        assert answer.status_code == 422
        assert "brassic" in answer.text
    db.session.rollback()
    assert db.session.get_one(Need, need_id).words == ["skint"]


def test_a_phrase_too_long_to_be_said_is_refused(app: Flask, coordinator: FlaskClient) -> None:
    with make.saved():
        need = make.a_need()
    answer = coordinator.post(f"/manage/needs/{need.id}", data={"version": need.version, "words": "x" * 81})
    assert answer.status_code == 422
    assert "80 characters or fewer" in answer.text


def test_only_coordinators_come_in(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    with make.saved():
        need = make.a_need()
    worker = client_as(RoleName.FRONTLINE)
    assert worker.get("/manage/needs").status_code == 403
    assert worker.post(f"/manage/needs/{need.id}", data={"words": "x"}).status_code == 403
