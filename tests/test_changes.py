"""The change log holds every change: who, when, what record, which fields from what to what."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.changes import Change, list_changes_about
from partnerdir.database import db
from partnerdir.directory import actions
from partnerdir.funding.actions import change_window
from tests import make


def test_a_changed_field_is_logged_with_both_values_and_who_did_it(app_on_both: Flask) -> None:
    with make.saved(by="an import"):
        service = make.a_service("Old name")
    with make.saved(by="coordinator@partnership.example"):
        actions.change_service(service, {"name": "New name"})
    change = list_changes_about(service.id)[0]
    assert (change.by, change.action, change.record_type) == ("coordinator@partnership.example", "changed", "service")
    assert change.fields == {"name": ["Old name", "New name"]}
    assert change.at.tzinfo is not None


def test_a_part_is_filed_under_its_service(app_on_both: Flask) -> None:
    with make.saved():
        service = make.a_service()
        window = make.a_window(service, date(2027, 3, 31))
        contact = actions.add_contact(service, "Duty worker", ["0131 496 0001"])
    with make.saved():
        change_window(window, {"ends_on": date(2027, 6, 30)})
        actions.retire_contact(contact)
    logged = [(c.record_type, c.action) for c in list_changes_about(service.id)]
    assert ("funding_window", "changed") in logged
    assert ("contact", "removed") in logged
    removed = next(c for c in list_changes_about(service.id) if (c.record_type, c.action) == ("contact", "removed"))
    assert removed.fields["title"] == ["Duty worker", None]


def test_a_number_that_is_taken_off_the_list_is_logged(app_on_both: Flask) -> None:
    with make.saved():
        service = make.a_service(phones=["0131 496 0001", "0131 496 0002"], area_ids=[make.an_area().id])
    with make.saved(by="coordinator@partnership.example"):
        actions.change_service(service, {}, phones=["0131 496 0001"], area_ids=[])
    logged = [(c.record_type, c.action, c.by) for c in list_changes_about(service.id)[:2]]
    by = "coordinator@partnership.example"
    assert sorted(logged) == [("phone", "removed", by), ("service_area", "removed", by)]


def test_needs_that_come_and_go_are_logged(app_on_both: Flask) -> None:
    with make.saved():
        service, need = make.a_service(), make.a_need()
    with make.saved():
        actions.change_service(service, {}, needs=[need])
    assert list_changes_about(service.id)[0].fields == {"needs": [[], [str(need.id)]]}


def test_a_change_that_is_undone_leaves_no_log_either(app_on_both: Flask) -> None:
    with pytest.raises(ZeroDivisionError), make.saved():
        make.a_service()
        raise ZeroDivisionError
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Change)) == 0


def test_saving_what_is_already_so_logs_nothing(app_on_both: Flask) -> None:
    with make.saved():
        service = make.a_service("Same")
    before = len(list_changes_about(service.id))
    with make.saved():
        actions.change_service(service, {"name": "Same"})
    assert len(list_changes_about(service.id)) == before
