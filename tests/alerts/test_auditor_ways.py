"""The auditor knows all the ways in which somebody is to be told: what they watch, look after, or have passed on to them."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.accounts.actions import change_account, change_areas
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_wider_watch
from partnerdir.alerts.models import Alert
from partnerdir.alerts.receipts import acknowledge
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.lists.models import Shortlist, ShortlistEntry
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, WORKER, a_watcher, days, noon, scan_on, watch
from tests.alerts.planting import audited, found_for, give_to_a_stranger, lose, tell_twice
from tests.alerts.test_hearers import Place, a_place
from tests.alerts.test_looking_after import COORDINATOR, a_coordinator

BEFORE = TODAY - days(5)
STEWARD = "steward@partnership.example"


def by_service(place: Place) -> None:
    watch(place.service, day=BEFORE)


def by_organisation(place: Place) -> None:
    add_wider_watch(a_watcher().id, BEFORE, organisation_id=place.service.organisation_id)


def by_route(place: Place) -> None:
    add_wider_watch(a_watcher().id, BEFORE, need_id=place.wide.id, area_id=place.council.id)


def by_list(place: Place) -> None:
    kept = Shortlist(account_id=a_watcher().id, name="Near the harbour", made_on=BEFORE)
    db.session.add(kept)
    db.session.flush()
    db.session.add(ShortlistEntry(shortlist_id=kept.id, service_id=place.service.id, added_on=BEFORE))
    add_wider_watch(a_watcher().id, BEFORE, shortlist_id=kept.id)


def by_area(place: Place) -> None:
    change_areas(a_coordinator(WORKER), [place.council.id], BEFORE)


def passed_on(place: Place) -> None:
    directory.change_service(place.service, {}, area_ids=[])
    a_coordinator(WORKER)


def passed_on_to_stewards(_: Place) -> None:
    a_coordinator(WORKER, RoleName.STEWARD)


WAYS = [by_service, by_organisation, by_route, by_list, by_area, passed_on, passed_on_to_stewards]


def told_by(way: Callable[[Place], None], settings: Settings) -> int:
    """Somebody is told of an end in this way; so many days after today it is audited."""
    with noon(BEFORE), make.saved():
        way(a_place())
    told_on = END - days(7) if way is passed_on_to_stewards else TODAY
    scan_on(settings, told_on)
    return (told_on - TODAY).days + 2


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_is_wrong_with_what_was_told_and_a_planted_gap_and_double_are_found(
    app: Flask, settings: Settings, way: Callable[[Place], None]
) -> None:
    on = told_by(way, settings)
    assert audited(settings, on) == []
    tell_twice(WORKER, AlertKind.ENDING)
    assert found_for(audited(settings, on), AlertKind.ENDING) == [("told_twice", WORKER)]
    give_to_a_stranger(WORKER, AlertKind.ENDING)
    stranger = "stranger@housing.example"
    found = found_for(audited(settings, on), AlertKind.ENDING)
    assert found == [("not_asked", stranger)] * 2 + [("told_twice", stranger), ("untold", WORKER)]
    lose(stranger, AlertKind.ENDING)
    assert found_for(audited(settings, on), AlertKind.ENDING) == [("untold", WORKER)]


def test_an_end_that_somebody_knows_of_is_owed_to_no_post(app_on_both: Flask, settings_on_both: Settings) -> None:
    with noon(BEFORE), make.saved():
        place = a_place()
        watch(place.service, day=BEFORE)
        a_coordinator(STEWARD, RoleName.STEWARD)
    scan_on(settings_on_both, END - days(9))
    with noon(END - days(8)), make.saved() as session:
        told = session.scalars(sa.select(Alert).where(Alert.is_superseded.is_(False))).one()
        acknowledge(a_watcher().id, told)
    scan_on(settings_on_both, END - days(7))
    assert audited(settings_on_both, on=20) == []


def test_whoever_is_no_coordinator_any_more_is_owed_nothing_and_was_told_rightly(app: Flask, settings: Settings) -> None:
    on = told_by(by_area, settings)
    with noon(TODAY + days(1)), make.saved():
        account = a_coordinator(WORKER)
        change_areas(account, [], TODAY + days(1))
        change_account(account, RoleName.FRONTLINE, is_active=True)
    assert audited(settings, on + 3) == []


def test_an_area_that_was_given_since_yesterday_is_not_asked_about_yet(app: Flask, settings: Settings) -> None:
    given_on = END - days(33)  # before it would be passed on
    with noon(given_on - days(9)), make.saved():
        place = a_place()
        a_coordinator()
    with noon(given_on), make.saved():
        change_areas(a_coordinator(), [place.ward.id], given_on)
    on = (given_on - TODAY).days
    assert audited(settings, on + 1) == []
    assert found_for(audited(settings, on + 2), AlertKind.ENDING) == [("untold", COORDINATOR)]


def test_a_service_that_left_the_area_was_rightly_told_of_while_it_was_there(
    app_on_both: Flask, settings_on_both: Settings
) -> None:
    on = told_by(by_area, settings_on_both)
    with noon(TODAY + days(1)), make.saved() as session:
        service = session.scalars(sa.select(Service).where(Service.name == "Harbour Family Support")).one()
        directory.change_service(service, {}, area_ids=[])
    assert found_for(audited(settings_on_both, on + 3), AlertKind.ENDING) == []
