"""An end that nobody acknowledges is passed on: to coordinators within 30 days, to stewards within 7."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.actions import change_areas
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import escalation
from partnerdir.alerts.auditor import audit
from partnerdir.alerts.escalation import PASSED_ON
from partnerdir.alerts.models import Alert, AlertChoice, Delivery
from partnerdir.alerts.receipts import acknowledge
from partnerdir.alerts.rules import DeliveryState, Pace
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.settings import Settings
from tests import make, people
from tests.alerts.cast import END, TODAY, WORKER, a_watched_service, days, deliver_on, move_end, noon, scan_on
from tests.alerts.test_hearers import a_place
from tests.alerts.test_looking_after import COORDINATOR, a_coordinator, told

OTHER, STEWARD = "other@partnership.example", "steward@partnership.example"
PASSED_TO_COORDINATOR = (COORDINATOR, PASSED_ON)


def an_end_that_nobody_knows() -> Service:
    """A service without an area, watched by the worker; a coordinator and a steward are there."""
    service = a_watched_service(END)
    a_coordinator()
    a_coordinator(STEWARD, RoleName.STEWARD)
    return service


def acknowledge_as(email: str = WORKER) -> None:
    """Somebody says that they know, on whatever alert of the end there is."""
    with make.saved():
        account = db.session.scalars(sa.select(Account).where(Account.email == email)).one()
        alert = db.session.scalars(sa.select(Alert).where(Alert.is_superseded.is_(False)).order_by(Alert.threshold)).first()
        assert alert is not None
        acknowledge(account.id, alert)


def test_nothing_is_passed_on_before_30_days(app: Flask, settings: Settings) -> None:
    with make.saved():
        an_end_that_nobody_knows()
    scan_on(settings, END - days(31))
    assert [email for email, _ in told()] == [WORKER]


def test_at_30_days_it_goes_to_coordinators_and_at_7_to_stewards_once_each_step(
    app_on_both: Flask, settings_on_both: Settings
) -> None:
    with make.saved():
        an_end_that_nobody_knows()
    scan_on(settings_on_both, END - days(30), END - days(30), END - days(29))
    assert told() == [PASSED_TO_COORDINATOR, (WORKER, "You watch this service.")]
    scan_on(settings_on_both, END - days(14), END - days(8))
    assert [email for email, _ in told()].count(COORDINATOR) == 2
    assert STEWARD not in [email for email, _ in told()]
    scan_on(settings_on_both, END - days(7), END - days(6))
    assert (STEWARD, PASSED_ON) in told()
    assert [email for email, _ in told()].count(COORDINATOR) == 3
    assert [email for email, _ in told()].count(STEWARD) == 1


def test_what_was_acknowledged_at_any_threshold_goes_no_further(app: Flask, settings: Settings) -> None:
    with make.saved():
        an_end_that_nobody_knows()
    scan_on(settings, END - days(60))
    acknowledge_as()
    scan_on(settings, END - days(30), END - days(7), END)
    assert {email for email, _ in told()} == {WORKER}


def test_it_is_found_after_any_downtime_and_where_nobody_watches(app: Flask, settings: Settings) -> None:
    with make.saved():
        make.a_window(make.a_service(), END)
        a_coordinator()
        a_coordinator(STEWARD, RoleName.STEWARD)
    scan_on(settings, END - days(3))
    assert told() == [PASSED_TO_COORDINATOR, (STEWARD, PASSED_ON)]


@pytest.mark.parametrize("down", [(30,), (29,), (22, 3), (7,), (1,), (0,), (30, 14, 7, 1, 0)])
def test_who_is_told_does_not_depend_on_when_the_machine_was_up(app: Flask, settings: Settings, down: tuple[int, ...]) -> None:
    with make.saved():
        make.a_window(make.a_service(), END)
        a_coordinator()
        a_coordinator(STEWARD, RoleName.STEWARD)
    scan_on(settings, *(END - days(left) for left in down), END)
    assert {email for email, _ in told()} == {COORDINATOR, STEWARD}
    last = sa.select(sa.func.min(Alert.threshold)).join(Delivery, Delivery.alert_id == Alert.id)
    assert db.session.scalar(last) == 0


def test_it_goes_to_whoever_looks_after_the_area_and_to_no_other_coordinator(app: Flask, settings: Settings) -> None:
    with make.saved():
        change_areas(a_coordinator(), [a_place().ward.id], TODAY)
        a_coordinator(OTHER)
    scan_on(settings, TODAY)
    assert told() == [PASSED_TO_COORDINATOR]


def test_where_nobody_looks_after_the_area_it_goes_to_every_coordinator(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_place()
        a_coordinator()
        a_coordinator(OTHER)
        closed = a_coordinator("closed@partnership.example")
        closed.active = False
    scan_on(settings, TODAY)
    assert told() == [PASSED_TO_COORDINATOR, (OTHER, PASSED_ON)]


def test_an_acknowledgement_before_sending_drops_it_and_says_why(app: Flask, settings: Settings) -> None:
    with make.saved():
        an_end_that_nobody_knows()
    scan_on(settings, TODAY)
    acknowledge_as()
    counts = deliver_on(settings)
    assert counts[DeliveryState.DROPPED] == 1
    reasons = db.session.scalars(sa.select(Delivery.reason).where(Delivery.why == PASSED_ON)).all()
    assert reasons == ["Somebody said that they know about it before this was sent."]


def test_no_pace_holds_back_what_is_passed_on(app: Flask, settings: Settings) -> None:
    with make.saved() as session:
        make.a_window(make.a_service(), END)
        session.add(AlertChoice(account_id=a_coordinator().id, pace=Pace.WEEKLY))
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"sent": 1}


def test_a_pause_holds_it_back(app: Flask, settings: Settings) -> None:
    with make.saved() as session:
        make.a_window(make.a_service(), END)
        session.add(AlertChoice(account_id=a_coordinator().id, is_paused=True))
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"waiting": 1}


def test_whoever_heard_that_nobody_knew_hears_that_the_end_moved(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = make.a_service()
        make.a_window(service, END)
        a_coordinator()
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"sent": 1}
    move_end(service.id, END + days(400))
    scan_on(settings, TODAY + days(1))
    kinds = db.session.scalars(sa.select(Alert.kind).join(Delivery, Delivery.alert_id == Alert.id)).all()
    assert sorted(map(str, kinds)) == ["ending", "extended"]
    assert deliver_on(settings, TODAY + days(4))[DeliveryState.DROPPED] == 0


def test_an_end_that_is_covered_again_is_not_passed_on(app: Flask, settings: Settings) -> None:
    with make.saved():
        service, fund = make.a_service(), make.a_fund()
        make.a_window(service, END, fund=fund)
        make.a_window(service, END + days(900), fund=fund, starts_on=END + days(1))
        a_coordinator()
    scan_on(settings, TODAY)
    assert told() == []


def test_a_scan_that_forgets_to_ask_would_be_caught(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalation, "list_questions", lambda *_: iter(()))
    with make.saved():
        make.a_window(make.a_service(), END)
        a_coordinator()
    scan_on(settings, TODAY)
    assert told() == []  # so the tests above, of services that nobody watches, do look at the questions


def test_the_auditor_finds_nothing_wrong_with_what_was_passed_on(app: Flask, settings: Settings) -> None:
    with make.saved():
        an_end_that_nobody_knows()
        place = a_place()
        change_areas(a_coordinator(OTHER), [place.ward.id], TODAY)
    for day in (TODAY, END - days(7), END - days(1)):
        scan_on(settings, day)
        deliver_on(settings, day)
    with noon(END - days(1)):
        assert audit(TODAY, END - days(1), settings.threshold_days) == []


def test_the_alert_page_says_to_whom_it_was_passed_on(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    people.a_person(RoleName.FRONTLINE)
    with make.saved():
        a_watched_service(END)
        a_coordinator()
    scan_on(app.extensions["settings"], TODAY)
    alert_id = db.session.scalar(sa.select(Alert.id).where(Alert.threshold == 30))
    page = " ".join(client_as(RoleName.FRONTLINE).get(f"/alerts/{alert_id}").text.split())
    assert "Nobody had said that they know about it, so it was passed on to A coordinator." in page
    assert COORDINATOR not in page
