"""The calendar and the news feed at a secret address, and the page that makes it."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest
from flask import current_app
from flask.testing import FlaskClient

from partnerdir import clock, jobs
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.models import FeedAddress
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.funding.rules import Renewal
from tests import make, people
from tests.web.reading import words_of

TODAY = clock.today()
END = TODAY + timedelta(25)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


def _watch_all() -> None:
    """The worker watches one service of each kind that there is."""
    account_id = people.a_person(RoleName.FRONTLINE).id
    with make.saved():
        plain = make.a_service("Harbour\nTenancy, Support; & more")
        make.a_window(
            plain, END, make.a_fund("A"), renewal=Renewal.APPLIED, decision_due_on=TODAY + timedelta(10), note="Told in private"
        )
        sensitive = make.a_service("Safe House", is_sensitive=True)
        for_sensitive_need = make.a_service("Night Refuge", needs=[make.a_need("Abuse", "abuse", is_sensitive=True)])
        hidden = make.a_service("Hidden Place", make.an_organisation("Hidden Trust", is_confidential=True))
        for number, service in enumerate((sensitive, for_sensitive_need, hidden)):
            make.a_window(service, END + timedelta(number), make.a_fund(f"B{number}", f"F{number}"))
        for service in (plain, sensitive, for_sensitive_need, hidden):
            add_watch(account_id, service.id)
    jobs.scan(current_app.extensions["settings"])


def _addresses(worker: FlaskClient) -> tuple[str, str]:
    page = worker.post("/alerts/feeds")
    assert page.status_code == 201
    found = re.search(r"/feeds/([\w-]+)\.ics", page.text)
    assert found
    return f"/feeds/{found[1]}.ics", f"/feeds/{found[1]}.atom"


def test_the_calendar_has_every_end_and_decision_and_names_nothing_sensitive(worker: FlaskClient, visitor: FlaskClient) -> None:
    _watch_all()
    answer = visitor.get(_addresses(worker)[0])
    assert answer.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(answer.data)
    events = [(event.decoded("dtstart"), str(event["summary"])) for event in calendar.walk("VEVENT")]
    neutral = "A service you watch: funding ends"
    assert events == [
        (TODAY + timedelta(10), "Harbour Tenancy, Support; & more: a decision about funding is due"),
        (END, neutral),
        (END, "Harbour Tenancy, Support; & more: funding ends"),
        (END + timedelta(1), neutral),
        (END + timedelta(2), neutral),
    ]
    for event in calendar.walk("VEVENT"):
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(1)
    assert len({str(event["uid"]) for event in calendar.walk("VEVENT")}) == len(events)


def test_the_news_are_the_alerts_that_were_told(worker: FlaskClient, visitor: FlaskClient) -> None:
    _watch_all()
    answer = visitor.get(_addresses(worker)[1])
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)  # noqa: S314  # our own answer
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert len(titles) == 4
    assert f"Harbour Tenancy, Support; & more: Funding ends on {spoken_day(END)}" in titles
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 4
    again = ET.fromstring(visitor.get(_addresses(worker)[1]).data)  # noqa: S314  # our own answer
    assert [entry.findtext(f"{ATOM}id") for entry in again.iter(f"{ATOM}entry")] == ids


def test_feeds_tell_nothing_secret_keep_nothing_and_set_no_cookie(worker: FlaskClient, visitor: FlaskClient) -> None:
    _watch_all()
    for address in _addresses(worker):
        answer = visitor.get(address)
        for secret in ("Safe House", "Night Refuge", "Abuse", "Hidden", "Told in private", "worker@housing.example"):
            assert secret not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in answer.headers


def test_an_empty_feed_is_a_feed(worker: FlaskClient, visitor: FlaskClient) -> None:
    calendar, news = _addresses(worker)
    assert icalendar.Calendar.from_ical(visitor.get(calendar).data).walk("VEVENT") == []
    assert ET.fromstring(visitor.get(news).data).tag == f"{ATOM}feed"  # noqa: S314  # our own answer


def test_a_new_address_ends_the_old_one_and_closing_ends_all(worker: FlaskClient, visitor: FlaskClient) -> None:
    old = _addresses(worker)
    new = _addresses(worker)
    assert [visitor.get(address).status_code for address in (*old, *new)] == [404, 404, 200, 200]
    assert "We cannot show them again." in words_of(worker.get("/alerts/feeds"))
    worker.post("/alerts/feeds", data={"close": "yes"})
    assert [visitor.get(address).status_code for address in new] == [404, 404]
    assert "You have no feeds yet." in words_of(worker.get("/alerts/feeds"))


def test_the_database_keeps_no_secret_and_a_closed_account_no_feed(worker: FlaskClient, visitor: FlaskClient) -> None:
    address = _addresses(worker)[0]
    kept = db.session.query(FeedAddress).one()
    assert kept.fingerprint not in address
    assert address.split("/")[2].removesuffix(".ics") not in str(vars(kept))
    with make.saved():
        people.a_person(RoleName.FRONTLINE).active = False
    assert visitor.get(address).status_code == 404
    assert visitor.get("/feeds/made-up.ics").status_code == 404
