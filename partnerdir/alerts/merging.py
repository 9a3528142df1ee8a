"""What a merge means for those who watch: their watches go over to the service that is left, and come back if it is undone."""

import uuid
from datetime import date

import sqlalchemy as sa

from partnerdir.alerts.actions import add_watch, retire_watch
from partnerdir.alerts.models import MovedWatch, Watch
from partnerdir.alerts.queries import find_watch
from partnerdir.database import db
from partnerdir.directory import closing
from partnerdir.directory.models import Service


def merge_service(service: Service, into: Service, closed_on: date, seen_version: int | None = None) -> Service:
    """Closes a service whose work went to another, and moves its watches there; says which one that is now.

    Whoever watches that one already goes on with one watch. What waits to be sent of the old one finds nobody who watches
    it any more and is dropped for that reason. Raises: BadInput; Conflict.
    """
    service.refuse_stale(seen_version)
    _bring_back(service)  # of an earlier merge, into another one
    survivor = closing.merge_service(service, into, closed_on)
    for watch in db.session.scalars(sa.select(Watch).where(Watch.service_id == service.id)).all():
        moved = MovedWatch(account_id=watch.account_id, merged_id=service.id, began_on=watch.began_on)
        moved.already_ended_on = watch.already_ended_on
        moved.is_new = find_watch(watch.account_id, survivor.id) is None
        moved.watch_id = add_watch(watch.account_id, survivor.id).id
        retire_watch(watch)
        db.session.flush()
        db.session.add(moved)
    db.session.flush()
    return survivor


def is_moved(account_id: uuid.UUID, service_id: uuid.UUID) -> bool:
    """Whether this account's watch on a service went over to the one that it was merged into."""
    moved = sa.exists().where(MovedWatch.account_id == account_id, MovedWatch.merged_id == service_id)
    return bool(db.session.scalar(sa.select(moved)))


def reopen_service(service: Service, seen_version: int | None = None) -> None:
    """Opens a closed service again; where it was merged its watches come back, each from the day it began. Raises: Conflict."""
    closing.reopen_service(service, seen_version)
    _bring_back(service)


def _bring_back(service: Service) -> None:
    """Undoes the moving of watches; one that is still moved on by a later merge of the other service stays where it is."""
    for moved in db.session.scalars(sa.select(MovedWatch).where(MovedWatch.merged_id == service.id)).all():
        came = db.session.get(Watch, moved.watch_id) if moved.watch_id and moved.is_new else None
        if came:
            retire_watch(came)
        if find_watch(moved.account_id, service.id) is None:
            back = Watch(account_id=moved.account_id, service_id=service.id, began_on=moved.began_on)
            back.already_ended_on = moved.already_ended_on
            db.session.add(back)
        db.session.delete(moved)
    db.session.flush()
