"""The page "Ending soon": by month, area and need, who is told and who knows, and what nobody knows; and the file of it."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory.actions import add_contact, add_location, add_service_at_location
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Audience
from partnerdir.funding.rules import Renewal
from partnerdir.geography.models import Area
from tests import make, people
from tests.web.reading import words_of

TODAY = clock.today()
CLIFF = date(TODAY.year + ((TODAY.month, TODAY.day) > (3, 31)), 3, 31)
MARKERS = ("MARKER-PHONE", "MARKER-DESK", "marker@desk.example", "MARKER-STREET", "MARKER-NOTE", "@")


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


@pytest.fixture
def district(app: Flask) -> Area:
    """A ward with two services that end on 31 March and one without a date; another ward with one that ends sooner."""
    watcher = people.a_person(RoleName.FRONTLINE)
    with make.saved():
        ward, other = make.an_area(), make.an_area("Portvennan", "portvennan")
        need = make.a_need()
        for name in ("Harbour", "=cmd()"):
            _ends(make.a_service(name, area_ids=[ward.id], needs=[need]), CLIFF)
        soon = _ends(make.a_service("Quay", area_ids=[other.id]), TODAY + timedelta(3))
        make.a_service("Nobody knows", area_ids=[ward.id])
        add_watch(watcher.id, soon.id)
    return ward


def _ends(service: Service, ends_on: date) -> Service:
    """Its money ends, and everything about it that a list must not give away is filled in."""
    fund = make.a_fund(service.name, service.name)
    said = {"confirmed_by": "desk@marker.example", "confirmed_on": TODAY, "renewal": Renewal.APPLIED, "decision_due_on": TODAY}
    make.a_window(service, ends_on, fund, note="MARKER-NOTE", **said)
    add_contact(service, "MARKER-DESK", email="marker@desk.example", audience=Audience.STAFF, phones=["MARKER-PHONE"])
    place = add_location(name="Hall", address_1="MARKER-STREET", postal_code="ZZ1 1AA", is_confidential=True)
    add_service_at_location(service, place)
    return service


def _rows(client: FlaskClient, address: str = "/ending.csv") -> list[list[str]]:
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_month_of_the_cliff_says_how_many_end(worker: FlaskClient, district: Area) -> None:
    page = words_of(worker.get("/ending"))
    assert f"3 services have money that ends within a year, 2 of them on {spoken_day(CLIFF)}" in page
    assert f"{CLIFF:%B %Y} 2 services" in page
    assert page.index("Quay") < page.index("Harbour")


def test_each_row_says_who_is_told_and_what_comes_next(worker: FlaskClient, district: Area) -> None:
    page = words_of(worker.get("/ending"))
    assert "1 person is told. Nobody has said that they know." in page
    assert page.count("Nobody is told.") == 2
    assert f"Renewal: applied for. Decision due on {spoken_day(TODAY)}, today" in page


def test_by_area_and_by_need(worker: FlaskClient, district: Area) -> None:
    by_area, by_need = (words_of(worker.get(f"/ending?by={by}")) for by in ("area", "need"))
    assert by_area.index("Saltness 2 services") < by_area.index("Portvennan 1 service")
    assert "Money worries 2 services" in by_need
    assert "No need recorded 1 service" in by_need


def test_a_filter_holds_in_every_view_and_in_the_file(worker: FlaskClient, district: Area) -> None:
    for by in ("month", "area", "need"):
        page = words_of(worker.get(f"/ending?by={by}&area={district.id}"))
        assert "Harbour" in page
        assert "Quay" not in page
    assert {row[0] for row in _rows(worker, f"/ending.csv?area={district.id}")[1:]} == {"Harbour", "'=cmd()"}


def test_what_nobody_knows_is_never_among_the_safe_ones(worker: FlaskClient, district: Area) -> None:
    page = worker.get("/ending")
    assert "Of 1 more service nobody knows" in words_of(page)
    assert "/services/" in page.text
    assert "Nobody knows</a>" not in page.text
    unknown = worker.get("/ending?by=unknown")
    assert "Nobody knows</a>" in unknown.text
    assert "Harbour</a>" not in unknown.text
    assert "They may end any day" in words_of(unknown)


@pytest.mark.parametrize("address", ["/ending?by=nonsense", "/ending?area=x&need=1", "/ending?area=&need=", "/ending.csv?by=x"])
def test_an_address_that_was_changed_by_hand_shows_everything(worker: FlaskClient, district: Area, address: str) -> None:
    answer = worker.get(address)
    assert answer.status_code == 200
    assert "Quay" in answer.text


def test_a_page_that_cannot_be_is_not_there(worker: FlaskClient) -> None:
    assert [worker.get(f"/ending?page={page}").status_code for page in (0, -1, 10_001)] == [404] * 3


def test_with_nothing_recorded_it_says_so(worker: FlaskClient) -> None:
    assert "No recorded funding ends within a year." in words_of(worker.get("/ending"))
    assert "is recorded for every service" in words_of(worker.get("/ending?by=unknown"))


def test_the_file_has_every_ending_and_no_formula(worker: FlaskClient, district: Area) -> None:
    columns, *rows = _rows(worker)
    assert columns[0] == "Service"
    assert [row[0] for row in rows] == ["Quay", "'=cmd()", "Harbour"]
    assert rows[2][2] == CLIFF.isoformat()
    assert rows[2][10:12] == ["Saltness", "Money worries"]
    assert rows[0][12] == "1"


def test_neither_page_nor_file_gives_away_contacts_addresses_or_notes(
    client_as: Callable[[RoleName], FlaskClient], district: Area
) -> None:
    client = client_as(RoleName.COORDINATOR)
    file = client.get("/ending.csv").data.decode()
    assert [marker for marker in MARKERS if marker in file] == []
    page = client.get("/ending").text
    assert [marker for marker in MARKERS[:-1] if marker in page] == []


def test_the_markers_are_there_to_be_found(client_as: Callable[[RoleName], FlaskClient], district: Area) -> None:
    """A planted fault for the test above: where they may be seen, they are seen."""
    service_id = db.session.query(Service.id).filter_by(name="Harbour").scalar()
    page = client_as(RoleName.COORDINATOR).get(f"/services/{service_id}").text
    assert [marker for marker in MARKERS if marker not in page] == []


@pytest.mark.parametrize("address", ["/ending", "/ending.csv", "/ending?by=unknown"])
def test_a_stranger_reads_none_of_it(visitor: FlaskClient, district: Area, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 302
    assert "Harbour" not in answer.text


def test_it_asks_the_database_as_often_for_many_as_for_few(worker: FlaskClient, statements: list[str]) -> None:
    counts = []
    for number in (1, 8):
        with make.saved():
            for each in range(number):
                make.a_window(make.a_service(f"S {number} {each}"), CLIFF, make.a_fund(f"{number} {each}", f"{number} {each}"))
        worker.get("/ending")
        statements.clear()
        worker.get("/ending")
        counts.append(len(statements))
    assert counts[0] == counts[1]
