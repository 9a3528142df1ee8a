"""A need in an area that hardly anybody serves any more once the money of one service ends.

It is told as a fact of the service whose end causes it. Its threshold is how many others are left, so that it is told
again where even the last of them goes, and never a second time for the same number.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from partnerdir.alerts.models import ServiceThresholds
from partnerdir.alerts.rules import AlertKind, Fact
from partnerdir.database import db
from partnerdir.directory.models import Need, Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.routes import Left, Route, Routes, count_not_known, find_tree, is_at_risk, list_routes_served
from partnerdir.funding.rules import Certainty, Outlook, OutlookState
from partnerdir.geography.models import Area

MOST_NAMED = 3
OF_A_ROUTE = ("status", "taking", "needs")  # what of a service itself says whether people are sent to it, and for what
ASKED_AT_ONCE = 500


def list_route_facts(outlooks: Mapping[uuid.UUID, Outlook]) -> dict[uuid.UUID, list[Fact]]:
    """For each service whose end is near, the routes that it leaves with one other or with none."""
    ends = {
        service_id: outlook.funded_until
        for service_id, outlook in outlooks.items()
        if outlook.state is OutlookState.ENDING and outlook.funded_until
    }
    found: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    served = list_routes_served(_list_on_a_route(list(ends)))
    if not served:
        return found
    routes = Routes()
    for service_id, its_routes in served.items():
        ends_on = ends[service_id]
        for route in its_routes:
            left = routes.left_on(route, ends_on + timedelta(days=1))
            if is_at_risk(left.count):
                found[service_id].append(fact_of(route, ends_on, left, count_not_known(route, service_id, routes.tree)))
    return found


def fact_of(route: Route, ends_on: date, left: Left, not_known: int) -> Fact:
    """That a route has so few left after a day; and how many more of which too little is known to count them."""
    details = {
        "need_id": str(route.need_id),
        "area_id": str(route.area_id),
        "need": _name_of(Need, route.need_id),
        "area": _name_of(Area, route.area_id),
        "left": str(left.count),
        "not_known": str(not_known),
    }
    if left.thin_area_ids:
        details["where"] = _listed([_name_of(Area, area_id) for area_id in left.thin_area_ids])
    # Two ids are too long for a mark; their digest tells routes apart as well.
    mark = uuid.uuid5(route.need_id, str(route.area_id)).hex
    return Fact(AlertKind.ROUTE_AT_RISK, ends_on, left.count, mark, details)


def route_of(fact: Fact) -> Route | None:
    """The route that a fact is about; None for a fact of a service alone."""
    if fact.kind is not AlertKind.ROUTE_AT_RISK:
        return None
    return Route(uuid.UUID(fact.details["need_id"]), uuid.UUID(fact.details["area_id"]))


def _name_of(model: type[Need] | type[Area], record_id: uuid.UUID) -> str:
    return db.session.scalar(sa.select(model.name).where(model.id == record_id)) or ""


def _listed(names: Sequence[str]) -> str:
    """The first few names in order, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(sorted(names)[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _list_on_a_route(service_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those of the services that people are sent to: open, and not known to take nobody."""
    query = sa.select(Service.id).where(
        Service.id.in_(service_ids), Service.status == ServiceStatus.ACTIVE, Service.taking != Taking.NOT_NOW
    )
    return list(db.session.scalars(query))


# Of whom it is asked.


def ends_on_routes(day: date, thresholds: Sequence[int]) -> sa.Select[Any]:
    """Services on a route whose money may end within the first threshold."""
    return (
        sa.select(FundingWindow.service_id)
        .where(
            _ends_within(day, thresholds),
            sa.exists().where(service_need.c.service_id == FundingWindow.service_id),
            sa.exists().where(ServiceArea.service_id == FundingWindow.service_id),
        )
        .distinct()
    )


def list_neighbours(changes: Iterable[sa.Row[Any]], day: date, thresholds: Sequence[int]) -> set[uuid.UUID]:
    """Services whose money may end soon, on a route of one that changed: fewer may be left there than was told."""
    found: set[uuid.UUID] = set()
    for need_id, area_ids in _list_routes_touched([change for change in changes if _is_of_a_route(change)]).items():
        for area_part in _in_parts(sorted(area_ids)):
            query = (
                sa.select(ServiceArea.service_id)
                .join(service_need, service_need.c.service_id == ServiceArea.service_id)
                .join(FundingWindow, FundingWindow.service_id == ServiceArea.service_id)
                .where(service_need.c.need_id == need_id, ServiceArea.area_id.in_(area_part), _ends_within(day, thresholds))
            )
            found.update(db.session.scalars(query))
    return found


def _ends_within(day: date, thresholds: Sequence[int]) -> sa.ColumnElement[bool]:
    has_own = FundingWindow.service_id.in_(sa.select(ServiceThresholds.service_id))
    is_near = FundingWindow.ends_on.between(day, day + timedelta(days=max(thresholds, default=0)))
    return sa.and_(FundingWindow.certainty == Certainty.CONFIRMED, FundingWindow.ends_on >= day, is_near | has_own)


def _is_of_a_route(change: sa.Row[Any]) -> bool:
    """Whether a line of the change log may say that a route has more or fewer services, or that they take people."""
    if change.record_type == "service":
        return change.action != "changed" or any(name in change.fields for name in OF_A_ROUTE)
    return change.record_type in ("funding_window", "service_area")


def _list_routes_touched(changes: Sequence[sa.Row[Any]]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """By need, the areas whose routes these changes are of, as they are now and as they were."""
    needs: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    areas: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for change in changes:
        needs[change.about_id].update(uuid.UUID(key) for side in change.fields.get("needs", ()) for key in side)
        if change.record_type == "service_area":
            areas[change.about_id].update(uuid.UUID(key) for key in change.fields.get("area_id", ()) if key)
    for part in _in_parts(sorted(needs)):
        of_need = sa.select(service_need.c.service_id, service_need.c.need_id).where(service_need.c.service_id.in_(part))
        of_area = sa.select(ServiceArea.service_id, ServiceArea.area_id).where(ServiceArea.service_id.in_(part))
        for found, query in ((needs, of_need), (areas, of_area)):
            for service_id, key in db.session.execute(query):
                found[service_id].add(key)
    touched: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    tree = find_tree() if areas else None
    for service_id, area_ids in areas.items():
        around = {kin for area_id in area_ids for kin in (*tree.list_above(area_id), *tree.list_below(area_id))} if tree else ()
        for need_id in needs[service_id]:
            touched[need_id].update(around)
    return touched


def _in_parts(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + ASKED_AT_ONCE] for start in range(0, len(ids), ASKED_AT_ONCE))
