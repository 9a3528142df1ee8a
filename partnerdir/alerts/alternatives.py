"""Where else to send people: services for the same need and area that take people and are funded for longer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from partnerdir.database import db
from partnerdir.directory.models import Organisation, Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.routes import TAKES_PEOPLE, Route, find_tree
from partnerdir.funding.rules import Certainty

MOST = 3
LOOKED_AT = 200  # how many possible ones are weighed, so that one need shared by thousands costs no more


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
    needs, areas = _subject_of(service_id, route)
    services = _list_possible(service_id, max(ends_on, day), needs, areas)
    nearby = _list_serving(areas, [service.id for service in services])
    outlooks = list_outlooks([service.id for service in services], day, ())
    found = [
        Alternative(s.id, s.name, s.organisation.name, outlook.funded_until, s.taking is Taking.WAITING_LIST)
        for s in services
        if (outlook := outlooks[s.id]).is_covered and (outlook.funded_until is None or outlook.funded_until > ends_on)
    ]
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


def _list_serving(areas: Iterable[uuid.UUID], service_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the services that serve one of the areas by name, and not only a larger one."""
    query = sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(areas), ServiceArea.service_id.in_(service_ids))
    return set(db.session.scalars(query))


def _list_possible(service_id: uuid.UUID, after: date, needs: list[uuid.UUID], areas: list[uuid.UUID]) -> list[Service]:
    """Those for the same need and area that take people and have money past the day; a confidential one is never named."""
    for_a_need = sa.select(service_need.c.service_id).where(service_need.c.need_id.in_(needs))
    in_an_area = sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(_areas_around(areas)))
    pays_longer = (FundingWindow.ends_on > after) | FundingWindow.ends_on.is_(None)
    funded = sa.select(FundingWindow.service_id).where(FundingWindow.certainty == Certainty.CONFIRMED, pays_longer)
    query = (
        sa.select(Service)
        .join(Service.organisation)
        .where(
            Service.id != service_id,
            Service.status == ServiceStatus.ACTIVE,
            Service.taking.in_(TAKES_PEOPLE),
            Service.is_confidential.is_(False),
            Organisation.is_confidential.is_(False),
            Service.id.in_(for_a_need),
            Service.id.in_(in_an_area),
            Service.id.in_(funded),
        )
        .options(contains_eager(Service.organisation))
        .order_by(Service.taking, sa.func.lower(Service.name), Service.id)
        .limit(LOOKED_AT)
    )
    return list(db.session.scalars(query))


def _areas_around(areas: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The areas, and the larger ones they lie in: who serves the council serves its wards."""
    tree = find_tree()
    return {above for area_id in areas for above in tree.list_above(area_id)}
