"""Where else to send people: services for the same need and area that take people and are funded for longer."""

import uuid
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partnerdir.database import db
from partnerdir.directory.models import Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Certainty
from partnerdir.geography.queries import list_areas

MOST = 3
LOOKED_AT = 200  # how many possible ones are weighed, so that one need shared by thousands costs no more
TAKES_PEOPLE = (Taking.NOW, Taking.WAITING_LIST)


@dataclass(frozen=True)
class Alternative:
    """Another service, and until when it is funded; None is without an end."""

    service_id: uuid.UUID
    name: str
    organisation: str
    funded_until: date | None
    has_waiting_list: bool


def list_alternatives(service_id: uuid.UUID, ends_on: date, day: date) -> list[Alternative]:
    """Up to three others that are funded on the day and after that end, those funded longest first."""
    services = _list_possible(service_id, max(ends_on, day))
    outlooks = list_outlooks([service.id for service in services], day, ())
    found = [
        Alternative(s.id, s.name, s.organisation.name, outlook.funded_until, s.taking is Taking.WAITING_LIST)
        for s in services
        if (outlook := outlooks[s.id]).is_covered and (outlook.funded_until is None or outlook.funded_until > ends_on)
    ]
    found.sort(key=lambda other: (other.has_waiting_list, -(other.funded_until or date.max).toordinal(), other.name.lower()))
    return found[:MOST]


def _list_possible(service_id: uuid.UUID, after: date) -> list[Service]:
    """Those for the same need and area that take people and have money past the day; a confidential one is never named."""
    needs = sa.select(service_need.c.need_id).where(service_need.c.service_id == service_id)
    for_a_need = sa.select(service_need.c.service_id).where(service_need.c.need_id.in_(needs))
    in_an_area = sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(_areas_around(service_id)))
    pays_longer = (FundingWindow.ends_on > after) | FundingWindow.ends_on.is_(None)
    funded = sa.select(FundingWindow.service_id).where(FundingWindow.certainty == Certainty.CONFIRMED, pays_longer)
    query = (
        sa.select(Service)
        .where(
            Service.id != service_id,
            Service.status == ServiceStatus.ACTIVE,
            Service.taking.in_(TAKES_PEOPLE),
            Service.is_confidential.is_(False),
            Service.id.in_(for_a_need),
            Service.id.in_(in_an_area),
            Service.id.in_(funded),
        )
        .options(joinedload(Service.organisation))
        .order_by(Service.taking, sa.func.lower(Service.name), Service.id)
        .limit(LOOKED_AT)
    )
    return list(db.session.scalars(query))


def _areas_around(service_id: uuid.UUID) -> set[uuid.UUID]:
    """The areas a service serves, and the larger ones they lie in: who serves the council serves its wards."""
    parents = {area.id: area.parent_id for area in list_areas()}
    around: set[uuid.UUID] = set()
    for served in db.session.scalars(sa.select(ServiceArea.area_id).where(ServiceArea.service_id == service_id)):
        area: uuid.UUID | None = served
        while area is not None and area not in around:
            around.add(area)
            area = parents.get(area)
    return around
