"""The page of what could not be sent, its button, and where its count is shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState
from partnerdir.alerts.unsent import count_failed, count_unsent, list_unsent
from partnerdir.database import db
from partnerdir.directory.models import Service
from tests import make, people
from tests.web.reading import words_of

REASON = "The mail server refused the address (550 No such mailbox <worker@housing.example>)."
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def service(app: Flask) -> Service:
    """A service of which something is told."""
    with make.saved():
        return make.a_service()


def a_delivery(service: Service, days_ago: int = 0, **fields: object) -> Delivery:
    """A warning to the worker that was refused for good; saved."""
    worker = people.a_person(RoleName.FRONTLINE)
    with make.saved():
        found_on = clock.today() - timedelta(days_ago)
        alert = Alert(
            key=f"{len(list(db.session.scalars(sa.select(Alert))))}",
            kind=AlertKind.ENDING,
            service_id=service.id,
            ends_on=date(2030, 3, 31),
            threshold=30,
            found_on=found_on,
        )
        db.session.add(alert)
        db.session.flush()
        values = {
            "account_id": worker.id,
            "state": DeliveryState.FAILED,
            "reason": REASON,
            "next_try_at": LONG_AGO,
            "attempts": 3,
        }
        delivery = Delivery(alert_id=alert.id, **(values | fields))
        db.session.add(delivery)
    return delivery


def test_what_failed_is_shown_by_person_and_reason_and_counted_in_the_navigation(
    service: Service, client_as: Callable[[RoleName], FlaskClient]
) -> None:
    for _ in range(7):
        a_delivery(service)
    a_delivery(
        service, channel=ChannelName.WEBHOOK, reason="chat.example says that there is nothing at this address any more (410)."
    )
    coordinator = client_as(RoleName.COORDINATOR)
    page = coordinator.get("/manage/unsent")
    said = words_of(page)
    assert "8 warnings did not arrive." in said
    assert said.count("A frontline") >= 2
    assert escape(REASON) in page.text
    assert said.count("Refused for good.") == 2
    assert "and 2 more" in said
    assert "410" in said
    assert "Not sent: 8" in coordinator.get("/watching").text
    assert "Not sent" not in client_as(RoleName.FRONTLINE).get("/watching").text


def test_where_all_is_well_nothing_is_counted(service: Service, client_as: Callable[[RoleName], FlaskClient]) -> None:
    """Neither what was sent, nor what has waited for less than a day, nor what its reader holds back."""
    a_delivery(service, days_ago=9, state=DeliveryState.SENT)
    a_delivery(service, days_ago=9, state=DeliveryState.DROPPED)
    a_delivery(service, days_ago=1, state=DeliveryState.WAITING)
    a_delivery(service, days_ago=9, state=DeliveryState.WAITING, attempts=0)
    coordinator = client_as(RoleName.COORDINATOR)
    page = coordinator.get("/manage/unsent")
    assert "Everything that was due has been sent" in words_of(page)
    assert "Not sent" not in page.text


def test_what_was_tried_for_more_than_a_day_is_shown_after_what_failed(service: Service) -> None:
    stuck = a_delivery(service, days_ago=2, state=DeliveryState.WAITING, reason="The mail server dropped the line.")
    failed = a_delivery(service)
    assert [group.first.id for group in list_unsent(clock.today())] == [failed.id, stuck.id]
    assert (count_unsent(clock.today()), count_failed()) == (2, 1)


def test_try_again_lets_all_of_one_person_over_one_channel_be_tried_now(
    service: Service, client_as: Callable[[RoleName], FlaskClient]
) -> None:
    steward = people.a_person(RoleName.STEWARD)
    first, second = a_delivery(service), a_delivery(service, reason="Another reason.")
    other, hook = a_delivery(service, account_id=steward.id), a_delivery(service, channel=ChannelName.WEBHOOK)
    coordinator = client_as(RoleName.COORDINATOR)
    page = coordinator.post("/manage/unsent/again", data={"delivery_id": str(first.id)}, follow_redirects=True)
    assert "We try 2 again now." in words_of(page)
    db.session.rollback()
    states = {one.id: (one.state, one.attempts, one.reason) for one in db.session.scalars(sa.select(Delivery))}
    assert states[first.id] == states[second.id] == (DeliveryState.WAITING, 0, "")
    assert {states[other.id][0], states[hook.id][0]} == {DeliveryState.FAILED}


@pytest.mark.parametrize("typed", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_there_cannot_be_tried_again(client_as: Callable[[RoleName], FlaskClient], typed: str) -> None:
    assert client_as(RoleName.COORDINATOR).post("/manage/unsent/again", data={"delivery_id": typed}).status_code == 404


def test_who_hears_instead_is_named_by_post(service: Service, client_as: Callable[[RoleName], FlaskClient]) -> None:
    failed, steward = a_delivery(service), people.a_person(RoleName.STEWARD)
    with make.saved():
        db.session.add(
            Delivery(alert_id=failed.alert_id, account_id=steward.id, stands_in_for_id=failed.id, next_try_at=LONG_AGO)
        )
    assert "Told instead: A steward." in words_of(client_as(RoleName.COORDINATOR).get("/manage/unsent"))


def test_an_installation_without_a_mail_server_is_told_so(
    service: Service, client_as: Callable[[RoleName], FlaskClient]
) -> None:
    a_delivery(service, state=DeliveryState.WAITING, attempts=0)
    assert "No mail goes out at all" in words_of(client_as(RoleName.COORDINATOR).get("/manage/unsent"))


def test_health_and_status_mention_what_failed(app: Flask, service: Service, visitor: FlaskClient) -> None:
    a_delivery(service)
    a_delivery(service, days_ago=3, state=DeliveryState.WAITING)
    assert visitor.get("/health").get_json()["failed"] == 1
    said = app.test_cli_runner().invoke(args=["alerts", "status"]).output
    assert "1 failed for good, 1 tried for more than a day" in said
