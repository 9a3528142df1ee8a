"""Who is told: those who watch a service, its organisation, or a need in an area that it serves; each of them once."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch, add_wider_watch
from partnerdir.alerts.models import Delivery, Watch
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Need, Service
from partnerdir.directory.rules import Taking
from partnerdir.funding.rules import EndKind
from partnerdir.geography.models import Area
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, WORKER, a_watcher, days, deliver_on, ledger, scan_on
from tests.alerts.post import Post


@dataclass
class Place:
    """A service whose money ends soon, for a need below another, in a ward of a council; nobody watches it."""

    service: Service
    wide: Need
    narrow: Need
    ward: Area
    council: Area


def a_place() -> Place:
    """Makes one."""
    wide, ward, council = make.a_need(), make.an_area(), make.an_area("Council", "council")
    narrow = make.a_need("Debt", "debt", parent_id=wide.id)
    ward.parent_id = council.id
    service = make.a_service(needs=[narrow])
    directory.change_service(service, {}, area_ids=[ward.id])
    make.a_window(service, END)
    for name in ("Other", "Third"):  # so that nothing but the end is told: no route is at risk
        other = make.a_service(name, needs=[narrow], area_ids=[ward.id, council.id], taking=Taking.NOW)
        make.a_window(other, None, fund=make.a_fund(name, f"{name} Funder"), end_kind=EndKind.OPEN_ENDED)
    return Place(service, wide, narrow, ward, council)


def whys() -> list[str]:
    """Why each delivery goes where it goes."""
    return list(db.session.scalars(sa.select(Delivery.why)))


def test_whoever_watches_the_organisation_is_told_and_the_mail_says_why(settings_on_both: Settings, mail_server: Post) -> None:
    with make.saved():
        organisation_id = a_place().service.organisation_id
        add_wider_watch(a_watcher().id, TODAY, organisation_id=organisation_id)
    scan_on(settings_on_both, TODAY, TODAY)
    assert whys() == ["You watch Harbour Family Support Trust."]
    assert deliver_on(settings_on_both) == {"sent": 1}
    body = mail_server.mails[0].get_body(("plain",))
    assert body is not None
    assert "You get this because you watch Harbour Family Support Trust at partnerdir." in " ".join(body.get_content().split())


@pytest.mark.parametrize(
    ("need", "area"), [("narrow", "ward"), ("wide", "ward"), ("narrow", "council")], ids=["itself", "above it", "around it"]
)
def test_whoever_watches_a_need_in_an_area_is_told_of_what_lies_in_it(
    app: Flask, settings: Settings, mail_server: Post, need: str, area: str
) -> None:
    with make.saved():
        place = a_place()
        add_wider_watch(a_watcher().id, TODAY, need_id=getattr(place, need).id, area_id=getattr(place, area).id)
    scan_on(settings, TODAY)
    assert ledger() == [(WORKER, "ending", END, 30, "waiting")]
    assert deliver_on(settings) == {"sent": 1}


def test_a_service_for_the_whole_council_is_told_to_whoever_watches_one_of_its_wards(app: Flask, settings: Settings) -> None:
    with make.saved():
        place = a_place()
        directory.change_service(place.service, {}, area_ids=[place.council.id])
        add_wider_watch(a_watcher().id, TODAY, need_id=place.wide.id, area_id=place.ward.id)
    scan_on(settings, TODAY)
    assert whys() == ["You watch Money worries in Saltness."]


def test_another_need_or_another_area_is_not_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        place = a_place()
        food, elsewhere = make.a_need("Food", "food"), make.an_area("Elsewhere", "elsewhere")
        add_wider_watch(a_watcher().id, TODAY, need_id=food.id, area_id=place.ward.id)
        add_wider_watch(a_watcher().id, TODAY, need_id=place.wide.id, area_id=elsewhere.id)
    scan_on(settings, TODAY)
    assert ledger() == []


def test_nobody_is_told_twice_however_many_of_their_watches_match(settings_on_both: Settings, mail_server: Post) -> None:
    with make.saved():
        place, account = a_place(), a_watcher()
        add_wider_watch(account.id, TODAY, organisation_id=place.service.organisation_id)
        for need in (place.wide, place.narrow):
            add_wider_watch(account.id, TODAY, need_id=need.id, area_id=place.ward.id)
        add_watch(account.id, place.service.id, TODAY)
    scan_on(settings_on_both, TODAY, TODAY)
    assert deliver_on(settings_on_both) == {"sent": 1}
    assert whys() == ["You watch this service."]


def test_what_ended_before_a_wider_watch_began_is_not_told_and_what_ends_later_is(app: Flask, settings: Settings) -> None:
    with make.saved():
        organisation = make.an_organisation()
        for name, ends_on in (("Old", TODAY - days(9)), ("New", TODAY)):
            make.a_window(make.a_service(name, organisation), ends_on, fund=make.a_fund(name, f"{name} Funder"))
        add_wider_watch(a_watcher().id, TODAY, organisation_id=organisation.id)
    scan_on(settings, TODAY, TODAY + days(1))
    assert [(kind, ends_on) for _, kind, ends_on, *_ in ledger()] == [("ending", TODAY), ("ended", TODAY)]


def test_a_service_that_joins_a_watched_organisation_is_told_without_a_new_watch(app: Flask, settings: Settings) -> None:
    with make.saved():
        organisation = make.an_organisation()
        add_wider_watch(a_watcher().id, TODAY, organisation_id=organisation.id)
    scan_on(settings, TODAY)
    with make.saved():
        make.a_window(make.a_service("New", organisation), END)
    scan_on(settings, TODAY)
    assert len(ledger()) == 1


def test_an_end_of_the_watch_before_sending_drops_the_mail(app: Flask, settings: Settings) -> None:
    with make.saved():
        watch = add_wider_watch(a_watcher().id, TODAY, organisation_id=a_place().service.organisation_id)
    scan_on(settings, TODAY)
    with make.saved() as session:
        session.delete(watch)
    assert deliver_on(settings) == {"dropped": 1}


@pytest.mark.parametrize("subjects", [(), ("service_id", "organisation_id"), ("need_id",), ("area_id",)])
def test_a_watch_has_exactly_one_subject(app: Flask, subjects: tuple[str, ...]) -> None:
    with make.saved():
        place, account_id = a_place(), a_watcher().id
        ids = {
            "service_id": place.service.id,
            "organisation_id": place.service.organisation_id,
            "need_id": place.wide.id,
            "area_id": place.ward.id,
        }
    with pytest.raises(sa.exc.IntegrityError), make.saved() as session:
        session.add(Watch(account_id=account_id, **{name: ids[name] for name in subjects}))


def test_an_organisation_and_a_need_in_an_area_are_watched_and_left_on_the_site(
    app: Flask, client_as: Callable[[RoleName], FlaskClient]
) -> None:
    with make.saved():
        service = a_place().service
    client = client_as(RoleName.FRONTLINE)
    assert "Watch this organisation" in client.get(f"/services/{service.id}").text
    client.post(f"/services/{service.id}/watch-organisation")
    client.post("/watching/routes", data={"need": "money", "area": "saltness"})
    page = client.get("/watching").text
    assert "Harbour Family Support Trust" in page
    assert "Money worries in Saltness" in page
    assert "Watch this organisation" not in client.get(f"/services/{service.id}").text
    assert client.post("/watching/routes", data={"need": "money", "area": "nowhere"}).status_code == 404
    db.session.rollback()
    for watch in db.session.scalars(sa.select(Watch)).all():
        client.post("/watching/stop", data={"watch": str(watch.id)})
    page = client.get("/watching").text
    assert "You watch nothing yet" in page


def test_a_watch_of_somebody_else_is_not_ended(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    with make.saved():
        watch = add_wider_watch(a_watcher("other@housing.example").id, TODAY, organisation_id=make.an_organisation().id)
    client_as(RoleName.FRONTLINE).post("/watching/stop", data={"watch": str(watch.id)})
    db.session.rollback()
    assert db.session.scalars(sa.select(Watch)).one().id == watch.id
