"""Coordinators are told of the areas that they look after, without asking."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.actions import add_account, change_account, change_areas
from partnerdir.accounts.models import Account, AccountArea
from partnerdir.accounts.queries import find_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.queries import find_watch
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.errors import BadInput
from partnerdir.settings import Settings
from tests import make, people
from tests.alerts.cast import TODAY, days, deliver_on, ledger, scan_on
from tests.alerts.test_hearers import Place, a_place

COORDINATOR = "area@partnership.example"
FAR = TODAY + days(80)  # too far away to be passed on


def a_coordinator(email: str = COORDINATOR, role: RoleName = RoleName.COORDINATOR) -> Account:
    """An account that may look after areas, made if it is not there."""
    account = find_account(email) or add_account(email, role, title=f"A {role}")
    db.session.flush()
    return account


def a_far_place() -> Place:
    """A service in a ward of a council whose money ends in 80 days."""
    place = a_place()
    db.session.execute(sa.text("UPDATE funding_window SET ends_on = :far WHERE ends_on IS NOT NULL"), {"far": FAR.isoformat()})
    db.session.expire_all()
    return place


def told() -> list[tuple[str, str]]:
    """Who is told of an end, and why."""
    db.session.rollback()
    query = sa.select(Account.email, Delivery.why).join(Account, Account.id == Delivery.account_id).join(Delivery.alert)
    of_ends = query.where(Alert.kind == AlertKind.ENDING).order_by(Account.email)
    return [(email, why) for email, why in db.session.execute(of_ends)]


@pytest.mark.parametrize("area", ["ward", "council"])
def test_who_looks_after_an_area_is_told_of_its_services_without_watching(
    app_on_both: Flask, settings_on_both: Settings, area: str
) -> None:
    with make.saved():
        place = a_far_place()
        change_areas(a_coordinator(), [getattr(place, area).id], TODAY)
    scan_on(settings_on_both, TODAY, TODAY)
    assert told() == [(COORDINATOR, f"You look after {getattr(place, area).name}.")]


def test_who_looks_after_a_ward_is_told_of_what_serves_the_whole_council(app: Flask, settings: Settings) -> None:
    with make.saved():
        place = a_far_place()
        directory.change_service(place.service, {}, area_ids=[place.council.id])
        change_areas(a_coordinator(), [place.ward.id], TODAY)
    scan_on(settings, TODAY)
    assert told() == [(COORDINATOR, "You look after Saltness.")]


def test_other_areas_and_frontline_workers_are_not_told(app: Flask, settings: Settings) -> None:
    with make.saved() as session:
        place = a_far_place()
        change_areas(a_coordinator(), [make.an_area("Elsewhere", "elsewhere").id], TODAY)
        # Even where the table says so: whoever is a frontline worker by now is told of nothing without asking.
        worker = a_coordinator("was@partnership.example", RoleName.FRONTLINE)
        session.add(AccountArea(account_id=worker.id, area_id=place.ward.id, began_on=TODAY))
    scan_on(settings, TODAY)
    assert told() == []


def test_whoever_watches_and_looks_after_is_told_once_for_the_closest_reason(app: Flask, settings: Settings) -> None:
    with make.saved():
        place, account = a_far_place(), a_coordinator()
        change_areas(account, [place.ward.id, place.council.id], TODAY)
        add_watch(account.id, place.service.id, TODAY)
    scan_on(settings, TODAY)
    assert told() == [(COORDINATOR, "You watch this service.")]


def test_what_is_queued_is_dropped_when_the_area_is_left_and_the_ledger_says_why(app: Flask, settings: Settings) -> None:
    with make.saved():
        change_areas(a_coordinator(), [a_far_place().ward.id], TODAY)
    scan_on(settings, TODAY)
    with make.saved():
        change_areas(a_coordinator(), [], TODAY)
    assert deliver_on(settings) == {"dropped": 1}
    reasons = set(db.session.scalars(sa.select(Delivery.reason)))
    assert reasons == {"They stopped looking after the area before this was sent."}


def test_a_watch_keeps_what_is_queued_when_the_area_is_left(app: Flask, settings: Settings) -> None:
    with make.saved():
        place, account = a_far_place(), a_coordinator()
        change_areas(account, [place.ward.id], TODAY)
    scan_on(settings, TODAY)
    with make.saved():
        account = a_coordinator()
        change_areas(account, [], TODAY)
        add_watch(account.id, place.service.id, TODAY)
    assert find_watch(account.id, place.service.id)
    assert "dropped" not in deliver_on(settings)


def test_what_ended_before_the_area_was_given_is_not_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        place = a_far_place()
        change_areas(a_coordinator(), [place.ward.id], FAR + days(2))
    scan_on(settings, FAR + days(2))
    assert [row for row in ledger() if row[1] == "ended"] == []


def test_what_ends_on_the_day_the_area_is_given_is_told_as_ended(app: Flask, settings: Settings) -> None:
    with make.saved():
        place = a_far_place()
        change_areas(a_coordinator(), [place.ward.id], FAR)
    scan_on(settings, FAR + days(1))
    assert [row[1] for row in ledger()].count("ended") == 1


def test_an_area_that_stays_keeps_its_day_and_a_frontline_worker_gets_none(app: Flask) -> None:
    with make.saved():
        area_id, account = make.an_area().id, a_coordinator()
        change_areas(account, [area_id], TODAY)
    with make.saved():
        change_areas(a_coordinator(), [area_id, make.an_area("B", "b").id], TODAY + days(9))
    held = {row.area_id: row.began_on for row in db.session.scalars(sa.select(AccountArea))}
    assert held[area_id] == TODAY
    assert len(held) == 2
    with pytest.raises(BadInput), make.saved():
        account = a_coordinator()
        change_account(account, RoleName.FRONTLINE, is_active=True)
        change_areas(account, [area_id], TODAY)


def test_a_steward_gives_areas_on_the_account_page_and_the_coordinator_reads_which(
    app: Flask, client_as: Callable[[RoleName], FlaskClient]
) -> None:
    with make.saved():
        area = make.an_area()
    account = people.a_person(RoleName.COORDINATOR)
    steward, address = client_as(RoleName.STEWARD), f"/manage/accounts/{account.id}"
    assert "Areas they look after" in steward.get(address).text
    fields = {"role": "coordinator", "is_active": "y"}
    assert steward.post(address, data=fields | {"areas": "not an area"}).status_code == 422
    assert steward.post(address, data=fields | {"role": "frontline", "areas": str(area.id)}).status_code == 422
    assert steward.post(address, data=fields | {"areas": str(area.id)}).status_code == 302
    assert f'value="{area.id}" checked' in " ".join(steward.get(address).text.split())
    assert "You look after Saltness" in client_as(RoleName.COORDINATOR).get("/watching").text
    assert steward.post(address, data=fields).status_code == 302
    assert "You look after" not in client_as(RoleName.COORDINATOR).get("/watching").text
