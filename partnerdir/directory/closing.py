"""Closing: a service that ended keeps its record and its address; one that was merged leads to the one it is part of now.

Nothing that a service says is copied into the one it is merged into: that one says what its own people confirm, and so a
merge can be undone exactly.
"""

import uuid
from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partnerdir import clock
from partnerdir.database import db
from partnerdir.directory.models import Closing, Service
from partnerdir.directory.rules import ClosingReason, ServiceStatus
from partnerdir.errors import BadInput
from partnerdir.languages import gettext

FIRST_YEAR = 1900


def find_closing(service: Service) -> Closing | None:
    """When and why this service closed; None where it is open or nobody said."""
    return list_closings([service]).get(service.id)


def list_closings(services: Iterable[Service]) -> dict[uuid.UUID, Closing]:
    """When and why each of these services closed, by its id; those that are open have none."""
    closed = [service.id for service in services if service.status is ServiceStatus.CLOSED]
    if not closed:
        return {}
    found = db.session.scalars(sa.select(Closing).where(Closing.service_id.in_(closed)))
    return {closing.service_id: closing for closing in found}


def find_survivor(service: Service) -> Service | None:
    """The service that this one is part of now, however many merges lie between; None where it was not merged."""
    now, seen = service, {service.id}
    while (closing := find_closing(now)) and closing.merged_into_id and closing.merged_into_id not in seen:
        now = db.session.get_one(Service, closing.merged_into_id)
        seen.add(now.id)
    return None if now.id == service.id else now


def list_merged_into(service: Service) -> list[Closing]:
    """What was merged into this service and still is, the newest first."""
    query = (
        sa.select(Closing)
        .join(Service, Service.id == Closing.service_id)
        .where(Closing.merged_into_id == service.id, Service.status == ServiceStatus.CLOSED)
        .options(joinedload(Closing.service))
        .order_by(Closing.closed_on.desc(), Closing.id)
    )
    return list(db.session.scalars(query))


def close_service(service: Service, closed_on: date, reason: ClosingReason, seen_version: int | None = None) -> None:
    """Closes a service for a reason that is not a merge. Raises: BadInput; Conflict when it changed since `seen_version`."""
    if reason is ClosingReason.MERGED:
        raise BadInput({"into": gettext("Say which service it became part of.")})
    _close(service, closed_on, reason, None, seen_version)


def merge_service(service: Service, into: Service, closed_on: date, seen_version: int | None = None) -> Service:
    """Closes a service whose work went to another; says which one that is now. Raises: BadInput; Conflict."""
    survivor = find_survivor(into) or into
    if survivor.id == service.id:
        raise BadInput({"into": gettext("That would lead in a circle. Choose another service.")})
    if survivor.status is ServiceStatus.CLOSED:
        raise BadInput({"into": gettext("%(survivor)s has closed. Choose one that is open.", survivor=survivor.name)})
    _close(service, closed_on, ClosingReason.MERGED, survivor.id, seen_version)
    return survivor


def reopen_service(service: Service, seen_version: int | None = None) -> None:
    """Opens a closed service again, with all it had; a merge is undone by it. Raises: Conflict."""
    service.refuse_stale(seen_version)
    service.status = ServiceStatus.ACTIVE
    closing = db.session.scalar(sa.select(Closing).where(Closing.service_id == service.id))
    if closing:
        db.session.delete(closing)


def _close(
    service: Service, closed_on: date, reason: ClosingReason, merged_into_id: uuid.UUID | None, seen_version: int | None
) -> None:
    service.refuse_stale(seen_version)
    if closed_on > clock.today():
        raise BadInput({"closed_on": gettext("This day is still to come. Until then, record the end of its money instead.")})
    if closed_on.year < FIRST_YEAR:
        raise BadInput({"closed_on": gettext("Check the year.")})
    closing = db.session.scalar(sa.select(Closing).where(Closing.service_id == service.id))
    if closing is None:
        closing = Closing(service_id=service.id)
        db.session.add(closing)
    closing.closed_on, closing.reason, closing.merged_into_id = closed_on, reason, merged_into_id
    service.status = ServiceStatus.CLOSED
