"""What must not be known is on no page for those who may not know it; a visitor carries nothing away."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.unsubscribing import sealed_watch
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Location, Organisation, Service
from partnerdir.directory.rules import Audience
from tests import make, people
from tests.web.reading import asked, index, names_in, words_of

Client = Callable[[RoleName], FlaskClient]
ADDRESS = ("MARKER-PLACE", "MARKER-STREET", "MARKER-TOWN", "QX9 9ZZ", "MARKER-STAIR", "MARKER-AREA", "56.4321", "1.2345")
STAFF = ("MARKER-DESK", "MARKER-DEPARTMENT", "marker-desk@", "0131 496 0666", "1314960666")
SECRET_POST = ("MARKER-HIDDEN-POST", "0131 496 0667", "1314960667")
MONEY = ("MARKER-FUND", "MARKER-FUNDER", "MARKER-NOTE", "MARKER-CONFIRMER", "MARKER-SOURCE", "98,765", "marker-checker@")


@pytest.fixture
def refuge(app: Flask) -> Service:
    """A service with something to hide in every place where something can be hidden."""
    with make.saved():
        need = make.a_need("Somewhere safe", "safe")
        area = make.an_area("Northgate", "northgate")
        secret_area = make.an_area("MARKER-AREA", "marker-area")
        service = make.a_service(
            "Harbour Refuge", make.an_organisation("Harbour Trust"), needs=[need], area_ids=[area.id],
            phones=["0131 496 0001"], assured_by="marker-checker@partnership.example", assured_on=clock.today(),
        )  # fmt: skip
        place = directory.add_location(
            name="MARKER-PLACE", address_1="MARKER-STREET", city="MARKER-TOWN", postal_code="QX9 9ZZ", latitude=56.4321,
            longitude=-1.2345, area_id=secret_area.id,
        )  # fmt: skip
        directory.add_service_at_location(service, place, "MARKER-STAIR")
        directory.add_contact(
            service, "MARKER-DESK", phones=["0131 496 0666"], audience=Audience.STAFF, department="MARKER-DEPARTMENT",
            email="marker-desk@harbour.example",
        )  # fmt: skip
        directory.add_contact(service, "MARKER-HIDDEN-POST", phones=["0131 496 0667"], is_confidential=True)
        make.a_window(
            service, clock.today() + timedelta(days=50), make.a_fund("MARKER-FUND", "MARKER-FUNDER"), note="MARKER-NOTE",
            confirmed_by="MARKER-CONFIRMER", source="MARKER-SOURCE", amount=98765,
        )  # fmt: skip
        return service


def _mark(service: Service, what: str) -> None:
    with make.saved():
        records: dict[str, Service | Organisation | Location] = {
            "service": service,
            "organisation": service.organisation,
            "location": service.places[0].location,
        }
        records[what].is_confidential = True


def _public_pages(app: Flask, client: FlaskClient, service: Service) -> Iterator[TestResponse]:
    """Every page that anybody may read."""
    index(app)
    for address in ("/", "/about", "/privacy", "/accessibility", "/leaving-quickly", "/no-such-page", "/search"):
        yield client.get(address)
    for words in ("", "refuge", "MARKER-STREET", "QX9 9ZZ", "MARKER-DESK", "MARKER-FUND"):
        yield asked(client, words)
    yield asked(client, area="northgate", need="safe")
    yield client.get(f"/services/{service.id}")
    with make.saved():
        watch = add_watch(people.a_person(RoleName.FRONTLINE).id, service.id)
    link = f"/unsubscribe/{sealed_watch(watch.id, app.config['SECRET_KEY'])}"
    yield client.get(link)
    yield client.post(link)


def _found(pages: Iterator[TestResponse], markers: tuple[str, ...]) -> list[tuple[str, str]]:
    """Where a marker is; what somebody typed themselves stands in the search box again, and is no leak."""
    found = []
    for page in pages:
        text = "".join(part.partition('"')[2] for part in f'"{page.text}'.split(' type="text" value="'))
        found += [(page.request.path, marker) for marker in markers if marker in text]
    return found


@pytest.mark.parametrize("what", ["service", "organisation", "location"])
def test_a_secret_address_is_on_no_public_page(app: Flask, visitor: FlaskClient, refuge: Service, what: str) -> None:
    _mark(refuge, what)
    visible = tuple(marker for marker in ADDRESS if marker != "MARKER-AREA")
    assert _found(_public_pages(app, visitor, refuge), visible) == []
    page = visitor.get(f"/services/{refuge.id}").text
    assert "MARKER-AREA" not in page
    assert "The address is kept secret, for safety. Ring 0131 496 0001" in page


@pytest.mark.parametrize("what", ["service", "organisation", "location"])
def test_the_area_of_a_secret_address_is_not_beside_its_name(visitor: FlaskClient, refuge: Service, what: str) -> None:
    with make.saved():
        refuge.areas_served = []
    _mark(refuge, what)
    result = asked(visitor).text.partition('class="pd-results"')[2]
    assert "Harbour Refuge" in result
    assert "MARKER-AREA" not in result
    assert "MARKER-AREA" not in visitor.get(f"/services/{refuge.id}").text


@pytest.mark.parametrize("what", ["service", "organisation", "location"])
def test_a_secret_address_cannot_be_found_by_searching_for_it(
    app: Flask, visitor: FlaskClient, refuge: Service, what: str
) -> None:
    _mark(refuge, what)
    index(app)
    assert names_in(asked(visitor, "refuge")) == ["Harbour Refuge"]
    # Where nothing is found the page shows what is found elsewhere, and says so; it would wherever the place was.
    assert "Nothing was found for exactly this" in words_of(asked(visitor, area="marker-area"))
    for words in (*ADDRESS[:5], *STAFF[:3], *SECRET_POST[:1], *MONEY[:5]):
        assert names_in(asked(visitor, words)) == [], words


@pytest.mark.parametrize("what", ["service", "organisation", "location"])
def test_a_secret_address_is_for_coordinators_and_nobody_else(client_as: Client, refuge: Service, what: str) -> None:
    _mark(refuge, what)
    worker, coordinator = client_as(RoleName.FRONTLINE), client_as(RoleName.COORDINATOR)
    address = f"/services/{refuge.id}"
    assert _found(iter([worker.get(address), worker.get("/watching"), asked(worker)]), ADDRESS[:5]) == []
    page = coordinator.get(address).text
    assert "MARKER-STREET" in page
    assert "Secret: pass it on to nobody" in page


def test_an_address_that_is_not_secret_is_shown(visitor: FlaskClient, refuge: Service) -> None:
    assert "MARKER-PLACE, MARKER-STREET, MARKER-TOWN, QX9 9ZZ" in visitor.get(f"/services/{refuge.id}").text


def test_what_is_for_staff_is_on_no_public_page(app: Flask, visitor: FlaskClient, refuge: Service) -> None:
    assert _found(_public_pages(app, visitor, refuge), STAFF + SECRET_POST + MONEY) == []


def test_staff_see_what_is_for_staff(client_as: Client, refuge: Service) -> None:
    page = client_as(RoleName.FRONTLINE).get(f"/services/{refuge.id}").text
    for marker in (*STAFF, *SECRET_POST, *MONEY):
        assert marker in page, marker


def test_a_number_for_staff_is_never_the_one_to_ring_first(visitor: FlaskClient, refuge: Service) -> None:
    with make.saved():
        directory.change_phones(refuge, [])
    assert "0131 496 066" not in asked(visitor).text
    assert "0131 496 066" not in visitor.get(f"/services/{refuge.id}").text


def test_a_visitor_gets_no_cookie_on_any_page(app: Flask, visitor: FlaskClient, refuge: Service) -> None:
    pages = list(_public_pages(app, visitor, refuge))
    pages += [*(step for page in pages for step in page.history)]
    assert len(pages) > 15
    assert [page.request.path for page in pages if "Set-Cookie" in page.headers] == []
    assert not visitor._cookies


def test_no_public_page_is_kept_or_names_where_the_reader_came_from(app: Flask, visitor: FlaskClient, refuge: Service) -> None:
    for page in _public_pages(app, visitor, refuge):
        assert page.headers["Cache-Control"] == "no-store", page.request.path
        assert page.headers["Referrer-Policy"] == "no-referrer"


def test_no_public_page_loads_anything_from_elsewhere(app: Flask, visitor: FlaskClient, refuge: Service) -> None:
    for page in _public_pages(app, visitor, refuge):
        for loaded in ('src="http', 'src="//', 'rel="stylesheet" href="http', "<iframe", "<style", "onclick", ' style="'):
            assert loaded not in page.text, page.request.path


def test_every_public_page_can_be_left_at_once(app: Flask, visitor: FlaskClient, refuge: Service) -> None:
    for page in _public_pages(app, visitor, refuge):
        assert page.status_code == 302 or "govuk-exit-this-page" in page.text, page.request.path


def test_a_planted_leak_is_found(app: Flask, visitor: FlaskClient, refuge: Service) -> None:
    with make.saved():
        refuge.summary = "Come to MARKER-STREET."
    found = _found(_public_pages(app, visitor, refuge), ADDRESS)
    assert {path.split("/")[1] for path, marker in found if marker == "MARKER-STREET"} == {"results", "services"}
