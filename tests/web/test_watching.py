"""Frontline workers watch services, and stop, also from a link in a mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.queries import list_watches
from partnerdir.alerts.unsubscribing import sealed_watch
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.rules import EndKind
from tests import make, people
from tests.web.reading import names_in, words_of

TODAY = clock.today()


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


@pytest.fixture
def service(app: Flask) -> Service:
    """A service."""
    with make.saved():
        return make.a_service("Harbour Tenancy Support")


def _watched() -> list[str]:
    db.session.rollback()
    return [watch.service.name for watch in list_watches(people.a_person(RoleName.FRONTLINE).id)]


def test_a_worker_watches_a_service_and_stops(worker: FlaskClient, service: Service) -> None:
    page = worker.post(f"/services/{service.id}/watch", follow_redirects=True)
    assert "You watch Harbour Tenancy Support." in words_of(page)
    assert "Stop watching" in words_of(page)
    assert _watched() == ["Harbour Tenancy Support"]
    page = worker.post(f"/services/{service.id}/unwatch", follow_redirects=True)
    assert "You no longer watch Harbour Tenancy Support." in words_of(page)
    assert "Watch this service" in words_of(page)
    assert _watched() == []


def test_pressing_twice_does_no_harm(worker: FlaskClient, service: Service) -> None:
    for _ in range(2):
        assert worker.post(f"/services/{service.id}/watch").status_code == 303
    assert _watched() == ["Harbour Tenancy Support"]
    for _ in range(2):
        assert worker.post(f"/services/{service.id}/unwatch").status_code == 303
    assert _watched() == []


def test_a_stranger_cannot_watch(visitor: FlaskClient, service: Service) -> None:
    for address in (f"/services/{service.id}/watch", f"/services/{service.id}/unwatch"):
        assert "/sign-in" in visitor.post(address).location
    assert "/sign-in" in visitor.get("/watching").location
    assert "Watch this service" not in visitor.get(f"/services/{service.id}").text


def test_a_watch_without_our_form_is_refused(app: Flask, worker: FlaskClient, service: Service) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert worker.post(f"/services/{service.id}/watch").status_code == 400
    assert _watched() == []


def test_a_service_that_does_not_exist_cannot_be_watched(worker: FlaskClient, app: Flask) -> None:
    assert worker.post("/services/00000000-0000-0000-0000-000000000000/watch").status_code == 404


def test_what_ends_first_stands_first(worker: FlaskClient, app: Flask) -> None:
    with make.saved():
        ends = {"Ends late": 300, "Ended": -5, "Ends soon": 20, "No date": None, "No end": None}
        services = {name: make.a_service(name) for name in ends}
        for name, days in ends.items():
            if days is not None:
                make.a_window(services[name], TODAY + timedelta(days=days), make.a_fund(name, name))
        make.a_window(services["No end"], end_kind=EndKind.OPEN_ENDED)
        account = people.a_person(RoleName.FRONTLINE)
    with make.saved():
        for service in services.values():
            add_watch(account.id, service.id)
    page = worker.get("/watching")
    assert names_in(page) == ["Ended", "Ends soon", "Ends late", "No end", "No date"]
    for words in ("Funding ended on", "Funding ends on", "Funded until", "Funded, with no end date", "No end date recorded"):
        assert words in words_of(page)


def test_watching_nothing_says_how_to_begin(worker: FlaskClient) -> None:
    assert "You watch nothing yet." in words_of(worker.get("/watching"))


def test_the_watch_list_asks_the_database_as_often_for_many_as_for_few(worker: FlaskClient, statements: list[str]) -> None:
    counts = []
    for number in (1, 12):
        account_id = people.a_person(RoleName.FRONTLINE).id
        with make.saved():
            for more in range(number):
                add_watch(account_id, make.a_service(f"Service {number} {more}").id)
        worker.get("/watching")
        statements.clear()
        worker.get("/watching")
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.fixture
def link(app: Flask, service: Service) -> str:
    """The link in a mail that ends the watch on the service."""
    account_id = people.a_person(RoleName.FRONTLINE).id
    with make.saved():
        watch = add_watch(account_id, service.id)
    return f"/unsubscribe/{sealed_watch(watch.id, app.config['SECRET_KEY'])}"


def test_the_link_in_a_mail_asks_first_and_the_button_stops_it(visitor: FlaskClient, link: str) -> None:
    page = visitor.get(link)
    assert "Shall we stop?" in words_of(page)
    assert _watched() == ["Harbour Tenancy Support"]
    assert "You no longer watch Harbour Tenancy Support." in words_of(visitor.post(link))
    assert _watched() == []
    for again in (visitor.get(link), visitor.post(link)):
        assert again.status_code == 200
        assert "This watch has already ended." in words_of(again)


def test_a_mail_program_stops_it_in_one_step_without_our_form(app: Flask, visitor: FlaskClient, link: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = visitor.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert _watched() == []
    assert "Set-Cookie" not in answer.headers


def test_a_made_up_link_stops_nothing(visitor: FlaskClient, link: str) -> None:
    for token in ("nonsense", link.rpartition("/")[2][:-2] + "xx", sealed_watch(people.a_person(RoleName.STEWARD).id, "other")):
        for answer in (visitor.get(f"/unsubscribe/{token}"), visitor.post(f"/unsubscribe/{token}")):
            assert answer.status_code == 404
    assert _watched() == ["Harbour Tenancy Support"]
