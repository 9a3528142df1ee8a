"""The page of a service tells a caller everything, and staff what they need besides."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Access, Circumstance, Referral, ServiceStatus, Taking, Way
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from tests import make
from tests.web.reading import link_named, names_in, title_of, words_of

TODAY = clock.today()
Client = Callable[[RoleName], FlaskClient]


def _page(client: FlaskClient, service: Service) -> str:
    answer = client.get(f"/services/{service.id}")
    assert answer.status_code == 200
    return words_of(answer)


@pytest.fixture
def full(app: Flask) -> Service:
    """A service of which everything is known."""
    with make.saved():
        area = make.an_area("Northgate", "northgate")
        service = make.a_service(
            "Harbour Tenancy Support",
            make.an_organisation("Harbour Trust", website="https://harbour.example"),
            alternate_name="The Tenancy Team",
            summary="Help to keep a tenancy.",
            description="Somebody goes with you.\n\nTo court as well.",
            needs=[make.a_need("Rent arrears", "rent")],
            area_ids=[area.id],
            phones=["01314960001"],
            email="desk@harbour.example",
            minimum_age=16,
            maximum_age=25,
            circumstances=[Circumstance.CARE_EXPERIENCED],
            eligibility_description="Tenants of any landlord.",
            referral=Referral.EITHER,
            application_process="We ring back within two days.",
            taking=Taking.NOW,
            ways=[Way.AT_HOME, Way.PHONE],
            fees_description="Free",
            languages=["en", "pl", "bfi"],
            accessibility=[Access.STEP_FREE],
            assured_on=TODAY - timedelta(days=20),
            assured_by="Tenancy team lead",
        )
        week = {"byday": "MO,TU,WE,TH,FR", "opens_at": time(9), "closes_at": time(17)}
        directory.add_schedule(service, **week, description="Not on holidays")
        place = directory.add_location(name="Harbour House", address_1="1 Quay Street", city="Northgate", postal_code="QX1 1AA")
        at = directory.add_service_at_location(service, place, "Ring the upper bell.")
        db.session.flush()
        directory.add_schedule(service, service_at_location_id=at.id, byday="SA", opens_at=time(10), closes_at=time(12))
        directory.add_contact(service, "Duty desk", phones=["0131 496 0002"], email="duty@harbour.example")
        return service


def test_a_caller_reads_everything_before_ringing(visitor: FlaskClient, full: Service) -> None:
    page = _page(visitor, full)
    for words in (
        "Harbour Tenancy Support", "Harbour Trust", "Also known as The Tenancy Team", "Help to keep a tenancy.",
        "Somebody goes with you.", "To court as well.", "0131 496 0001", "desk@harbour.example", "Duty desk", "0131 496 0002",
        "duty@harbour.example", "Ages 16 to 25; People who have been in care; Tenants of any landlord.", "Taking people now",
        "People ask themselves, or a worker refers", "We ring back within two days.", "At home; By phone", "Areas Northgate",
        "Cost Free", "Polish and British Sign Language", "No steps", "Is there room Taking people now",
        "Monday to Friday, 9am to 5pm. Not on holidays",
        "Harbour House, 1 Quay Street, Northgate, QX1 1AA", "Ring the upper bell.", "Saturday, 10am to midday",
        "Checked by Tenancy team lead on", "2 weeks ago",
    ):  # fmt: skip
        assert words in page, words


def test_a_service_of_which_little_is_known_shows_no_empty_lines(visitor: FlaskClient, app: Flask) -> None:
    with make.saved():
        service = make.a_service("Bare Service")
    page = _page(visitor, service)
    assert "We know no way to reach it yet." in page
    assert "Nobody has told us yet that they checked this page." in page
    for words in ("Before you go", "Cost", "None", "Not known", "Areas", "Funded", "Staff only"):
        assert words not in page


def test_without_numbers_of_its_own_a_service_is_reached_through_its_organisation(visitor: FlaskClient, app: Flask) -> None:
    with make.saved():
        organisation = make.an_organisation("Harbour Trust", email="front@harbour.example")
        service = make.a_service("Bare Service", organisation)
    assert "front@harbour.example" in _page(visitor, service)


@pytest.mark.parametrize(
    ("days", "fields", "said"),
    [
        (400, {}, "Funded until {day}, in 13 months"),
        (400, {"end_kind": EndKind.ESTIMATED}, "Funded until about {day}, in 13 months"),
        (30, {}, "This service may end on {day}, in 4 weeks; check before you go"),
        (0, {}, "This service may end on {day}, today; check before you go"),
        (-40, {}, "Funding ended on {day}, 5 weeks ago; check before you go"),
        (-40, {"renewal": Renewal.APPLIED}, "Funding ended on {day}, 5 weeks ago; check before you go"),
        (None, {"end_kind": EndKind.OPEN_ENDED}, "Funded, with no end date"),
    ],
)
def test_the_public_reads_how_long_it_is_funded(
    visitor: FlaskClient, app: Flask, days: int | None, fields: dict[str, Any], said: str
) -> None:
    day = None if days is None else TODAY + timedelta(days=days)
    with make.saved():
        service = make.a_service()
        make.a_window(service, day, **fields)
    assert said.format(day=spoken_day(day) if day else "") in _page(visitor, service)


@pytest.mark.parametrize(
    "fields",
    [
        {"end_kind": EndKind.UNKNOWN},
        {"certainty": Certainty.APPLIED_FOR, "ends_on": TODAY + timedelta(days=400)},
        {"certainty": Certainty.REFUSED, "ends_on": TODAY + timedelta(days=400)},
    ],
)
def test_the_public_reads_nothing_where_nothing_is_sure(visitor: FlaskClient, app: Flask, fields: dict[str, Any]) -> None:
    with make.saved():
        service = make.a_service()
        make.a_window(service, **fields)
    assert "pd-funding" not in visitor.get(f"/services/{service.id}").text


def test_money_that_comes_back_is_said_with_its_first_day(visitor: FlaskClient, app: Flask) -> None:
    with make.saved():
        service = make.a_service()
        fund = make.a_fund()
        make.a_window(service, TODAY - timedelta(days=10), fund)
        make.a_window(service, TODAY + timedelta(days=400), fund, starts_on=TODAY + timedelta(days=20))
    assert "Not funded now, but again from" in _page(visitor, service)


def test_staff_read_who_pays_until_when_and_how_sure_it_is(client_as: Client, visitor: FlaskClient, full: Service) -> None:
    with make.saved():
        make.a_window(
            full, TODAY + timedelta(days=30), make.a_fund("Communities Fund", "Example Foundation"), amount=Decimal(48000),
            starts_on=date(2024, 4, 1), renewal=Renewal.APPLIED, decision_due_on=TODAY + timedelta(days=10),
            confirmed_by="Project lead", confirmed_on=TODAY - timedelta(days=300), note="Ask in May.", source="telephone",
        )  # fmt: skip
        make.a_window(
            full, TODAY + timedelta(days=395), make.a_fund("Next Fund", "Other Foundation"), certainty=Certainty.APPLIED_FOR,
            starts_on=TODAY + timedelta(days=31), end_kind=EndKind.ESTIMATED, is_essential=True,
        )  # fmt: skip
    page = _page(client_as(RoleName.FRONTLINE), full)
    for words in (
        "Staff only", "Funding ends on", "Hoped for until", "A decision is due on", "Communities Fund, Example Foundation",
        "1 April 2024 to", "Confirmed · the service needs it · £48,000 · renewal: applied for", "Confirmed by Project lead on",
        "Ask in May.", "Source: telephone.", "Nobody has confirmed the dates in the last six months.",
        "Next Fund, Other Foundation", "Applied for · the service needs it · renewal: not started", "to about",
    ):  # fmt: skip
        assert words in page, words
    public = _page(visitor, full)
    for words in ("Communities Fund", "Example Foundation", "48,000", "Ask in May", "Project lead", "Hoped for", "Staff only"):
        assert words not in public, words


def test_staff_read_when_a_post_leaves_and_whom_to_ask_then(client_as: Client, visitor: FlaskClient, full: Service) -> None:
    with make.saved():
        successor = directory.add_contact(full, "Next duty worker", first_on=TODAY + timedelta(days=31))
        leaver = directory.add_contact(full, "Duty worker", last_on=TODAY + timedelta(days=30))
        leaver.successor_id = successor.id
        directory.add_contact(full, "Former post", last_on=TODAY - timedelta(days=1))
    staff, public = _page(client_as(RoleName.FRONTLINE), full), _page(visitor, full)
    assert "then ask for the Next duty worker" in staff
    assert f"From {spoken_day(TODAY + timedelta(days=31))}" in staff
    assert "Duty worker" in public
    for words in ("Next duty worker", "Leaves on"):
        assert words not in public
    assert "Former post" not in staff + public


def test_a_closed_service_keeps_its_page_and_leads_on(visitor: FlaskClient, client_as: Client, full: Service) -> None:
    with make.saved():
        full.status = ServiceStatus.CLOSED
        other = make.a_service("Another Service", needs=full.needs)
    answer = visitor.get(f"/services/{full.id}")
    page = words_of(answer)
    assert "This service has closed." in page
    assert "0131 496 0001" not in page
    assert "pd-funding" not in answer.text
    assert other.name in names_in(visitor.get(link_named(answer, "Rent arrears")))
    assert "0131 496 0001" in _page(client_as(RoleName.FRONTLINE), full)


def test_a_paused_service_says_so(visitor: FlaskClient, full: Service) -> None:
    with make.saved():
        full.status = ServiceStatus.PAUSED
    assert "This service is paused." in _page(visitor, full)


@pytest.mark.parametrize("by", ["service", "need"])
def test_a_sensitive_service_has_a_neutral_title_and_no_engine_keeps_it(visitor: FlaskClient, full: Service, by: str) -> None:
    assert title_of(visitor.get(f"/services/{full.id}")) == "Harbour Tenancy Support – partnerdir"
    assert "noindex" not in visitor.get(f"/services/{full.id}").text
    with make.saved():
        if by == "service":
            full.is_sensitive = True
        else:
            full.needs[0].is_sensitive = True
    answer = visitor.get(f"/services/{full.id}")
    assert title_of(answer) == "A service – partnerdir"
    assert 'name="robots" content="noindex, nofollow"' in answer.text


def test_a_service_that_does_not_exist_is_a_kind_page(visitor: FlaskClient, app: Flask) -> None:
    for address in ("/services/00000000-0000-0000-0000-000000000000", "/services/none"):
        answer = visitor.get(address)
        assert answer.status_code == 404
        assert "Page not found" in words_of(answer)


def test_only_those_who_may_change_a_service_are_offered_it(client_as: Client, visitor: FlaskClient, full: Service) -> None:
    assert "Change this service" in _page(client_as(RoleName.COORDINATOR), full)
    assert "Change this service" not in _page(client_as(RoleName.FRONTLINE), full)
    assert "Change this service" not in _page(visitor, full)


def test_the_page_asks_the_database_as_often_for_much_as_for_little(
    visitor: FlaskClient, client_as: Client, full: Service, statements: list[str]
) -> None:
    def asked_of_database(client: FlaskClient) -> int:
        client.get(f"/services/{full.id}")
        statements.clear()
        client.get(f"/services/{full.id}")
        return len(statements)

    def add(numbers: range) -> None:
        with make.saved():
            for number in numbers:
                post = directory.add_contact(full, f"Post {number}", phones=["0131 496 0003"], last_on=TODAY)
                post.successor_id = full.contacts[0].id
                at = directory.add_service_at_location(full, directory.add_location(name=f"Place {number}"))
                db.session.flush()
                directory.add_schedule(full, service_at_location_id=at.id, byday="MO")
                make.a_window(full, TODAY, make.a_fund(f"Fund {number}", f"Funder {number}"))

    worker = client_as(RoleName.FRONTLINE)
    add(range(1))
    before = [asked_of_database(client) for client in (visitor, worker)]
    add(range(1, 9))
    assert [asked_of_database(client) for client in (visitor, worker)] == before
    assert max(before) <= 21
