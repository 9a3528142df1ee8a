"""Where else to send people: services for the same need and area that take people and are funded for longer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.directory.models import Organisation, Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.routes import TAKES_PEOPLE, Route, find_tree
from partnerdir.funding.rules import Certainty

MOST = 3
LOOKED_AT, WEIGHED = 200, 30  # of thousands that share a need so many are looked at, and the best of them are weighed
COUNTED = 3000  # so many of the rarer side are gone through: where there are more, enough of them match
FOR_EVER = date.max

_TAKES_PEOPLE = (Service.status == ServiceStatus.ACTIVE, Service.taking.in_(TAKES_PEOPLE))


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
    best = _best_of(_for_these(service_id, needs, list(_areas_around(areas))).limit(LOOKED_AT).subquery(), after, areas)
    query = (
        sa.select(Service.id, Service.name, Organisation.name.label("organisation"), Service.taking, best.c.is_nearby)
        .join(best, best.c.id == Service.id)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(Organisation.is_confidential.is_(False))
    )
    return list(db.session.execute(query))


def _best_of(possible: sa.Subquery, after: date, areas: list[uuid.UUID]) -> sa.Subquery:
    """Those of which more is worth reading, by what indexes alone can tell: a whole service is long, and these are many."""
    last_paid = (
        sa.select(sa.func.max(sa.func.coalesce(FundingWindow.ends_on, sa.literal(FOR_EVER, sa.Date))))
        .where(FundingWindow.service_id == possible.c.id, FundingWindow.certainty == Certainty.CONFIRMED)
        .scalar_subquery()
    )
    taking = sa.select(Service.taking).where(Service.id == possible.c.id, *_TAKES_PEOPLE).scalar_subquery()
    weighed = sa.select(
        possible.c.id, taking.label("taking"), _serves(possible.c.id, areas).label("is_nearby"), last_paid.label("last_paid")
    ).subquery()
    return (
        sa.select(weighed.c.id, weighed.c.is_nearby)
        .where(weighed.c.last_paid > after)
        .order_by(weighed.c.taking, weighed.c.is_nearby.desc(), weighed.c.last_paid.desc(), weighed.c.id)
        .limit(WEIGHED)
        .subquery()
    )


def _for_these(service_id: uuid.UUID, needs: list[uuid.UUID], areas: list[uuid.UUID]) -> sa.Select[tuple[uuid.UUID]]:
    """The ids of those that take people, for one of the needs in one of the areas.

    Of a common need and a small area, or the other way about, the rarer is gone through and the other looked up.
    """
    of_needs, of_areas = (service_need.c.service_id, service_need.c.need_id), (ServiceArea.service_id, ServiceArea.area_id)
    sides = [(*of_needs, needs), (*of_areas, areas)]
    (rarer, is_rarer, wanted), (other, is_other, also) = sorted(sides, key=lambda side: _count(*side[1:]))
    some = sa.select(rarer.label("id")).where(is_rarer.in_(wanted), rarer != service_id).limit(COUNTED).subquery()
    is_for_both = sa.exists().where(other == some.c.id, is_other.in_(also))
    takes_people = sa.exists().where(Service.id == some.c.id, Service.is_confidential.is_(False), *_TAKES_PEOPLE)
    query: sa.Select[tuple[uuid.UUID]] = sa.select(some.c.id).distinct()
    return query.where(is_for_both, takes_people)


def _count(column: Any, wanted: list[uuid.UUID]) -> int:
    """How many services have one of these, as far as it matters."""
    some = sa.select(sa.literal(1)).where(column.in_(wanted)).limit(COUNTED).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _serves(service_id: sa.ColumnElement[uuid.UUID], areas: Iterable[uuid.UUID]) -> sa.Exists:
    return sa.exists().where(ServiceArea.service_id == service_id, ServiceArea.area_id.in_(list(areas)))


def _areas_around(areas: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The areas, and the larger ones they lie in: who serves the council serves its wards."""
    tree = find_tree()
    return {above for area_id in areas for above in tree.list_above(area_id)}
