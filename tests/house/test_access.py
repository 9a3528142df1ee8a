"""Rule 5: every endpoint says who may enter, and keeps to it; a GET never writes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from flask import Flask

from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.database import begin_writing, db
from partnerdir.directory.actions import add_need
from partnerdir.web.access import EVERYONE, open_to, open_to_everyone
from tests.house.findings import assert_none
from tests.house.visits import STRANGER, Visit, walking
from tests.people import signed_in

KEPT_OUT = (401, 403)
READING = ("GET", "HEAD", "OPTIONS")


def marks_of(app: Flask) -> dict[str, Any]:
    """What each endpoint's view says of who may enter."""
    return {rule.endpoint: getattr(app.view_functions[rule.endpoint], "__access__", None) for rule in app.url_map.iter_rules()}


def unmarked_endpoints(app: Flask) -> list[str]:
    """Endpoints that do not say who may enter."""
    known = {EVERYONE, *RoleName}
    return [f"{endpoint} does not say who may enter" for endpoint, mark in sorted(marks_of(app).items()) if mark not in known]


def marks_not_kept(visits: Iterable[Visit], marks: Mapping[str, Any]) -> list[str]:
    """People let in against the mark, or kept out against it."""
    findings = []
    for visit in visits:
        if visit.fault:
            continue  # which nobody may enter; the tests of pages tell of it
        needed = marks.get(visit.endpoint)
        has_role = visit.reader != STRANGER
        is_welcome = not isinstance(needed, RoleName) or (has_role and has_rank([visit.reader], needed))
        is_sent_away = visit.status in KEPT_OUT or (visit.status == 302 and "/sign-in" in visit.location)
        if is_welcome and visit.status in KEPT_OUT:
            findings.append(f"{visit} is kept out, though it is open to {needed}")
        elif not is_welcome and not is_sent_away:
            findings.append(f"{visit} is let in, though it is for {needed}")
    return findings


def written_by_reading(visits: Iterable[Visit]) -> list[str]:
    """Statements that change the database while somebody only reads."""
    return [f"{visit} writes: {visit.written[0]}" for visit in visits if visit.method in READING and visit.written]


def test_every_endpoint_says_who_may_enter(app: Flask):
    assert_none(unmarked_endpoints(app))


def test_every_endpoint_lets_in_whom_it_says_and_nobody_else(app: Flask, visits: list[Visit]):
    assert_none(marks_not_kept(visits, marks_of(app)))


def test_reading_writes_nothing(visits: list[Visit]):
    assert_none(written_by_reading(visits))


def test_the_walk_comes_through_every_door_and_writes_where_it_may(app: Flask, visits: list[Visit]):
    assert {visit.endpoint for visit in visits} == {rule.endpoint for rule in app.url_map.iter_rules()}
    assert any(visit.written for visit in visits if visit.method == "POST")
    assert {visit.reader for visit in visits if visit.status == 200 and visit.endpoint == "coordinator.list_services"} == {
        RoleName.COORDINATOR,
        RoleName.STEWARD,
    }


def show() -> str:
    """A view without a mark."""
    return "<p>A page"


def marked_by_hand() -> str:
    """A view that says who may enter and lets everybody in."""
    return "<p>A page"


marked_by_hand.__access__ = RoleName.COORDINATOR  # type: ignore[attr-defined]  # the fault that is planted


def marked_for_nobody_known() -> str:
    """A view whose mark is no role."""
    return "<p>A page"


marked_for_nobody_known.__access__ = "staff"  # type: ignore[attr-defined]  # the fault that is planted


@pytest.mark.parametrize("view", [show, marked_for_nobody_known])
def test_an_endpoint_without_a_mark_is_caught(app: Flask, view):
    app.add_url_rule("/planted", "planted", view)
    assert "planted does not say who may enter" in unmarked_endpoints(app)


@pytest.mark.parametrize("role", [None, RoleName.FRONTLINE])
def test_a_mark_without_a_guard_is_caught(app: Flask, role):
    app.add_url_rule("/planted", "planted", marked_by_hand)
    with walking(app) as visit:
        client = signed_in(app, role) if role else app.test_client()
        made = visit(role or STRANGER, client, "GET", "planted", "/planted")
    assert len(marks_not_kept([made], marks_of(app))) == 1


def test_a_guard_that_keeps_out_whom_its_mark_lets_in_is_caught():
    made = Visit(RoleName.STEWARD, "GET", "planted", "/planted", 403)
    assert len(marks_not_kept([made], {"planted": RoleName.COORDINATOR})) == 1
    assert len(marks_not_kept([made], {"planted": EVERYONE})) == 1


def insert_and_commit() -> None:
    """Writes as a door of a library would."""
    session = begin_writing(by="a fault")
    add_need("planted", "Planted")
    session.commit()


def insert_and_forget() -> None:
    """Writes and leaves it at that; undone, but written."""
    begin_writing(by="a fault")
    add_need("planted", "Planted")
    db.session.flush()


@pytest.mark.parametrize("write", [insert_and_commit, insert_and_forget])
@pytest.mark.parametrize("mark", [open_to_everyone, open_to(RoleName.FRONTLINE)])
def test_a_get_that_writes_is_caught(app: Flask, write: Callable[[], None], mark: Any):
    @mark
    def planted() -> str:
        write()
        return "<p>Written"

    app.add_url_rule("/planted", "planted", planted)
    with walking(app) as visit:
        made = visit(RoleName.FRONTLINE, signed_in(app, RoleName.FRONTLINE), "GET", "planted", "/planted")
    assert written_by_reading([made])[0].startswith("GET /planted (planted) as frontline writes: INSERT INTO")
