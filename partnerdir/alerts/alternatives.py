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
LOOKED_AT, WEIGHED = 150, 12  # of thousands that share a need so many are looked at, and the best of them are weighed
COUNTED = 2000  # so many of the rarer side are gone through: where there are more, enough of them match
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
    service = db.session.get_one(Service, service_id)  # as a rule it is being shown, with both of these read already
    return [need.id for need in service.needs], [served.area_id for served in service.areas_served]


def _list_possible(
    service_id: uuid.UUID, after: date, needs: list[uuid.UUID], areas: list[uuid.UUID]
) -> list[sa.Row[tuple[uuid.UUID, str, Taking, str, bool]]]:
    """Those for the same need and area that take people and have money past the day; a confidential one is never named.

    Of a common need and a small area, or the other way about, the rarer is gone through and the other looked up.
    """
    wanted = {"needs": needs, "areas": list(_areas_around(areas))}
    counted = db.session.execute(_COUNTS, wanted).one()
    possible = _BY_NEED if counted.of_needs <= counted.of_areas else _BY_AREA
    return list(db.session.execute(possible, {**wanted, "itself": service_id, "after": after, "close": areas}))


def _statement(rarer: Any, is_rarer: sa.ColumnElement[bool], other: Any, is_other: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Those of the rarer side that are on the other too, the best of them first."""
    some = sa.select(rarer.label("id")).where(is_rarer, rarer != sa.bindparam("itself")).limit(COUNTED).subquery()
    is_for_both = sa.exists().where(other == some.c.id, is_other)
    takes_people = sa.exists().where(Service.id == some.c.id, Service.is_confidential.is_(False), *_TAKES_PEOPLE)
    both = sa.select(some.c.id).distinct().where(is_for_both, takes_people).limit(LOOKED_AT).subquery()
    best = _best_of(both)
    return (
        sa.select(Service.id, Service.name, Organisation.name.label("organisation"), Service.taking, best.c.is_nearby)
        .join(best, best.c.id == Service.id)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(Organisation.is_confidential.is_(False))
    )


def _best_of(possible: sa.Subquery) -> sa.Subquery:
    """Those of which more is worth reading, by what indexes alone can tell: a whole service is long, and these are many.

    Nearby are those that serve one of the service's own areas, and not only a larger one around it.
    """
    last_paid = (
        sa.select(sa.func.max(sa.func.coalesce(FundingWindow.ends_on, sa.literal(FOR_EVER, sa.Date))))
        .where(FundingWindow.service_id == possible.c.id, FundingWindow.certainty == Certainty.CONFIRMED)
        .scalar_subquery()
    )
    taking = sa.select(Service.taking).where(Service.id == possible.c.id, *_TAKES_PEOPLE).scalar_subquery()
    is_close = ServiceArea.area_id.in_(sa.bindparam("close", expanding=True))
    is_nearby = sa.exists().where(ServiceArea.service_id == possible.c.id, is_close)
    weighed = sa.select(
        possible.c.id, taking.label("taking"), is_nearby.label("is_nearby"), last_paid.label("last_paid")
    ).subquery()
    return (
        sa.select(weighed.c.id, weighed.c.is_nearby)
        .where(weighed.c.last_paid > sa.bindparam("after"))
        .order_by(weighed.c.taking, weighed.c.is_nearby.desc(), weighed.c.last_paid.desc(), weighed.c.id)
        .limit(WEIGHED)
        .subquery()
    )


def _count(is_one_of_these: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How many there are, as far as it matters."""
    some = sa.select(sa.literal(1)).where(is_one_of_these).limit(COUNTED).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


# Each is made once: to put so long a question together takes longer than to answer it.
_HAS_NEED = service_need.c.need_id.in_(sa.bindparam("needs", expanding=True))
_HAS_AREA = ServiceArea.area_id.in_(sa.bindparam("areas", expanding=True))
_COUNTS = sa.select(_count(_HAS_NEED).label("of_needs"), _count(_HAS_AREA).label("of_areas"))
_BY_NEED = _statement(service_need.c.service_id, _HAS_NEED, ServiceArea.service_id, _HAS_AREA)
_BY_AREA = _statement(ServiceArea.service_id, _HAS_AREA, service_need.c.service_id, _HAS_NEED)


def _areas_around(areas: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The areas, and the larger ones they lie in: who serves the council serves its wards."""
    tree = find_tree()
    return {above for area_id in areas for above in tree.list_above(area_id)}
