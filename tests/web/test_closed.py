"""Closed is a page, not a hole: when, why, whom to ask, where else to go; what was merged leads on; all of it can be undone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.changes import list_changes_about
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory import closing
from partnerdir.directory.actions import add_phone, change_service
from partnerdir.directory.models import Closing, Organisation, Service
from partnerdir.directory.queries import require_service
from partnerdir.directory.rules import ClosingReason, ServiceStatus, Taking, Way
from partnerdir.errors import BadInput, Conflict
from partnerdir.funding.queries import list_windows
from partnerdir.settings import Settings
from tests import make
from tests.conftest import make_settings
from tests.web.reading import asked, index, title_of, words_of

Client = Callable[[RoleName], FlaskClient]
TODAY = clock.today()
LAST = TODAY - timedelta(days=12)


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A site whose coordinators have a desk."""
    return make_settings(tmp_path, desk_phone="0131 496 0099")


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    """An organisation that can be rung."""
    with make.saved():
        made = make.an_organisation("Harbour Trust")
        add_phone(made, "0131 496 0002")
    return made


@pytest.fixture
def service(organisation: Organisation) -> Service:
    """A service with a need, an area and money."""
    with make.saved():
        need, area = make.a_need("Rent arrears", "rent"), make.an_area()
        made = make.a_service("Harbour Tenancy", organisation, needs=[need], area_ids=[area.id], phones=["0131 496 0001"])
        make.a_window(made, TODAY + timedelta(days=50))
    return made


def _another(service: Service, name: str, days: int, **fields: Any) -> Service:
    areas = [served.area_id for served in service.areas_served]
    other = make.a_service(name, needs=service.needs, area_ids=areas, **({"taking": Taking.NOW} | fields))
    make.a_window(other, TODAY + timedelta(days=days), make.a_fund(f"Fund of {name}", f"Funder of {name}"))
    return other


@pytest.fixture
def other(service: Service) -> Service:
    """Another for the same need and area."""
    with make.saved():
        return _another(service, "Northgate Tenancy", 400)


def _close(service: Service, reason: ClosingReason = ClosingReason.FUNDING_ENDED) -> None:
    with make.saved():
        closing.close_service(service, LAST, reason)


def test_a_closed_service_says_when_and_why_and_whom_to_ask(visitor: FlaskClient, service: Service, other: Service) -> None:
    _close(service)
    answer = visitor.get(f"/services/{service.id}")
    page = words_of(answer)
    assert answer.status_code == 200
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert f"Its last day was {spoken_day(LAST)}, 12 days ago." in page
    assert "Why: its funding ended." in page
    assert "Harbour Trust ran it" in page
    assert "0131 496 0002" in page
    assert "0131 496 0001" not in page
    assert "Northgate Tenancy" in page


def test_a_search_for_its_name_says_that_it_no_longer_runs_and_leads_to_its_page(
    app: Flask, visitor: FlaskClient, service: Service, other: Service
) -> None:
    index(app)
    assert "no longer runs" not in words_of(asked(visitor, "harbour tenancy"))
    _close(service)
    index(app)
    page = asked(visitor, " harbour  TENANCY ")
    assert "Harbour Tenancy no longer runs. See why, and who to ask now" in words_of(page)
    assert f'href="/services/{service.id}"' in page.text
    assert "no longer runs" not in words_of(asked(visitor, "harbour"))


def test_a_search_that_has_to_be_widened_still_says_that_it_no_longer_runs(
    app: Flask, visitor: FlaskClient, service: Service
) -> None:
    with make.saved():
        make.a_service("Kettle line", needs=[make.a_need("Warm rooms", "warm")], ways=[Way.PHONE])
    _close(service)
    index(app)
    page = asked(visitor, "harbour tenancy", need="warm")
    assert "Kettle line" in words_of(page)
    assert "Harbour Tenancy no longer runs" in words_of(page)


def test_an_organisation_that_has_closed_too_is_not_to_be_asked(visitor: FlaskClient, service: Service) -> None:
    _close(service, ClosingReason.PROVIDER_CLOSED)
    page = words_of(visitor.get(f"/services/{service.id}"))
    assert "0131 496 0002" not in page
    assert "Ask the people who keep this list. They know who does this now. 0131 496 0099" in page


