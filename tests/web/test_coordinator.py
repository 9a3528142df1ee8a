"""Coordinators keep services, contacts and funding true, and are told plainly when something cannot be so."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.changes import list_changes_about
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.queries import list_services_by_name
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_windows
from tests import make, people

WINDOW = {
    "ends_on": ["31", "3", "2027"], "starts_on": ["", "", ""], "decision_due_on": ["", "", ""], "end_kind": "fixed",
    "certainty": "confirmed", "is_essential": "y", "renewal": "not_started", "confirmed_by": "Project lead",
}  # fmt: skip
SERVICE = {"status": "active", "taking": "now", "referral": "self", "organisation": "Harbour Trust"}


@pytest.fixture
def coordinator(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A coordinator's browser."""
    return client_as(RoleName.COORDINATOR)


@pytest.fixture
def window(app: Flask) -> FundingWindow:
    """A window that ends on 31 December 2026."""
    with make.saved():
        return make.a_window(make.a_service(), date(2026, 12, 31))


def test_a_moved_end_date_is_kept_with_who_said_so(coordinator: FlaskClient, window: FundingWindow) -> None:
    data = WINDOW | {"fund": str(window.fund_id), "version": window.version}
    answer = coordinator.post(f"/manage/windows/{window.id}", data=data)
    assert answer.status_code == 302
    db.session.rollback()
    db.session.refresh(window)
    assert (window.ends_on, window.confirmed_by) == (date(2027, 3, 31), "Project lead")
    assert list_changes_about(window.service_id)[0].by == people.EMAILS[RoleName.COORDINATOR]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ends_on": ["31", "2", "2027"]}, "Last day must be a real day"),
        ({"ends_on": ["31", "3", "27"]}, "year with four numbers"),
        ({"ends_on": ["31", "3", "9999"]}, "too far ahead"),
        ({"ends_on": ["", "", ""]}, "Enter the last day"),
        ({"starts_on": ["1", "4", "2027"]}, "same as or after the first day"),
        ({"amount": "lots"}, "must be a number"),
        ({"confirmed_by": ""}, "Say who told you"),
        ({"fund": ""}, "Choose the fund"),
        ({"end_kind": "whenever"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_so_is_said_at_the_field_and_the_typing_is_kept(
    coordinator: FlaskClient, window: FundingWindow, typed: dict[str, object], sentence: str
) -> None:
    data = WINDOW | {"fund": str(window.fund_id), "version": window.version, "note": "my long note"} | typed
    answer = coordinator.post(f"/manage/windows/{window.id}", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "my long note" in answer.text
    db.session.rollback()
    assert db.session.get(FundingWindow, window.id).ends_on == date(2026, 12, 31)  # type: ignore[union-attr]  # it is there


def test_a_second_editor_is_told_and_nothing_is_overwritten(coordinator: FlaskClient, window: FundingWindow) -> None:
    data = WINDOW | {"fund": str(window.fund_id), "version": window.version}
    assert coordinator.post(f"/manage/windows/{window.id}", data=data).status_code == 302
    late = coordinator.post(f"/manage/windows/{window.id}", data=data | {"ends_on": ["30", "6", "2027"]})
    assert late.status_code == 422
    assert "Somebody else changed this" in late.text
    db.session.rollback()
    db.session.refresh(window)
    assert window.ends_on == date(2027, 3, 31)


def test_a_new_service_is_added_with_its_organisation(coordinator: FlaskClient) -> None:
    answer = coordinator.post("/manage/services/add", data=SERVICE | {"name": "Harbour Kitchen", "phones": "0131 496 0001\n"})
    assert answer.status_code == 302
    db.session.rollback()
    service = list_services_by_name("harbour kitchen")[0]
    assert service.organisation.name == "Harbour Trust"
    assert [phone.number for phone in service.phones] == ["0131 496 0001"]


def test_a_service_with_impossible_ages_is_refused(coordinator: FlaskClient) -> None:
    typed = SERVICE | {"name": "Youth club", "minimum_age": "25", "maximum_age": "16"}
    answer = coordinator.post("/manage/services/add", data=typed)
    assert answer.status_code == 422
    assert "oldest age must be the same as or higher" in answer.text
    db.session.rollback()
    assert list_services_by_name("Youth club") == []


def test_contacts_are_added_changed_and_removed(app: Flask, coordinator: FlaskClient) -> None:
    with make.saved():
        service_id = make.a_service().id
    typed: dict[str, object] = {"successor": "", "title": "Duty worker", "audience": "staff", "phones": "0131 496 0002"}
    typed |= {"first_on": [""] * 3, "last_on": [""] * 3}
    assert coordinator.post(f"/manage/services/{service_id}/contacts/add", data=typed).status_code == 302
    db.session.rollback()
    contact = db.session.get(Service, service_id).contacts[0]  # type: ignore[union-attr]  # it is there
    changed = typed | {"version": contact.version, "last_on": ["1", "4", "2027"]}
    assert coordinator.post(f"/manage/contacts/{contact.id}", data=changed).status_code == 302
    db.session.rollback()
    assert db.session.get(Contact, contact.id).last_on == date(2027, 4, 1)  # type: ignore[union-attr]  # it is there
    assert coordinator.post(f"/manage/contacts/{contact.id}/retire").status_code == 302
    db.session.rollback()
    assert db.session.get(Service, service_id).contacts == []  # type: ignore[union-attr]  # it is there


def test_confirming_dates_records_who_and_when(coordinator: FlaskClient, window: FundingWindow) -> None:
    assert coordinator.post(f"/manage/windows/{window.id}/verify").status_code == 302
    db.session.rollback()
    assert list_windows(window.service_id)[0].confirmed_by == "A coordinator"


def test_the_pages_of_a_service_that_does_not_exist_are_not_found(coordinator: FlaskClient) -> None:
    nowhere = "00000000-0000-0000-0000-000000000000"
    for path in (f"/manage/services/{nowhere}", f"/manage/windows/{nowhere}", f"/manage/contacts/{nowhere}"):
        assert coordinator.get(path).status_code == 404
