"""Lists in the browser: made, filled from pages and results, shared, watched, and deleted."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.queries import list_wider_watches
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.lists.actions import add_share
from partnerdir.lists.models import Shortlist
from partnerdir.lists.queries import list_shortlists
from tests import make, people
from tests.web.reading import asked, index, link_named, names_in, words_of


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


@pytest.fixture
def coordinator(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """Somebody else's browser."""
    return client_as(RoleName.COORDINATOR)


@pytest.fixture
def services(app: Flask) -> list[Service]:
    """Two services, in the index."""
    with make.saved():
        found = [make.a_service(f"Rent desk {name}", phones=["0131 496 0001"]) for name in ("east", "west")]
    index(app)
    return found


def the_list() -> Shortlist:
    db.session.rollback()
    (shortlist,) = list_shortlists(people.a_person(RoleName.FRONTLINE).id)
    return shortlist


def address() -> str:
    return f"/lists/{the_list().id}"


@pytest.fixture
def made(worker: FlaskClient, services: list[Service]) -> Shortlist:
    """A list with both services."""
    worker.post("/lists", data={"name": "Tuesday visits"})
    worker.post("/lists/services", data={"shortlist": str(the_list().id), "service": [str(one.id) for one in services]})
    return the_list()


def test_a_list_is_made_under_a_word_of_ones_own_with_a_warning(worker: FlaskClient) -> None:
    page = worker.get("/lists")
    assert "Do not put the name of a person or a family here." in words_of(page)
    page = worker.post("/lists", data={"name": "  Tuesday   visits "}, follow_redirects=True)
    assert link_named(page, "Tuesday visits") == address()
    assert the_list().name == "Tuesday visits"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_none_is_answered_at_the_field(worker: FlaskClient, name: str) -> None:
    answer = worker.post("/lists", data={"name": name})
    assert answer.status_code == 422
    assert "govuk-error-message" in answer.text


def test_a_service_is_put_on_a_new_list_from_its_page_and_taken_off(worker: FlaskClient, services: list[Service]) -> None:
    there = f"/services/{services[0].id}"
    assert "Your lists" in words_of(worker.get(there))
    form = {"shortlist": "new", "service": str(services[0].id), "back": "service"}
    page = worker.post("/lists/services", data=form, follow_redirects=True)
    assert page.request.path == there
    assert link_named(page, "List of ") == address()
    page = worker.post(f"{address()}/services/{services[0].id}/remove", follow_redirects=True)
    assert "is no longer on" in words_of(page)
    assert the_list().entries == []


def test_services_are_put_on_a_list_from_results(worker: FlaskClient, services: list[Service]) -> None:
    page = asked(worker, "rent")
    for service in services:
        assert f'name="service" value="{service.id}" form="chosen-services"' in page.text
    form = {"shortlist": "new", "service": [str(one.id) for one in services]}
    page = worker.post("/lists/services", data=form, follow_redirects=True)
    assert page.request.path == address()
    assert names_in(page) == ["Rent desk east", "Rent desk west"]


def test_the_public_sees_no_lists_and_nothing_to_tick(visitor: FlaskClient, services: list[Service]) -> None:
    for page in (asked(visitor, "rent"), visitor.get(f"/services/{services[0].id}")):
        assert "chosen-services" not in page.text
        assert "Your lists" not in page.text
        assert "new matches" not in page.text


