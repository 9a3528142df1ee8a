"""Where else to send people: services for the same need and area that take people and are funded for longer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.directory.models import Organisation, Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.routes import TAKES_PEOPLE, Route, find_tree
from partnerdir.funding.rules import Certainty

MOST = 3
LOOKED_AT, WEIGHED = 500, 30  # of thousands that share a need so many are looked at, and the best of them are weighed
FOR_EVER = date.max


@dataclass(frozen=True)
class Alternative:
    """Another service, and until when it is funded; None is without an end."""

    service_id: uuid.UUID
    name: str
    organisation: str
    funded_until: date | None
    has_waiting_list: bool


def list_alternatives(
    service_id: uuid.UUID, ends_on: date, day: date, route: Route | None = None, most: int = MOST
) -> list[Alternative]:
    """Up to `most` others that are funded on the day and after that end; of the service's needs and areas, or of one route.

    Those that take people now come first, then those for the very same areas, then those funded longest.
    """
    possible = _list_possible(service_id, max(ends_on, day), *_subject_of(service_id, route))
    outlooks = list_outlooks([row.id for row in possible], day, ())
    found = [
        Alternative(row.id, row.name, row.organisation, outlook.funded_until, row.taking is Taking.WAITING_LIST)
        for row in possible
        if (outlook := outlooks[row.id]).is_covered and (outlook.funded_until is None or outlook.funded_until > ends_on)
    ]
    nearby = {row.id for row in possible if row.is_nearby}
    found.sort(key=lambda other: (other.has_waiting_list, other.service_id not in nearby, *_longest_first(other)))
    return found[:most]


def _longest_first(other: Alternative) -> tuple[int, str]:
    return -(other.funded_until or date.max).toordinal(), other.name.lower()


def _subject_of(service_id: uuid.UUID, route: Route | None) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The needs and the areas that another service must be for."""
    if route:
        return [route.need_id], [route.area_id]
    needs = sa.select(service_need.c.need_id).where(service_need.c.service_id == service_id)
    areas = sa.select(ServiceArea.area_id).where(ServiceArea.service_id == service_id)
    return list(db.session.scalars(needs)), list(db.session.scalars(areas))


def _list_possible(
    service_id: uuid.UUID, after: date, needs: list[uuid.UUID], areas: list[uuid.UUID]
) -> list[sa.Row[tuple[uuid.UUID, str, Taking, str, bool]]]:
    """Those for the same need and area that take people and have money past the day; a confidential one is never named.

    Nearby are those that serve one of the areas by name, and not only a larger one.
    """
    for_these = (
        sa.select(service_need.c.service_id.label("id"))
        .distinct()
        .join(Service, Service.id == service_need.c.service_id)
        .where(
            service_need.c.need_id.in_(needs),
            service_need.c.service_id != service_id,
            Service.status == ServiceStatus.ACTIVE,
            Service.taking.in_(TAKES_PEOPLE),
            Service.is_confidential.is_(False),
            _serves(service_need.c.service_id, _areas_around(areas)),
        )
        .limit(LOOKED_AT)
        .subquery()
    )
    last_paid = (
        sa.select(sa.func.max(sa.func.coalesce(FundingWindow.ends_on, sa.literal(FOR_EVER, sa.Date))))
        .where(FundingWindow.service_id == for_these.c.id, FundingWindow.certainty == Certainty.CONFIRMED)
        .scalar_subquery()
    )
    is_nearby = _serves(for_these.c.id, areas)
    query = (
        sa.select(
            Service.id, Service.name, Organisation.name.label("organisation"), Service.taking, is_nearby.label("is_nearby")
        )
        .join(for_these, for_these.c.id == Service.id)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(Organisation.is_confidential.is_(False), last_paid > after)
        .order_by(Service.taking, is_nearby.desc(), last_paid.desc(), sa.func.lower(Service.name), Service.id)
        .limit(WEIGHED)
    )
    return list(db.session.execute(query))


def _serves(service_id: sa.ColumnElement[uuid.UUID], areas: Iterable[uuid.UUID]) -> sa.Exists:
    return sa.exists().where(ServiceArea.service_id == service_id, ServiceArea.area_id.in_(list(areas)))


def _areas_around(areas: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The areas, and the larger ones they lie in: who serves the council serves its wards."""
    tree = find_tree()
    return {above for area_id in areas for above in tree.list_above(area_id)}
