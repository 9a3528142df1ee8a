"""What was told to whom of one service, and why what was not sent was not: who may see what."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask, current_app
from flask.testing import FlaskClient

from partnerdir import clock, jobs
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.models import Alert, AlertChoice, AlertReceipt, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState, Pace
from partnerdir.alerts.tellings import Cause, list_tellings
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.settings import Settings
from tests import make, people
from tests.conftest import make_settings
from tests.web.reading import words_of

TODAY = clock.today()
END = TODAY + timedelta(100)
REFUSAL = "550 5.1.1 <worker@housing.example>: unknown"
Client = Callable[[RoleName], FlaskClient]


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A site that has a mail server."""
    return make_settings(tmp_path, smtp_host="mail.example")


@pytest.fixture
def service(app: Flask) -> Service:
    """A service of which a worker was warned a hundred days before its end; nothing is sent yet."""
    account_id = people.a_person(RoleName.FRONTLINE).id
    with make.saved():
        service = make.a_service("Harbour")
        make.a_window(service, END)
        add_watch(account_id, service.id)
    jobs.scan(current_app.extensions["settings"])
    return service


def _change(**values: object) -> None:
    """Changes the one delivery."""
    with make.saved():
        db.session.execute(sa.update(Delivery).values(**values))


def _choose(**values: object) -> None:
    with make.saved():
        db.session.add(AlertChoice(account_id=people.a_person(RoleName.FRONTLINE).id, **values))


def _cause(service: Service, at: datetime | None = None) -> Cause:
    """Where the one delivery stands at a moment."""
    db.session.rollback()
    with time_machine.travel(at or clock.now(), tick=False):
        return next(telling.cause for telling in list_tellings(service.id, 50) if telling.delivery)


def _page(client: FlaskClient, service: Service) -> str:
    return words_of(client.get(f"/services/{service.id}/told"))


def _found_at(hour: int) -> datetime:
    """A civil hour of the day after it was found."""
    return datetime.combine(TODAY + timedelta(1), time(hour), UTC)


def test_who_chose_nothing_waits_for_monday(service: Service) -> None:
    tuesday = TODAY + timedelta((1 - TODAY.weekday()) % 7)
    with make.saved():
        db.session.execute(sa.update(Alert).values(found_on=tuesday))
    assert _cause(service, datetime.combine(tuesday, time(12), UTC)) is Cause.MONDAY
    assert _cause(service, datetime.combine(tuesday + timedelta(6), time(12), UTC)) is Cause.NEXT


def test_each_hold_has_its_own_reason(service: Service) -> None:
    _choose(pace=Pace.AT_ONCE, quiet_from=time(22), quiet_until=time(7))
    assert _cause(service, _found_at(12)) is Cause.NEXT
    assert _cause(service, _found_at(23)) is Cause.QUIET
    with make.saved():
        db.session.execute(sa.update(AlertChoice).values(pace=Pace.DAILY))
        db.session.execute(sa.update(Alert).values(found_on=TODAY + timedelta(1)))
    assert _cause(service, _found_at(6)) is Cause.MORNING
    with make.saved():
        db.session.execute(sa.update(AlertChoice).values(is_paused=True))
    assert _cause(service, _found_at(12)) is Cause.PAUSED


def test_a_snooze_is_the_reason_until_its_day(service: Service) -> None:
    _choose(pace=Pace.AT_ONCE)
    alert_id = db.session.scalar(sa.select(Delivery.alert_id))
    with make.saved():
        day = TODAY + timedelta(5)
        db.session.add(AlertReceipt(account_id=people.a_person(RoleName.FRONTLINE).id, alert_id=alert_id, asks_again_on=day))
    assert _cause(service, _found_at(12)) is Cause.SNOOZED
    assert _cause(service, _found_at(12) + timedelta(4)) is Cause.NEXT


def test_a_claim_a_retry_and_what_is_over(service: Service) -> None:
    _choose(pace=Pace.AT_ONCE)
    _change(claim_ends_at=_found_at(13))
    assert _cause(service, _found_at(12)) is Cause.SENDING
    _change(claim_ends_at=None, attempts=2)
    assert _cause(service, _found_at(12)) is Cause.RETRY
    for state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED):
        _change(state=state)
        assert _cause(service) is Cause(state)


