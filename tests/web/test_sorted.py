"""'It is sorted: new end date': for those who may, and as a suggestion for those who may not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock, jobs
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory.models import Service, Suggestion
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty, Renewal
from tests import make, people
from tests.web.reading import words_of

TODAY = clock.today()
END = TODAY + timedelta(12)
LATER = END + timedelta(365)
Client = Callable[[RoleName], FlaskClient]


@pytest.fixture
def service(app: Flask) -> Service:
    """A service of which a worker and a coordinator were warned, by mail that was sent."""
    readers = [people.a_person(role).id for role in (RoleName.FRONTLINE, RoleName.COORDINATOR)]
    with make.saved():
        service = make.a_service("Harbour")
        make.a_window(service, END, renewal=Renewal.APPLIED, decision_due_on=TODAY + timedelta(2))
        for reader in readers:
            add_watch(reader, service.id, TODAY - timedelta(1))
    jobs.scan(current_app.extensions["settings"])
    with make.saved():
        db.session.execute(sa.update(Delivery).values(state=DeliveryState.SENT, sent_at=clock.now()))
    return service


@pytest.fixture
def coordinator(client_as: Client) -> FlaskClient:
    """A coordinator's browser."""
    return client_as(RoleName.COORDINATOR)


def _windows() -> list[FundingWindow]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(FundingWindow).order_by(FundingWindow.ends_on)))


def _alert() -> Alert:
    db.session.rollback()
    query = sa.select(Alert).where(Alert.kind == AlertKind.ENDING, Alert.is_superseded.is_(False))
    return db.session.scalars(query).one()


def _typed(ends_on: date | None = LATER, **fields: str) -> dict[str, Any]:
    window = _windows()[0]
    boxes = [str(ends_on.day), str(ends_on.month), str(ends_on.year)] if ends_on else ["", "", ""]
    plain: dict[str, Any] = {"certainty": "confirmed", "confirmed_by": "Project lead", "window": str(window.id), "fund": ""}
    return {"ends_on": boxes, "version": f"{window.id}={window.version}"} | plain | fields


def _sent(client: FlaskClient, service: Service, ends_on: date | None = LATER, **fields: str) -> TestResponse:
    return client.post(f"/manage/services/{service.id}/renew", data=_typed(ends_on, **fields))


def test_confirmed_money_moves_the_end_and_the_next_scan_tells(coordinator: FlaskClient, service: Service) -> None:
    address = f"/manage/services/{service.id}/renew?alert={_alert().id}"
    page = coordinator.post(address, data=_typed(), follow_redirects=True)
    assert f"It is sorted: funded until {spoken_day(LATER)}" in words_of(page)
    assert "It is sorted: confirmed money goes on." in words_of(page)
    (window,) = _windows()
    assert (window.ends_on, window.confirmed_by, window.confirmed_on) == (LATER, "Project lead", TODAY)
    assert (window.renewal, window.decision_due_on, window.source) == (Renewal.NOT_STARTED, None, "A coordinator")
    jobs.scan(current_app.extensions["settings"])
    assert db.session.scalars(sa.select(Alert.ends_on).where(Alert.kind == AlertKind.EXTENDED)).all() == [LATER]


def test_the_inbox_of_everybody_who_was_warned_says_sorted(
    coordinator: FlaskClient, client_as: Client, service: Service
) -> None:
    worker = client_as(RoleName.FRONTLINE)
    assert "1 needs your answer." in words_of(worker.get("/alerts"))
    _sent(coordinator, service)
    page = words_of(worker.get("/alerts"))
    assert "Nothing needs your answer." in page
    assert "It is sorted: confirmed money goes on." in page
    assert "I know, I am watching it" not in page


@pytest.mark.parametrize("certainty", [Certainty.AGREED_VERBALLY, Certainty.APPLIED_FOR])
def test_what_is_only_hoped_for_moves_no_end(coordinator: FlaskClient, service: Service, certainty: Certainty) -> None:
    page = coordinator.post(
        f"/manage/services/{service.id}/renew", data=_typed(certainty=str(certainty)), follow_redirects=True
    )
    assert "is kept as hoped for. Warnings go on until it is confirmed." in words_of(page)
    assert f"Hoped for until {spoken_day(LATER)}" in words_of(page)
    old, hoped = _windows()
    assert (old.ends_on, hoped.starts_on, hoped.ends_on, hoped.certainty) == (END, END + timedelta(1), LATER, certainty)
    assert "1 needs your answer." in words_of(coordinator.get("/alerts"))


