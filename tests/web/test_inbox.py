"""The inbox: everything a person was told, and what they say to it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient

from partnerdir import clock, jobs
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.models import Alert, AlertReceipt, Delivery
from partnerdir.alerts.queries import find_watch
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory.models import Service
from tests import make, people
from tests.alerts.cast import move_end, noon
from tests.web.reading import names_in, words_of

TODAY = clock.today()
END = TODAY + timedelta(25)
COLLEAGUE = "colleague@housing.example"


@pytest.fixture
def worker(client_as: Callable[[RoleName], FlaskClient]) -> FlaskClient:
    """A frontline worker's browser."""
    return client_as(RoleName.FRONTLINE)


@pytest.fixture
def service(worker: FlaskClient) -> Service:
    """A service that the worker was warned of, where no mail server is set."""
    return _warned_of("Harbour Tenancy Support", END)


def _warned_of(name: str, ends_on: date) -> Service:
    account_id = people.a_person(RoleName.FRONTLINE).id
    with make.saved():
        service = make.a_service(name)
        make.a_window(service, ends_on, make.a_fund(name, name))
        add_watch(account_id, service.id)
    _scan()
    return service


def _scan(after: int = 0) -> None:
    """The machine scans so many days from now."""
    with noon(TODAY + timedelta(after)):
        jobs.scan(current_app.extensions["settings"])


def _alert() -> Alert:
    db.session.rollback()
    return db.session.scalars(sa.select(Alert).where(Alert.is_superseded.is_(False)).order_by(Alert.threshold)).all()[0]


def _receipts() -> list[AlertReceipt]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AlertReceipt)))


def _boxes(day: date) -> dict[str, list[str]]:
    return {f"later-{_alert().id}-until": [str(day.day), str(day.month), str(day.year)]}


def _snoozed(worker: FlaskClient, days: int) -> str:
    page = worker.post(f"/alerts/{_alert().id}/snooze", data=_boxes(TODAY + timedelta(days)), follow_redirects=True)
    return words_of(page)


def _given(worker: FlaskClient, email: str) -> str:
    alert_id = _alert().id
    page = worker.post(f"/alerts/{alert_id}/hand-over", data={f"give-{alert_id}-email": email}, follow_redirects=True)
    return words_of(page)


def _page_after(app: Flask, days: int) -> str:
    with noon(TODAY + timedelta(days)):
        return words_of(people.signed_in(app, RoleName.FRONTLINE).get("/alerts"))


def _colleague() -> Account:
    return people.a_person(RoleName.FRONTLINE, COLLEAGUE)


def test_whoever_was_told_nothing_reads_so(worker: FlaskClient) -> None:
    assert "Nothing was told to you yet." in words_of(worker.get("/alerts"))


def test_what_no_mail_server_could_send_stands_in_the_inbox(worker: FlaskClient, service: Service) -> None:
    page = worker.get("/alerts")
    assert "1 needs your answer." in words_of(page)
    assert f"Funding ends on {spoken_day(END)}, in 3 weeks" in words_of(page)
    assert ">Alerts</a>" in page.text


def test_the_most_urgent_stands_first_and_one_service_once(worker: FlaskClient) -> None:
    for name, days in (("Late", 170), ("Soon", 3), ("Middle", 50)):
        _warned_of(name, TODAY + timedelta(days))
    _scan(after=25)  # the middle one passes another threshold
    page = worker.get("/alerts")
    assert names_in(page) == ["Soon", "Middle", "Late"]
    assert "1 earlier" in words_of(page)


def test_others_alerts_are_not_shown_and_cannot_be_answered(worker: FlaskClient, app: Flask, service: Service) -> None:
    steward = people.signed_in(app, RoleName.STEWARD)
    assert "Harbour Tenancy Support" not in words_of(steward.get("/alerts"))
    for answer in ("acknowledge", "snooze", "hand-over"):
        assert steward.post(f"/alerts/{_alert().id}/{answer}").status_code == 404
    assert _receipts() == []


def test_a_stranger_comes_to_the_sign_in(visitor: FlaskClient) -> None:
    assert "/sign-in" in visitor.get("/alerts").location


def test_knowing_is_shown_to_others_by_post_and_not_by_address(worker: FlaskClient, app: Flask, service: Service) -> None:
    page = worker.post(f"/alerts/{_alert().id}/acknowledge", follow_redirects=True)
    assert "Nothing needs your answer." in words_of(page)
    assert "You know since" in words_of(page)
    steward = people.signed_in(app, RoleName.STEWARD)
    for address in (f"/services/{service.id}", "/ending"):
        page = steward.get(address)
        assert "Known to A frontline" in words_of(page)
        assert "worker@housing.example" not in page.text
    assert "Known to" not in words_of(app.test_client().get(f"/services/{service.id}"))


