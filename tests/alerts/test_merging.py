"""Merged, and taken apart again: watches go over and come back, what waits is not sent for the old one, nothing is lost."""

import uuid

import sqlalchemy as sa
from flask import Flask

from partnerdir.alerts import merging
from partnerdir.alerts.models import MovedWatch, Watch
from partnerdir.alerts.queries import find_watch
from partnerdir.alerts.rules import DeliveryState
from partnerdir.database import db
from partnerdir.directory.actions import change_service
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    a_watched_service,
    a_watcher,
    days,
    deliver_on,
    noon,
    scan_on,
    the_delivery,
    unwatch,
    watch,
)
from tests.alerts.post import Post


def _merge(service_id: uuid.UUID, into_id: uuid.UUID) -> None:
    with noon(TODAY), make.saved():
        merging.merge_service(db.session.get_one(Service, service_id), db.session.get_one(Service, into_id), TODAY - days(1))


def _reopen(service_id: uuid.UUID) -> None:
    with noon(TODAY), make.saved():
        merging.reopen_service(db.session.get_one(Service, service_id))


def _another(ends_in: int, name: str = "Northgate Tenancy") -> uuid.UUID:
    with make.saved():
        other = make.a_service(name)
        make.a_window(other, TODAY + days(ends_in), make.a_fund(f"Fund of {name}", f"Funder of {name}"))
        return other.id


def _watched() -> set[str]:
    db.session.rollback()
    return {watch.service.name for watch in db.session.scalars(sa.select(Watch))}


def _here() -> uuid.UUID:
    return the_delivery().alert.service.id


def test_what_waits_of_a_merged_service_is_dropped_with_its_reason(queued_here: Settings, mail_server: Post) -> None:
    _merge(_here(), _another(300))
    deliver_on(queued_here, TODAY)
    assert mail_server.mails == []
    assert the_delivery().state is DeliveryState.DROPPED
    assert the_delivery().reason == "The service became part of another one, which they watch now."
    scan_on(queued_here, TODAY, TODAY + days(20))
    deliver_on(queued_here, TODAY + days(20))
    assert mail_server.mails == []


def test_whoever_watched_the_old_one_is_warned_of_the_one_that_is_left(queued_here: Settings, mail_server: Post) -> None:
    _merge(_here(), _another(300))
    scan_on(queued_here, TODAY + days(280))
    deliver_on(queued_here, TODAY + days(280))
    assert len(mail_server.mails) == 1
    assert "Northgate Tenancy" in mail_server.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]  # there is one


def test_merged_and_back_again_is_told_once(queued_here: Settings, mail_server: Post) -> None:
    service_id, other_id = _here(), _another(300)
    began_on = find_watch(a_watcher().id, service_id).began_on  # type: ignore[union-attr]  # it is watched
    _merge(service_id, other_id)
    scan_on(queued_here, TODAY)
    deliver_on(queued_here, TODAY)
    _reopen(service_id)
    for _ in range(2):
        scan_on(queued_here, TODAY)
        deliver_on(queued_here, TODAY)
    assert len(mail_server.mails) == 1
    assert _watched() == {"Harbour Family Support"}
    assert find_watch(a_watcher().id, service_id).began_on == began_on  # type: ignore[union-attr]  # it came back


def test_whoever_watched_both_has_one_watch_and_two_again_when_it_is_undone(app: Flask) -> None:
    with make.saved():
        old, new = a_watched_service(END), a_watched_service(END + days(200), "Northgate Tenancy")
        watch(old, "second@housing.example")
    _merge(old.id, new.id)
    assert _watched() == {"Northgate Tenancy"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Watch)) == 2
    _reopen(old.id)
    assert _watched() == {"Harbour Family Support", "Northgate Tenancy"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Watch)) == 3
    assert db.session.scalars(sa.select(MovedWatch)).all() == []


def test_a_watch_that_was_given_up_after_the_merge_does_not_trouble_its_undoing(app: Flask) -> None:
    with make.saved():
        old = a_watched_service(END)
    new_id = _another(300)
    _merge(old.id, new_id)
    with make.saved():
        unwatch(db.session.get_one(Service, new_id))
    _reopen(old.id)
    assert _watched() == {"Harbour Family Support"}


def test_a_chain_is_taken_apart_from_its_end(app: Flask) -> None:
    with make.saved():
        old = a_watched_service(END)
    second, third = _another(300), _another(400, "Third")
    _merge(old.id, second)
    _merge(second, third)
    assert _watched() == {"Third"}
    _reopen(second)
    assert _watched() == {"Northgate Tenancy"}
    _reopen(old.id)
    assert "Harbour Family Support" in _watched()


def test_a_chain_is_taken_apart_from_its_start_and_nobody_loses_a_watch(app: Flask) -> None:
    with make.saved():
        old = a_watched_service(END)
    second, third = _another(300), _another(400, "Third")
    _merge(old.id, second)
    _merge(second, third)
    _reopen(old.id)
    assert _watched() == {"Harbour Family Support", "Third"}


def test_merged_into_another_one_after_all(app: Flask) -> None:
    with make.saved():
        old = a_watched_service(END)
    second, third = _another(300), _another(400, "Third")
    _merge(old.id, second)
    _merge(old.id, third)
    assert _watched() == {"Third"}
    _reopen(old.id)
    assert _watched() == {"Harbour Family Support"}


def test_merged_again_after_an_import_had_opened_it(app: Flask) -> None:
    with make.saved():
        old = a_watched_service(END)
    second = _another(300)
    _merge(old.id, second)
    with make.saved():
        change_service(db.session.get_one(Service, old.id), {"status": ServiceStatus.ACTIVE})
        watch(db.session.get_one(Service, old.id))
    _merge(old.id, second)
    assert _watched() == {"Northgate Tenancy"}