def test_five_alternatives_at_most_that_take_people_and_are_funded(visitor: FlaskClient, service: Service) -> None:
    with make.saved():
        for number in range(7):
            _another(service, f"Other {number}", 100 + number)
        _another(service, "Full", 900, taking=Taking.NOT_NOW)
        _another(service, "Ended", -5)
        _another(service, "Secret", 900, is_confidential=True)
    _close(service)
    page = words_of(visitor.get(f"/services/{service.id}"))
    assert [name for name in (f"Other {number}" for number in range(7)) if name in page] == [f"Other {n}" for n in range(2, 7)]
    for name in ("Full", "Ended", "Secret"):
        assert name not in page


def test_where_there_are_none_it_says_so(visitor: FlaskClient, service: Service) -> None:
    _close(service)
    assert "We know no other service for the same need and area" in words_of(visitor.get(f"/services/{service.id}"))


def test_a_service_whose_money_has_ended_offers_others_calmly(visitor: FlaskClient, service: Service, other: Service) -> None:
    before = words_of(visitor.get(f"/services/{service.id}"))
    assert "funded for longer" not in before
    with make.saved():
        for window in list_windows(service.id):
            window.ends_on = LAST
    page = words_of(visitor.get(f"/services/{service.id}"))
    assert "Others that are funded for longer It may still be there: ring first." in page
    assert "Northgate Tenancy" in page
    assert "0131 496 0001" in page
    assert "has closed" not in page


def _form(service: Service, day: date | None = LAST, **fields: str) -> dict[str, object]:
    boxes = [str(day.day), str(day.month), str(day.year)] if day else ["", "", ""]
    version = db.session.get_one(Service, service.id, populate_existing=True).version
    db.session.rollback()
    return {"closed_on": boxes, "reason": "funding_ended", "version": str(version), **fields}


def test_closing_asks_for_the_day_and_the_reason(client_as: Client, service: Service) -> None:
    coordinator, address = client_as(RoleName.COORDINATOR), f"/manage/services/{service.id}/close"
    answer = coordinator.post(address, data={"closed_on": ["", "", ""]})
    assert answer.status_code == 422
    assert "Enter the last day it was open." in words_of(answer)
    assert "Choose why it closed." in words_of(answer)
    assert "still to come" in words_of(coordinator.post(address, data=_form(service, TODAY + timedelta(days=1))))
    assert coordinator.post(address, data=_form(service)).status_code == 303
    db.session.rollback()
    assert require_service(service.id).status is ServiceStatus.CLOSED
    manage = words_of(coordinator.get(f"/manage/services/{service.id}"))
    assert f"Its funding ended, on {spoken_day(LAST)}" in manage
    assert "Is it running?" not in manage
    assert coordinator.post(f"/manage/services/{service.id}/reopen").status_code == 303
    db.session.rollback()
    assert require_service(service.id).status is ServiceStatus.ACTIVE
    assert db.session.scalars(sa.select(Closing)).all() == []


def test_the_form_of_a_service_cannot_close_it_without_a_day(client_as: Client, service: Service) -> None:
    data = {"name": service.name, "organisation": "Harbour Trust", "status": "closed", "taking": "now", "referral": "self"}
    answer = client_as(RoleName.COORDINATOR).post(f"/manage/services/{service.id}", data=data | {"version": "1"})
    assert answer.status_code == 422
    db.session.rollback()
    assert require_service(service.id).status is ServiceStatus.ACTIVE


def test_only_a_coordinator_closes(client_as: Client, visitor: FlaskClient, service: Service) -> None:
    for path in ("close", "reopen"):
        address = f"/manage/services/{service.id}/{path}"
        assert client_as(RoleName.FRONTLINE).post(address, data=_form(service)).status_code == 403
        assert visitor.post(address).status_code == 302