@pytest.mark.parametrize("chosen", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_list_that_is_not_there_is_not_found(worker: FlaskClient, services: list[Service], chosen: str) -> None:
    form = {"shortlist": chosen, "service": str(services[0].id)}
    assert worker.post("/lists/services", data=form).status_code == 404


def test_ticking_nothing_says_what_to_do(worker: FlaskClient, app: Flask) -> None:
    page = worker.post("/lists/services", data={"shortlist": "new", "service": "nonsense"}, follow_redirects=True)
    assert "Tick at least one service first." in words_of(page)


def test_nobody_else_finds_or_changes_a_list(coordinator: FlaskClient, worker: FlaskClient, made: Shortlist) -> None:
    there, service_id = f"/lists/{made.id}", made.entries[0].service_id
    assert coordinator.get(there).status_code == 404
    for way in ("name", "delete", "watch", "share", f"services/{service_id}/remove", f"share/{made.id}/stop"):
        assert coordinator.post(f"{there}/{way}", data={"name-name": "Mine"}).status_code == 404, way
    assert the_list().name == "Tuesday visits"


def _shared(may_add: bool) -> Shortlist:
    with make.saved():
        add_share(the_list(), may_add, account_id=people.a_person(RoleName.COORDINATOR).id)
    return the_list()


def test_a_colleague_reads_a_shared_list_and_changes_nothing(
    coordinator: FlaskClient, worker: FlaskClient, made: Shortlist
) -> None:
    there = f"/lists/{_shared(may_add=False).id}"
    page = coordinator.get(there)
    assert "A frontline shares this list with you. You can read it." in words_of(page)
    assert "Take off" not in words_of(page)
    assert "Delete" not in words_of(page)
    form = {"shortlist": str(made.id), "service": str(made.entries[0].service_id)}
    assert "not add to it" in words_of(coordinator.post("/lists/services", data=form, follow_redirects=True))
    page = coordinator.post(f"{there}/services/{made.entries[0].service_id}/remove", follow_redirects=True)
    assert "Only who put it on the list" in words_of(page)
    assert coordinator.post(f"{there}/delete").status_code == 404


def test_a_list_is_shared_with_a_colleague_chosen_by_their_post_and_closed_again(
    coordinator: FlaskClient, worker: FlaskClient, made: Shortlist
) -> None:
    there, colleague = f"/lists/{made.id}", people.a_person(RoleName.COORDINATOR)
    page = worker.get(there)
    assert "A coordinator" in words_of(page)
    assert colleague.email not in page.text
    form = {"share-reader": str(colleague.id), "share-may_add": "y"}
    page = worker.post(f"{there}/share", data=form, follow_redirects=True)
    assert "A coordinator reads it and may add to it" in words_of(page)
    assert "Shared with you" in words_of(coordinator.get("/lists"))
    page = worker.post(f"{there}/share/{the_list().shares[0].id}/stop", follow_redirects=True)
    assert "no longer shared" in words_of(page)
    assert coordinator.get(there).status_code == 404


@pytest.mark.parametrize("reader", ["", "team", "nonsense"])
def test_sharing_with_nobody_is_answered_at_the_field(worker: FlaskClient, made: Shortlist, reader: str) -> None:
    answer = worker.post(f"/lists/{made.id}/share", data={"share-reader": reader})
    assert answer.status_code == 422
    assert the_list().shares == []


def test_a_list_is_shared_with_ones_own_team(worker: FlaskClient, made: Shortlist) -> None:
    with make.saved():
        people.a_person(RoleName.FRONTLINE).organisation_id = make.an_organisation("Housing team").id
    page = worker.post(f"/lists/{made.id}/share", data={"share-reader": "team"}, follow_redirects=True)
    assert "Everybody at Housing team reads it" in words_of(page)


def test_watching_a_list_and_stopping(worker: FlaskClient, made: Shortlist) -> None:
    for _ in range(2):
        page = worker.post(f"/lists/{made.id}/watch", follow_redirects=True)
    assert "You watch every service on this list." in words_of(page)
    assert "the list “Tuesday visits”" in words_of(worker.get("/watching"))
    page = worker.post(f"/lists/{made.id}/watch", data={"stop": "yes"}, follow_redirects=True)
    assert "Watch this list" in words_of(page)
    db.session.rollback()
    assert list_wider_watches(people.a_person(RoleName.FRONTLINE).id) == []


def test_deleting_a_list_ends_its_watches(worker: FlaskClient, made: Shortlist) -> None:
    worker.post(f"/lists/{made.id}/watch")
    page = worker.post(f"/lists/{made.id}/delete", follow_redirects=True)
    assert "The list is deleted." in words_of(page)
    db.session.rollback()
    assert list_wider_watches(people.a_person(RoleName.FRONTLINE).id) == []
    assert list_shortlists(people.a_person(RoleName.FRONTLINE).id) == []


def test_what_was_used_lately_is_what_was_put_aside_and_never_what_was_opened(
    worker: FlaskClient, made: Shortlist, services: list[Service]
) -> None:
    with make.saved():
        opened = make.a_service("Only opened")
        watched = make.a_service("Watched lately")
    worker.get(f"/services/{opened.id}")
    worker.post(f"/services/{watched.id}/watch")
    words = words_of(worker.get("/lists"))
    assert "Rent desk east" in words
    assert "Watched lately" in words
    assert "Only opened" not in words


def test_the_printed_list_is_that_of_its_services(worker: FlaskClient, made: Shortlist) -> None:
    page = worker.get(f"/lists/{made.id}")
    assert "Print this list" in words_of(page)
    form = {"service": [str(entry.service_id) for entry in made.entries]}
    page = worker.post("/print", data=form, follow_redirects=True)
    assert page.status_code == 200
    assert "Rent desk east" in words_of(page)


def test_a_list_page_asks_the_database_as_often_for_many_as_for_few(
    worker: FlaskClient, made: Shortlist, statements: list[str]
) -> None:
    counts = []
    for number in (0, 12):
        with make.saved():
            more = [make.a_service(f"More {number} {one}").id for one in range(number)]
        worker.post("/lists/services", data={"shortlist": str(made.id), "service": [str(one) for one in more]})
        worker.get(f"/lists/{made.id}")
        statements.clear()
        worker.get(f"/lists/{made.id}")
        counts.append(len(statements))
    assert counts[0] == counts[1]