def test_hope_that_comes_true_is_no_second_window(coordinator: FlaskClient, service: Service) -> None:
    _sent(coordinator, service, certainty="applied_for")
    _sent(coordinator, service, certainty="applied_for")
    _sent(coordinator, service, LATER + timedelta(30))
    assert [(w.ends_on, w.certainty) for w in _windows()] == [
        (END, Certainty.CONFIRMED),
        (LATER + timedelta(30), Certainty.CONFIRMED),
    ]
    assert "Nothing needs your answer." in words_of(coordinator.get("/alerts"))


def test_other_money_takes_over_the_day_after(coordinator: FlaskClient, service: Service) -> None:
    with make.saved():
        fund_id = make.a_fund("Other", "Other Foundation").id
    assert "Choose the fund." in words_of(_sent(coordinator, service, window="other"))
    _sent(coordinator, service, window="other", fund=str(fund_id))
    old, new = _windows()
    assert (old.ends_on, new.fund_id, new.starts_on, new.ends_on) == (END, fund_id, END + timedelta(1), LATER)


@pytest.mark.parametrize(
    ("ends_on", "fields", "said"),
    [
        (None, {}, "Enter the new last day."),
        (END, {}, "Enter a day after the end that is recorded."),
        (date(2999, 1, 1), {}, "too far ahead"),
        (LATER, {"confirmed_by": ""}, "Say who told you"),
        (LATER, {"certainty": "refused"}, "Not a valid choice"),
        (LATER, {"window": "00000000-0000-0000-0000-000000000000"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_kept(
    coordinator: FlaskClient, service: Service, ends_on: date | None, fields: dict[str, str], said: str
) -> None:
    page = _sent(coordinator, service, ends_on, **fields)
    assert page.status_code == 422
    assert said in words_of(page)
    assert "There is a problem" in page.text
    assert [window.ends_on for window in _windows()] == [END]
    assert ends_on is None or f'value="{ends_on.year}"' in page.text


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(coordinator: FlaskClient, service: Service) -> None:
    stale = _typed()
    with make.saved():
        _windows()[0].ends_on = END + timedelta(5)
    for version in (stale["version"], "", "nonsense", "x=y=z"):
        page = coordinator.post(f"/manage/services/{service.id}/renew", data=stale | {"version": version})
        assert page.status_code == 422
        assert [window.ends_on for window in _windows()] == [END + timedelta(5)]
    assert f"recorded until {spoken_day(END + timedelta(5))}" in words_of(page)
    assert f'value="{_typed()["version"]}"' in page.text
    assert _sent(coordinator, service).status_code == 303


def test_who_may_not_change_services_tells_a_coordinator_instead(client_as: Client, service: Service) -> None:
    worker = client_as(RoleName.FRONTLINE)
    assert _sent(worker, service).status_code == 403
    assert worker.get(f"/manage/services/{service.id}/renew").status_code == 403
    page = worker.get(f"/alerts/{_alert().id}")
    assert "It is sorted: tell a coordinator" in words_of(page)
    assert "/renew" not in page.text
    boxes = [str(LATER.day), str(LATER.month), str(LATER.year)]
    page = worker.post(f"/services/{service.id}/sorted", data={"ends_on": boxes, "text": "Project lead"}, follow_redirects=True)
    assert "A coordinator can read it now." in words_of(page)
    db.session.rollback()
    made = db.session.scalars(sa.select(Suggestion)).one()
    assert (made.service_id, made.ends_on, made.made_by) == (service.id, LATER, "A frontline")
    assert [window.ends_on for window in _windows()] == [END]
    assert "Harbour" in client_as(RoleName.COORDINATOR).get("/manage/suggestions").text
    decided = client_as(RoleName.COORDINATOR).get(f"/manage/suggestions/{made.id}")
    assert "It is sorted, says: Project lead" in words_of(decided)


@pytest.mark.parametrize(("day", "text", "said"), [("", "Lead", "Enter the new last day."), ("31", "", "Say who told you")])
def test_a_suggestion_without_day_or_source_is_asked_again(
    client_as: Client, service: Service, day: str, text: str, said: str
) -> None:
    worker = client_as(RoleName.FRONTLINE)
    boxes = [day, "12", "2029"] if day else ["", "", ""]
    page = worker.post(f"/services/{service.id}/sorted", data={"ends_on": boxes, "text": text})
    assert page.status_code == 422
    assert said in words_of(page)
    db.session.rollback()
    assert db.session.scalars(sa.select(Suggestion)).all() == []


def test_a_stranger_changes_nothing(visitor: FlaskClient, service: Service) -> None:
    assert _sent(visitor, service).status_code == 302
    assert visitor.post(f"/services/{service.id}/sorted").status_code == 302
    assert [window.ends_on for window in _windows()] == [END]