def test_a_merged_service_leads_on_for_everybody(
    client_as: Client, visitor: FlaskClient, service: Service, other: Service
) -> None:
    coordinator = client_as(RoleName.COORDINATOR)
    answer = coordinator.post(
        f"/manage/services/{service.id}/close", data=_form(service, reason="merged", into="northgate tenancy"),
        follow_redirects=True,
    )  # fmt: skip
    assert answer.request.path == f"/manage/services/{other.id}"
    assert "Harbour Tenancy is part of Northgate Tenancy now." in words_of(answer)
    gone = visitor.get(f"/services/{service.id}")
    assert (gone.status_code, gone.location) == (301, f"/services/{other.id}?was={service.id}")
    assert gone.headers["Cache-Control"] == "no-store"  # so that a merge can be undone
    assert "Harbour Tenancy is part of this service now." in words_of(visitor.get(gone.location))
    assert "part of this service" not in words_of(visitor.get(f"/services/{other.id}"))
    assert coordinator.get(f"/manage/services/{service.id}").status_code == 301
    undo = coordinator.get(f"/manage/services/{other.id}/close")
    assert "Undo: Harbour Tenancy stands by itself" in words_of(undo)
    coordinator.post(f"/manage/services/{service.id}/reopen")
    assert visitor.get(f"/services/{service.id}").status_code == 200


def test_the_address_of_a_page_names_the_other_one_too(client_as: Client, service: Service, other: Service) -> None:
    coordinator, address = client_as(RoleName.COORDINATOR), f"/manage/services/{service.id}/close"
    for wrong in ("", "No such service", "https://here.example/services/" + "0" * 8 + "-0000-0000-0000-" + "0" * 12):
        answer = coordinator.post(address, data=_form(service, reason="merged", into=wrong))
        assert answer.status_code == 422, wrong
        assert "No service of that name is recorded." in words_of(answer)
    said = f"https://here.example/services/{other.id}?was=x"
    assert coordinator.post(address, data=_form(service, reason="merged", into=said)).status_code == 303


def test_chains_resolve_and_circles_are_refused(visitor: FlaskClient, service: Service, other: Service) -> None:
    with make.saved():
        third = make.a_service("Third")
        closing.merge_service(service, other, LAST)
        closing.merge_service(other, third, LAST)
    assert visitor.get(f"/services/{service.id}").location == f"/services/{third.id}?was={service.id}"
    for into in (service, other, third):
        with pytest.raises(BadInput, match="circle"), make.saved():
            closing.merge_service(db.session.get_one(Service, third.id), db.session.get_one(Service, into.id), LAST)
    with make.saved():
        shut = make.a_service("Shut", status=ServiceStatus.CLOSED)
    with pytest.raises(BadInput, match="has closed"), make.saved():
        closing.merge_service(third, shut, LAST)


def test_a_circle_that_somebody_planted_in_the_database_ends(visitor: FlaskClient, service: Service, other: Service) -> None:
    with make.saved():
        closing.merge_service(service, other, LAST)
        other.status = ServiceStatus.CLOSED
        circle = Closing(service_id=other.id, closed_on=LAST, reason=ClosingReason.MERGED, merged_into_id=service.id)
        db.session.add(circle)
    assert visitor.get(f"/services/{service.id}").status_code == 301


def test_the_change_log_keeps_a_merge_and_its_undoing(app: Flask, service: Service, other: Service) -> None:
    with make.saved("A coordinator"):
        closing.merge_service(service, other, LAST)
    with make.saved("A coordinator"):
        closing.reopen_service(service)
    said = [(change.record_type, change.action) for change in list_changes_about(service.id)]
    assert {("closing", "added"), ("closing", "removed"), ("service", "changed")} <= set(said)


def test_nobody_closes_over_somebody_elses_change(app: Flask, service: Service) -> None:
    seen = service.version
    with make.saved():
        change_service(service, {"summary": "Newer"})
    with pytest.raises(Conflict), make.saved():
        closing.close_service(service, LAST, ClosingReason.OTHER, seen)


def test_a_service_that_an_import_opened_again_leads_nowhere(visitor: FlaskClient, service: Service, other: Service) -> None:
    with make.saved():
        closing.merge_service(service, other, LAST)
    with make.saved():
        change_service(service, {"status": ServiceStatus.ACTIVE})
    assert visitor.get(f"/services/{service.id}").status_code == 200


def test_an_open_service_costs_no_more_for_it(visitor: FlaskClient, service: Service, statements: list[str]) -> None:
    visitor.get(f"/services/{service.id}")
    assert not [statement for statement in statements if "closing" in statement]


def test_a_sensitive_one_keeps_its_neutral_title_when_it_has_closed(visitor: FlaskClient, service: Service) -> None:
    with make.saved():
        service.is_sensitive = True
    _close(service)
    assert title_of(visitor.get(f"/services/{service.id}")).startswith("A service")
