"""What changed since the last visit: in plain words, newest first, only of what the reader keeps, until they have read it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.actions import add_contact, add_location, add_service_at_location
from partnerdir.directory.models import Phone, Service
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty
from partnerdir.lists.actions import add_entries, add_shortlist
from tests import make, people
from tests.web.reading import names_in, words_of

END, LATER = date(2027, 3, 31), date(2027, 6, 30)


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


@pytest.fixture
def service(app: Flask, worker: FlaskClient) -> Service:
    """A service that the worker watches, and whose making they have read."""
    with make.saved():
        made = make.a_service("Rent desk", phones=["0131 496 0001"])
        make.a_window(made, END)
        add_contact(made, "Duty worker")
        add_watch(people.a_person(RoleName.FRONTLINE).id, made.id)
    read(worker)
    return made


def read(worker: FlaskClient, shown_at: str = "") -> None:
    """Presses 'I have read this'."""
    assert worker.post("/news/read", data={"shown_at": shown_at or clock.now().isoformat()}).status_code == 303


def the_service(service: Service) -> Service:
    return db.session.get_one(Service, service.id, populate_existing=True)


def test_nothing_is_news_that_was_read(worker: FlaskClient, service: Service) -> None:
    assert "Nothing has changed." in words_of(worker.get("/news"))


def test_dates_that_moved_new_numbers_and_what_closed_are_said_plainly(worker: FlaskClient, service: Service) -> None:
    with make.saved():
        window = db.session.scalars(sa.select(FundingWindow)).one()
        window.ends_on = LATER
        of_service = the_service(service)
        of_service.status, of_service.taking = ServiceStatus.CLOSED, Taking.NOT_NOW
        of_service.phones = [Phone(number="0131 496 0009", service_id=service.id)]
        add_contact(of_service, "Night desk")
        add_service_at_location(of_service, add_location(name="Hall", address_1="1 Quay Street"))
    words = words_of(worker.get("/news"))
    for sentence in (
        "The end of its money moved from 31 March 2027 to 30 June 2027.",
        "It has closed.",
        "New number: 0131 496 0009.",
        "This number is gone: 0131 496 0001.",
        "New contact: Night desk.",
        "Where it is has changed.",
    ):
        assert sentence in words, sentence
    assert "Quay Street" not in words


def test_what_was_put_back_is_no_news(worker: FlaskClient, service: Service) -> None:
    for end in (LATER, END):
        with make.saved():
            db.session.scalars(sa.select(FundingWindow)).one().ends_on = end
    for number in ("0131 496 0009", "0131 496 0001"):
        with make.saved():
            the_service(service).phones = [Phone(number=number, service_id=service.id)]
    assert "Nothing has changed." in words_of(worker.get("/news"))


def test_money_that_comes_and_goes_is_said_with_how_sure_it_is(worker: FlaskClient, service: Service) -> None:
    with make.saved():
        db.session.delete(db.session.scalars(sa.select(FundingWindow)).one())
    with make.saved():
        make.a_window(service, LATER, fund=make.a_fund("Hope", "Hope"), certainty=Certainty.APPLIED_FOR)
    words = words_of(worker.get("/news"))
    assert "Money until 31 March 2027 is not recorded any more." in words
    assert "New money is recorded, until 30 June 2027 (applied for)." in words


def test_the_newest_stands_first_and_lists_count_as_well(worker: FlaskClient, service: Service) -> None:
    account_id = people.a_person(RoleName.FRONTLINE).id
    with make.saved():
        listed, other = make.a_service("On a list"), make.a_service("Nobody's")
        add_entries(add_shortlist(account_id, "Tuesday"), [listed.id], account_id)
    read(worker)
    for each in (service, listed, other):
        with make.saved():
            the_service(each).status = ServiceStatus.PAUSED
    assert names_in(worker.get("/news")) == ["On a list", "Rent desk"]


def test_what_changed_while_the_page_was_read_is_news_the_next_time(worker: FlaskClient, service: Service) -> None:
    shown_at = clock.now()
    with make.saved():
        the_service(service).status = ServiceStatus.PAUSED
    read(worker, shown_at.isoformat())
    assert "It is paused." in words_of(worker.get("/news"))
    read(worker)
    assert "Nothing has changed." in words_of(worker.get("/news"))


def test_whoever_never_read_sees_the_last_month(worker: FlaskClient, app: Flask) -> None:
    assert "You watch nothing and have nothing on a list yet." in words_of(worker.get("/news"))
    with make.saved():
        made = make.a_service("Rent desk")
        add_watch(people.a_person(RoleName.FRONTLINE).id, made.id)
    words = words_of(worker.get("/news"))
    assert "in the last 30 days" in words
    assert "It is new here." in words
    with make.saved() as session:
        session.execute(sa.update(Change).values(at=clock.now() - timedelta(days=31)))
    assert "Nothing has changed." in words_of(worker.get("/news"))


@pytest.mark.parametrize("shown_at", ["", "nonsense", "9999-12-31"])
def test_a_moment_that_is_none_is_refused_and_one_to_come_counts_as_now(
    worker: FlaskClient, service: Service, shown_at: str
) -> None:
    answer = worker.post("/news/read", data={"shown_at": shown_at})
    assert answer.status_code == (303 if shown_at.startswith("9") else 400)
    with make.saved():
        the_service(service).status = ServiceStatus.PAUSED
    assert "It is paused." in words_of(worker.get("/news"))


def test_it_is_kept_nowhere_who_read_what(worker: FlaskClient, service: Service) -> None:
    worker.get("/news")
    read(worker)
    lines = db.session.scalars(sa.select(Change).where(Change.record_type == "reading_mark")).all()
    assert [line.fields.keys() & {"read_at", "service_id"} for line in lines] == [set()] * len(lines)