def test_the_nearer_warning_says_whose_place_it_took(client_as: Client, service: Service) -> None:
    page = _page(client_as(RoleName.FRONTLINE), service)
    assert "The warning of 180 days, found" in page
    with make.saved():
        told = db.session.scalars(sa.select(Alert).where(Alert.is_superseded.is_(False))).one()
        told.threshold = 60
        fields = {"kind": AlertKind.ENDING, "service_id": service.id, "ends_on": END, "found_on": told.found_on}
        db.session.add(Alert(key="farther", threshold=90, is_superseded=True, **fields))
    page = _page(client_as(RoleName.FRONTLINE), service)
    assert "The warning of 90 days was not sent: this nearer one took its place." in page


def test_a_worker_reads_posts_and_a_coordinator_addresses_too(client_as: Client, service: Service) -> None:
    _change(state=DeliveryState.FAILED, reason=REFUSAL)
    worker, coordinator = (_page(client_as(role), service) for role in (RoleName.FRONTLINE, RoleName.COORDINATOR))
    assert "A frontline" in worker
    assert "“You watch this service.”" in worker
    assert "Could not be sent: it was not accepted." in worker
    assert "worker@housing.example" not in worker
    assert "550" not in worker
    assert coordinator.count("worker@housing.example") == 2
    assert REFUSAL in coordinator


@pytest.mark.parametrize("state", [DeliveryState.DROPPED, DeliveryState.FAILED, DeliveryState.WAITING])
def test_no_reason_gives_an_address_to_a_worker(client_as: Client, service: Service, state: DeliveryState) -> None:
    _change(state=state, reason=REFUSAL, attempts=1)
    assert "@" not in _page(client_as(RoleName.FRONTLINE), service)


def test_why_a_dropped_one_was_dropped_is_for_everybody(client_as: Client, service: Service) -> None:
    _change(state=DeliveryState.DROPPED, reason="The end date changed before this was sent.")
    assert "Not sent: The end date changed before this was sent." in _page(client_as(RoleName.FRONTLINE), service)


def test_what_was_sent_says_when_and_how_and_what_came_of_it(client_as: Client, service: Service) -> None:
    _change(state=DeliveryState.SENT, sent_at=datetime(2026, 11, 2, 9, 5, tzinfo=UTC))
    alert_id = db.session.scalar(sa.select(Delivery.alert_id))
    worker = client_as(RoleName.FRONTLINE)
    worker.post(f"/alerts/{alert_id}/acknowledge")
    assert "Sent by e-mail on 2 November 2026 at 9:05am. They know." in _page(worker, service)


def test_it_is_linked_from_the_page_of_the_service_and_empty_at_first(client_as: Client, service: Service) -> None:
    worker = client_as(RoleName.FRONTLINE)
    assert f"/services/{service.id}/told" in worker.get(f"/services/{service.id}").text
    with make.saved():
        other = make.a_service("Quay")
    assert "Nothing was told of this service yet." in _page(worker, other)


def test_a_stranger_learns_nothing(visitor: FlaskClient, service: Service) -> None:
    assert visitor.get(f"/services/{service.id}/told").status_code == 302
    assert "/told" not in visitor.get(f"/services/{service.id}").text


def test_fifty_stand_on_a_page(client_as: Client, service: Service, statements: list[str]) -> None:
    worker, counts = client_as(RoleName.FRONTLINE), []
    for number in (2, 60):
        with make.saved():
            for each in range(number):
                fields = {"kind": AlertKind.CLOSED, "service_id": service.id, "found_on": TODAY}
                alert = Alert(key=f"{number} {each}", **fields)
                db.session.add(alert)
                db.session.flush()
                db.session.add(
                    Delivery(alert_id=alert.id, account_id=people.a_person(RoleName.FRONTLINE).id, next_try_at=clock.now())
                )
        worker.get(f"/services/{service.id}/told")
        statements.clear()
        worker.get(f"/services/{service.id}/told")
        counts.append(len(statements))
    assert "Page 1 of 2" in _page(worker, service)
    assert worker.get(f"/services/{service.id}/told?page=2").status_code == 200
    assert worker.get(f"/services/{service.id}/told?page=0").status_code == 404
    assert counts[0] == counts[1]
