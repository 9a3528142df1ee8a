"""A need in an area that hardly anybody serves once the money of one service ends: told once for each number left."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import clock
from partnerdir.alerts import due, marks, narrowing
from partnerdir.alerts.marks import look_for
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Need, Service
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import Fund
from partnerdir.funding.rules import Certainty
from partnerdir.geography.models import Area
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, a_watched_service, days, deliver_on, move_end, noon, scan_on
from tests.alerts.post import Post

LONG = TODAY + days(900)


def on_a_route(service: Service, taking: Taking = Taking.NOW, area: Area | None = None) -> None:
    """Puts the service on the one route there is: money worries in Saltness."""
    need = db.session.scalar(sa.select(Need)) or make.a_need()
    area = area or db.session.scalar(sa.select(Area).where(Area.code == "saltness")) or make.an_area()
    directory.change_service(service, {"taking": taking}, needs=[need], area_ids=[area.id])
    db.session.flush()


def the_ending_one(ends_on: date = END) -> Service:
    """The watched service, on the route."""
    service = a_watched_service(ends_on)
    on_a_route(service)
    return service


def another(name: str, ends_on: date | None = LONG, taking: Taking = Taking.NOW, **window: Any) -> Service:
    """Another service on the route, which nobody watches."""
    service = make.a_service(name)
    on_a_route(service, taking)
    if ends_on:
        make.a_window(service, ends_on, fund=db.session.scalars(sa.select(Fund)).first(), **window)
    return service


def risks(state: str = "") -> list[int | None]:
    """How many others were left in each telling of the route, in order."""
    query = sa.select(Alert.threshold, Delivery.state).join(Delivery).where(Alert.kind == AlertKind.ROUTE_AT_RISK)
    return [left for left, its_state in db.session.execute(query.order_by(Alert.threshold)) if state in ("", its_state)]


def words_about_route(server: Post) -> str:
    """What the mail about the route says, or the digest that holds it."""
    for mail in server.mails:
        body = mail.get_body(("plain",))
        assert body is not None
        words = " ".join(str(body.get_content()).split())
        if "left for Money worries in Saltness" in words:
            return words
    raise AssertionError("no mail speaks of the route")


def test_the_last_one_of_a_route_is_told_once_with_how_it_is_counted(settings_on_both: Settings, mail_server: Post) -> None:
    with make.saved():
        the_ending_one()
        another("Nothing recorded", None)
        another("Takes nobody", taking=Taking.NOT_NOW)
        another("Only hoped for", certainty=Certainty.APPLIED_FOR)
    scan_on(settings_on_both, TODAY, TODAY + days(1), TODAY + days(11))
    assert risks() == [0]
    deliver_on(settings_on_both, TODAY + days(11))
    words = words_about_route(mail_server)
    told = "When the money of Harbour Family Support ends on 9 February 2027, in 14 days, nobody we know of is left"
    assert told.replace("in 14 days", "in 2 weeks") in words
    assert (
        "2 more serve it, but their money, or whether people are taken, is not recorded, so we do not count on that." in words
    )
    assert "We know of no other service for the same need and area that takes people and is funded for longer." in words


def test_the_last_but_one_is_told_with_the_other(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        the_ending_one()
        another("Quay Advice")
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert risks("sent") == [1]
    words = words_about_route(mail_server)
    assert "only one other is left for Money worries in Saltness." in words
    assert "Quay Advice" in words
    assert "We know of no other" not in words


def test_with_two_left_nothing_is_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        the_ending_one()
        another("Quay Advice")
        another("Pier Advice", taking=Taking.WAITING_LIST)
    scan_on(settings, TODAY)
    assert risks() == []


def test_beyond_the_first_threshold_nothing_is_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        the_ending_one(TODAY + days(181))
    scan_on(settings, TODAY)
    assert risks() == []
    scan_on(settings, TODAY + days(1))
    assert risks() == [0]


@pytest.mark.parametrize("change", [{"taking": Taking.NOT_NOW}, {"status": ServiceStatus.PAUSED}], ids=["full", "paused"])
def test_the_end_of_one_to_whom_nobody_is_sent_takes_no_route(app: Flask, settings: Settings, change: dict[str, Any]) -> None:
    with make.saved():
        directory.change_service(the_ending_one(), change)
    scan_on(settings, TODAY)
    assert risks() == []


def test_when_the_other_goes_too_it_is_told_again_and_never_a_third_time(app: Flask, settings: Settings) -> None:
    with make.saved():
        the_ending_one()
        other = another("Quay Advice")
    scan_on(settings, TODAY)
    deliver_on(settings)
    with make.saved():
        directory.change_service(other, {"status": ServiceStatus.CLOSED})
    scan_on(settings, TODAY + days(1), TODAY + days(2))
    deliver_on(settings, TODAY + days(2))
    assert risks("sent") == [0, 1]
    with make.saved():
        directory.change_service(db.session.get_one(Service, other.id), {"status": ServiceStatus.ACTIVE})
    scan_on(settings, TODAY + days(3))
    assert risks() == [0, 1]


def test_one_that_comes_before_the_mail_goes_is_not_passed_over(app: Flask, settings: Settings) -> None:
    with make.saved():
        the_ending_one()
    scan_on(settings, TODAY)
    with make.saved():
        another("Quay Advice")
    deliver_on(settings)
    assert risks("dropped") == [0]
    scan_on(settings, TODAY + days(1))
    deliver_on(settings, TODAY + days(1))
    assert risks("sent") == [1]


def test_an_end_that_moved_away_drops_what_waits_and_a_new_end_is_told_anew(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = the_ending_one().id
    scan_on(settings, TODAY)
    move_end(service_id, LONG)
    deliver_on(settings)
    assert risks("dropped") == [0]
    move_end(service_id, TODAY + days(100))
    scan_on(settings, TODAY + days(1))
    assert risks("waiting") == [0]


def test_where_only_a_part_of_the_area_is_left_thin_the_part_is_named(
    app: Flask, settings: Settings, mail_server: Post
) -> None:
    with make.saved():
        service = the_ending_one()
        saltness = db.session.scalars(sa.select(Area)).one()
        shore, hill = make.an_area("Shore", "shore"), make.an_area("Hill", "hill")
        shore.parent_id = hill.parent_id = saltness.id
        on_a_route(service, area=saltness)
        on_a_route(another("Hill Advice"), area=hill)
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert risks("sent") == [0]
    assert "It is so in Shore; elsewhere in Saltness more are left." in words_about_route(mail_server)


@pytest.mark.parametrize("change", [{"status": ServiceStatus.CLOSED}, {"taking": Taking.NOT_NOW}, {"needs": []}], ids=str)
def test_a_scan_that_forgets_the_neighbours_of_what_changed_is_caught(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    with make.saved():
        the_ending_one()
        others = [another("Quay Advice").id, another("Pier Advice").id]
    with noon(TODAY - days(1)), make.saved():
        db.session.execute(sa.update(Change).values(at=clock.now()))
    scan_on(settings, TODAY)
    needs = {"needs": change["needs"]} if "needs" in change else {}
    with noon(TODAY), make.saved():
        for other in others:
            directory.change_service(db.session.get_one(Service, other), {} if needs else change, **needs)
    with monkeypatch.context() as forgetful:
        forgetful.setattr(marks, "list_neighbours", lambda *_: set())
        with noon(TODAY + days(1)):
            assert look_for(TODAY + days(1), settings.threshold_days).service_ids == sorted(others)
    scan_on(settings, TODAY + days(1))
    assert risks() == [0]


def test_a_scan_of_everything_that_knows_of_no_changes_asks_about_every_end_on_a_route(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make.saved():
        service_id = the_ending_one().id
        others = [another("Quay Advice"), another("Pier Advice")]
    scan_on(settings, TODAY)
    with make.saved():
        for other in others:
            directory.change_service(other, {"status": ServiceStatus.CLOSED})
    assert narrowing.list_services_in_question(TODAY, settings.threshold_days) == [service_id]
    monkeypatch.setattr(narrowing, "ends_on_routes", lambda *_: sa.select(Service.id).where(sa.false()))
    assert due.list_due(TODAY, settings.threshold_days) == []
    found = due.list_due(TODAY, settings.threshold_days, among=[service_id])
    assert [item.fact.kind for item in found] == [AlertKind.ROUTE_AT_RISK]