def test_knowing_twice_keeps_the_first_moment(worker: FlaskClient, service: Service) -> None:
    worker.post(f"/alerts/{_alert().id}/acknowledge")
    first = _receipts()[0].acknowledged_at
    worker.post(f"/alerts/{_alert().id}/acknowledge")
    assert [receipt.acknowledged_at for receipt in _receipts()] == [first]


def test_a_snooze_lasts_until_its_day_also_past_a_threshold(worker: FlaskClient, app: Flask, service: Service) -> None:
    assert f"We ask you again on {spoken_day(TODAY + timedelta(20))}" in _snoozed(worker, 20)
    _scan(after=12)
    assert "Ask me again later" in _page_after(app, 19)
    assert "1 needs your answer." in _page_after(app, 20)


@pytest.mark.parametrize("after", [25, 26])
def test_the_last_day_and_the_end_break_through_a_snooze(worker: FlaskClient, app: Flask, service: Service, after: int) -> None:
    _snoozed(worker, 60)
    _scan(after)
    assert "1 needs your answer." in _page_after(app, after)


def test_another_end_date_breaks_through_a_snooze(worker: FlaskClient, service: Service) -> None:
    _snoozed(worker, 20)
    move_end(service.id, END - timedelta(10))
    _scan()
    page = worker.get("/alerts")
    assert "1 needs your answer." in words_of(page)
    assert spoken_day(END - timedelta(10)) in words_of(page)


@pytest.mark.parametrize("days", [0, -1, 400])
def test_a_day_that_cannot_be_is_said_at_the_field_and_kept(worker: FlaskClient, service: Service, days: int) -> None:
    day = TODAY + timedelta(days)
    page = worker.post(f"/alerts/{_alert().id}/snooze", data=_boxes(day))
    assert page.status_code == 422
    assert ("Enter a day after today" if days < 1 else "within a year") in words_of(page)
    assert f'value="{day.year}"' in page.text
    assert "There is a problem" in page.text
    assert _receipts() == []


def test_a_colleague_is_told_and_watches_from_now_on(worker: FlaskClient, app: Flask, service: Service) -> None:
    colleague_id = _colleague().id
    words = _given(worker, COLLEAGUE.upper())
    assert "You gave it to A frontline." in words
    service_id = _alert().service_id
    assert service_id is not None
    assert find_watch(colleague_id, service_id)
    theirs = app.test_client()
    theirs.post("/sign-in", data={"email": COLLEAGUE, "password": people.PASSWORD})
    assert "A frontline gave it to you." in words_of(theirs.get("/alerts"))
    _given(worker, COLLEAGUE)
    deliveries = list(db.session.scalars(sa.select(Delivery).where(Delivery.account_id == colleague_id)))
    assert len(deliveries) == 1


def test_it_cannot_be_given_to_nobody_oneself_or_who_may_not_sign_in(worker: FlaskClient, service: Service) -> None:
    with make.saved():
        _colleague().active = False
    for email, said in (
        ("", "Enter an e-mail address."),
        ("nobody@housing.example", "Enter the address of a colleague who can sign in here."),
        (COLLEAGUE, "Enter the address of a colleague who can sign in here."),
        ("worker@housing.example", "This is your own address."),
    ):
        assert said in _given(worker, email)
    assert _receipts() == []


def test_answers_need_our_form(app: Flask, worker: FlaskClient, service: Service) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for answer in ("acknowledge", "snooze", "hand-over"):
        assert worker.post(f"/alerts/{_alert().id}/{answer}").status_code == 400
        assert worker.get(f"/alerts/{_alert().id}/{answer}").status_code == 405
    assert _receipts() == []


def test_an_alert_that_is_no_longer_true_says_so(worker: FlaskClient, service: Service) -> None:
    move_end(service.id, END + timedelta(400))
    page = words_of(worker.get("/alerts"))
    assert "This has changed since we told you." in page
    assert spoken_day(END + timedelta(400)) in page


def test_the_inbox_asks_the_database_as_often_for_many_as_for_few(worker: FlaskClient, statements: list[str]) -> None:
    counts = []
    for number in (1, 8):
        for more in range(number):
            _warned_of(f"Service {number} {more}", END)
        worker.get("/alerts")
        statements.clear()
        worker.get("/alerts")
        counts.append(len(statements))
    assert counts[0] == counts[1]
