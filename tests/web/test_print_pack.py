"""The sheet for a family and the list that it leads to: what anybody may know, and what has changed since."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory import actions as directory
from partnerdir.directory import closing
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Audience, ClosingReason, ServiceStatus, Taking
from partnerdir.web.papers import MOST_ON_PAPER, good_until, sealed_list
from tests import make
from tests.web.reading import link_named, title_of, words_of

Client = Callable[[RoleName], FlaskClient]
TODAY = clock.today()
SECRETS = ("MARKER-PLACE", "MARKER-STREET", "QX9 9ZZ", "MARKER-DESK", "0131 496 0666", "MARKER-FUND", "MARKER-NOTE")


def _services(count: int = 2) -> list[Service]:
    with make.saved():
        need, area = make.a_need("Rent arrears", "rent"), make.an_area()
        made = []
        for number in range(count):
            service = make.a_service(
                f"Service {number}", phones=[f"0131 496 00{number:02}"], needs=[need], area_ids=[area.id], taking=Taking.NOW,
                summary=f"Does thing {number}.", assured_on=TODAY - timedelta(days=3),
            )  # fmt: skip
            make.a_window(service, TODAY + timedelta(days=200 + number), make.a_fund(f"Fund {number}", f"Funder {number}"))
            made.append(service)
        return made


def _pack(app: Flask, client: FlaskClient, services: list[Service]) -> TestResponse:
    with app.test_request_context():
        listed = sealed_list([service.id for service in services])
    return client.get(f"/print/{listed}")


def _live(answer: TestResponse, client: FlaskClient) -> TestResponse:
    return client.get(link_named(answer, "See the list that the square code opens").removeprefix("http://127.0.0.1:8000"))


def test_a_worker_prints_from_the_page_of_a_service(app: Flask, client_as: Client, visitor: FlaskClient) -> None:
    service, worker = _services(1)[0], client_as(RoleName.FRONTLINE)
    pack = worker.get(link_named(worker.get(f"/services/{service.id}"), "Print a sheet for a family"))
    page = words_of(pack)
    assert pack.status_code == 200
    for words in ("Service 0", "Does thing 0.", "0131 496 0000", f"Checked on {spoken_day(TODAY - timedelta(days=3))}"):
        assert words in page
    assert f"Funded until {spoken_day(TODAY + timedelta(days=200))} . Ring first after that day." in page
    assert "Service 0" not in title_of(pack)
    live = _live(pack, visitor)
    assert live.status_code == 200
    assert "Your paper still says what we know." in words_of(live)
    assert "Service 0" in words_of(live)
    assert "Service" not in title_of(live)
    assert "noindex" in live.text
    assert "Set-Cookie" not in live.headers


def test_only_staff_print_but_anybody_reads_the_list(app: Flask, visitor: FlaskClient) -> None:
    assert _pack(app, visitor, _services(1)).status_code == 302
    assert visitor.get("/robots.txt").text.count("Disallow: /sheet/") == 1


def test_what_was_ticked_becomes_a_sheet_of_ten_at_most(app: Flask, client_as: Client) -> None:
    services, worker = _services(12), client_as(RoleName.FRONTLINE)
    ids = [str(service.id) for service in services]
    answer = worker.post("/print", data={"service": [*ids, ids[0], "nonsense"]}, follow_redirects=True)
    assert answer.text.count('class="pd-sheet"') == MOST_ON_PAPER
    assert "A sheet holds 10 services." in words_of(answer)
    assert "Tick the services" in words_of(worker.post("/print", data={"service": "x"}, follow_redirects=True))


def test_what_must_not_be_known_is_on_no_paper_whoever_prints_it(app: Flask, client_as: Client, visitor: FlaskClient) -> None:
    with make.saved():
        refuge = make.a_service("Harbour Refuge", phones=["0131 496 0001"], is_confidential=True, is_sensitive=True)
        place = directory.add_location(name="MARKER-PLACE", address_1="MARKER-STREET", postal_code="QX9 9ZZ")
        directory.add_service_at_location(refuge, place)
        directory.add_contact(refuge, "MARKER-DESK", phones=["0131 496 0666"], audience=Audience.STAFF)
        make.a_window(refuge, TODAY + timedelta(days=50), make.a_fund("MARKER-FUND"), note="MARKER-NOTE")
    pack = _pack(app, client_as(RoleName.STEWARD), [refuge])
    assert "Ring first: the address is kept secret" in words_of(pack)
    assert "Ask first whether it is safe to take this home." in words_of(pack)
    with make.saved():
        refuge.contacts[0].title = "MARKER-DESK 2"
        place.address_1 = "MARKER-STREET 2"
        directory.change_phones(refuge.contacts[0], ["0131 496 0667"])
    live = _live(pack, visitor)
    assert "Changed since" not in words_of(live)
    for answer in (pack, live, _live(pack, client_as(RoleName.STEWARD))):
        for secret in SECRETS:
            assert secret not in answer.text


def test_the_list_says_what_has_changed_since_the_paper(app: Flask, client_as: Client, visitor: FlaskClient) -> None:
    first, second, third, fourth = services = _services(4)
    pack = _pack(app, client_as(RoleName.FRONTLINE), services)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
        with make.saved():
            directory.change_phones(first, ["0131 496 0077"])
            directory.add_schedule(first, byday="MO")
            closing.close_service(second, clock.today(), ClosingReason.FUNDING_ENDED)
            closing.merge_service(third, fourth, clock.today())
        page = words_of(_live(pack, visitor))
    assert "Something has changed since your paper was printed." in page
    assert "A telephone number has changed. The hours have changed." in page
    assert "0131 496 0077" in page
    assert f"It has closed: its last day was {spoken_day(TODAY + timedelta(days=9))} . Ask one of these instead:" in page
    assert "It is part of another service now. Ask Service 3 instead." in page
    assert "0131 496 0001" not in page


def test_a_paper_that_is_too_old_says_so(app: Flask, client_as: Client, visitor: FlaskClient) -> None:
    pack = _pack(app, client_as(RoleName.FRONTLINE), _services(1))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=93)):
        assert "Your paper is out of date." in words_of(_live(pack, visitor))


def test_a_service_with_nothing_after_it_names_who_ran_it(app: Flask, client_as: Client, visitor: FlaskClient) -> None:
    service = _services(1)[0]
    with make.saved():
        directory.add_phone(service.organisation, "0131 496 0088")
    pack = _pack(app, client_as(RoleName.FRONTLINE), [service])
    with make.saved():
        closing.close_service(service, TODAY, ClosingReason.FUNDING_ENDED)
    page = words_of(_live(pack, visitor))
    assert "Service 0 Trust ran it: ask there." in page
    assert "0131 496 0088" in page


def test_what_has_closed_is_left_off_and_what_was_merged_is_replaced(app: Flask, client_as: Client) -> None:
    first, second, third = services = _services(3)
    with make.saved():
        closing.close_service(first, TODAY, ClosingReason.OTHER)
        closing.merge_service(second, third, TODAY)
    pack = _pack(app, client_as(RoleName.FRONTLINE), services)
    assert "Service 0 is left off: it has closed." in words_of(pack)
    assert pack.text.count('class="pd-sheet"') == 1
    assert "Service 2" in words_of(pack)
    nothing = _pack(app, client_as(RoleName.FRONTLINE), [first])
    assert "Nothing to print" in words_of(nothing)
    assert "data:image" not in nothing.text


def test_a_paused_one_says_so(app: Flask, client_as: Client) -> None:
    service = _services(1)[0]
    with make.saved():
        service.status = ServiceStatus.PAUSED
    assert "It is paused now" in words_of(_pack(app, client_as(RoleName.FRONTLINE), [service]))


def test_what_is_not_known_says_ring_first(app: Flask, client_as: Client) -> None:
    with make.saved():
        service = make.a_service("Bare")
    page = words_of(_pack(app, client_as(RoleName.FRONTLINE), [service]))
    assert "We do not know how long it is funded for. Ring first." in page
    assert "Not checked yet. Ring first." in page


@pytest.mark.parametrize("address", ["", "x", "A" * 200, "%00", "..%2f", "\N{FIRE}"])
@pytest.mark.parametrize("door", ["/print/", "/sheet/"])
def test_a_tampered_address_is_a_page_that_is_not_there(client_as: Client, door: str, address: str) -> None:
    _services(1)
    assert client_as(RoleName.FRONTLINE).get(door + address).status_code in (404, 405)


def test_an_address_of_a_search_is_no_paper_and_the_other_way_round(app: Flask, visitor: FlaskClient) -> None:
    service = _services(1)[0]
    question = visitor.post("/search", data={"words": "help"}).location.rsplit("/", 1)[1]
    assert visitor.get(f"/sheet/{question}").status_code == 404
    with app.test_request_context():
        listed = sealed_list([service.id])
    assert visitor.get(f"/results/{listed}").status_code == 404
    changed = ("B" if listed[20] != "B" else "C").join((listed[:20], listed[21:]))
    assert visitor.get(f"/sheet/{changed}").status_code == 404
    assert service.id.hex not in listed


def test_services_that_are_gone_altogether_are_counted(app: Flask, client_as: Client, visitor: FlaskClient) -> None:
    with make.saved():
        bare = make.a_service("Bare")
    pack = _pack(app, client_as(RoleName.FRONTLINE), [*_services(1), bare])
    with make.saved():
        db.session.delete(db.session.get_one(Service, bare.id))
    assert "1 of the services on your paper is not in this list any more." in words_of(_live(pack, visitor))


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.lists(st.dates(date(2020, 1, 1), date(2090, 1, 1)), max_size=4))
def test_a_paper_is_good_for_three_months_or_until_the_first_end(printed_on: date, ends: list[date]) -> None:
    until = good_until(printed_on, ends)
    assert printed_on <= until <= printed_on + timedelta(days=92)
    assert all(end < printed_on or end >= until for end in ends)
    assert until in ends or until - printed_on >= timedelta(days=89)


def test_the_last_day_of_a_short_month() -> None:
    assert good_until(date(2026, 11, 30), []) == date(2027, 2, 28)
    assert good_until(date(2026, 10, 31), []) == date(2027, 1, 31)
