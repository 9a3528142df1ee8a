"""The page of one alert, and the inbox that leads to it: order, filter, who else was told, where else to send people."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient

from partnerdir import clock, jobs
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.models import Alert
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.directory.models import Need, Service
from partnerdir.directory.rules import Taking
from partnerdir.geography.models import Area
from tests import make, people
from tests.web.reading import names_in, words_of

TODAY = clock.today()
END = TODAY + timedelta(20)
Client = Callable[[RoleName], FlaskClient]


def _warned(name: str, ends_on: date, *roles: RoleName, **fields: Any) -> Service:
    """A service of which people with these roles were warned."""
    readers = [people.a_person(role).id for role in roles or (RoleName.FRONTLINE,)]
    with make.saved():
        service = make.a_service(name, taking=Taking.NOW, **fields)
        make.a_window(service, ends_on, make.a_fund(name, name), confirmed_by="Project lead", confirmed_on=TODAY)
        for reader in readers:
            add_watch(reader, service.id, ends_on - timedelta(200))
    jobs.scan(current_app.extensions["settings"])
    return service


def _address(service: Service) -> str:
    kinds = (AlertKind.ENDING, AlertKind.ENDED)
    query = sa.select(Alert.id).where(Alert.service_id == service.id, Alert.is_superseded.is_(False), Alert.kind.in_(kinds))
    return f"/alerts/{db.session.scalars(query).one()}"


@pytest.fixture
def place(app: Flask) -> tuple[Need, Area]:
    """A need in an area."""
    with make.saved():
        return make.a_need(), make.an_area()


def test_it_says_what_it_rests_on_who_else_was_told_and_where_else_to_go(client_as: Client, place: tuple[Need, Area]) -> None:
    where = {"needs": [place[0]], "area_ids": [place[1].id]}
    service = _warned("Harbour", END, RoleName.FRONTLINE, RoleName.STEWARD, **where)
    _warned("Lighthouse", TODAY + timedelta(400), **where)
    page = words_of(client_as(RoleName.FRONTLINE).get(_address(service)))
    assert "Project lead said so on" in page
    assert "Lighthouse Lighthouse Trust Funded until" in page
    assert "A steward" in page
    client_as(RoleName.STEWARD).post(f"{_address(service)}/acknowledge")
    page = words_of(client_as(RoleName.FRONTLINE).get(_address(service)))
    assert "They know." in page
    assert "@" not in page
    assert "steward@partnership.example" in client_as(RoleName.COORDINATOR).get(_address(service)).text


def test_with_nowhere_else_to_go_it_says_so(client_as: Client, app: Flask) -> None:
    page = words_of(client_as(RoleName.FRONTLINE).get(_address(_warned("Harbour", END))))
    assert "No other service for the same need and area" in page


def test_whoever_was_not_told_cannot_read_it_but_coordinators_can(client_as: Client, visitor: FlaskClient) -> None:
    address = _address(_warned("Harbour", END, RoleName.STEWARD))
    assert client_as(RoleName.FRONTLINE).get(address).status_code == 404
    assert visitor.get(address).status_code == 302
    page = client_as(RoleName.COORDINATOR).get(address)
    assert "You were not told of it yourself." in words_of(page)
    assert "I know, I am watching it" not in page.text
    assert client_as(RoleName.COORDINATOR).get("/alerts/00000000-0000-0000-0000-000000000000").status_code == 404


def test_it_can_be_answered_there_and_the_inbox_leads_to_it(client_as: Client, app: Flask) -> None:
    address, worker = _address(_warned("Harbour", END)), client_as(RoleName.FRONTLINE)
    assert f'href="{address}"' in worker.get("/alerts").text
    assert f'action="{address}/acknowledge"' in worker.get(address).text
    worker.post(f"{address}/acknowledge")
    assert f'action="{address}/acknowledge"' not in worker.get(address).text


def test_what_ends_next_comes_before_what_ended_long_ago(client_as: Client, app: Flask) -> None:
    for name, days in (("Long ago", -60), ("Longer ago", -90), ("Just now", -2), ("Soon", 3), ("Later", 30)):
        _warned(name, TODAY + timedelta(days))
    page = client_as(RoleName.FRONTLINE).get("/alerts")
    assert names_in(page) == ["Just now", "Soon", "Later", "Long ago", "Longer ago"]


def test_the_list_can_be_narrowed_to_what_is_to_do_or_known(client_as: Client, app: Flask) -> None:
    known, worker = _warned("Known", END), client_as(RoleName.FRONTLINE)
    _warned("Open", END)
    worker.post(f"{_address(known)}/acknowledge")
    shown = {show: names_in(worker.get(f"/alerts?show={show}")) for show in ("all", "to-do", "known", "nonsense")}
    assert shown == {"all": ["Open", "Known"], "to-do": ["Open"], "known": ["Known"], "nonsense": ["Open", "Known"]}
    assert "Needs your answer (1)" in words_of(worker.get("/alerts"))
    assert worker.get("/alerts?page=0").status_code == 404


def test_the_most_alerts_on_a_page_are_fifty(client_as: Client, app: Flask) -> None:
    worker, reader_id = client_as(RoleName.FRONTLINE), people.a_person(RoleName.FRONTLINE).id
    with make.saved():
        for number in range(51):
            service = make.a_service(f"Service {number:02}")
            make.a_window(service, END, make.a_fund(str(number), str(number)))
            add_watch(reader_id, service.id)
    jobs.scan(current_app.extensions["settings"])
    assert len(names_in(worker.get("/alerts"))) == 50
    assert len(names_in(worker.get("/alerts?page=2"))) == 1
