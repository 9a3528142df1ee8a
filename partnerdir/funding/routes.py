"""Routes: how many services serve a need in an area, take people and are funded on a day.

Whoever serves a larger area serves all that lies in it, and whoever serves a part does not serve the whole; so a route
is as strong as in that smallest part of its area which has fewest. Money that nobody recorded is never counted.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.directory.models import Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks, list_windows_by_service
from partnerdir.funding.rules import Certainty, EndKind, Window, outlook_on
from partnerdir.geography.models import Area

TAKES_PEOPLE = (Taking.NOW, Taking.WAITING_LIST)
ENOUGH = 2  # with so many left a route is not at risk
WEIGHED_AT_ONCE = 50
READ_AT_ONCE = 500


@dataclass(frozen=True)
class Route:
    """A need in an area."""

    need_id: uuid.UUID
    area_id: uuid.UUID


@dataclass(frozen=True)
class Left:
    """How many services a route has, at most `ENOUGH`; where only some parts of its area have so few, which."""

    count: int
    thin_area_ids: tuple[uuid.UUID, ...] = ()


# What is true of routes.


def is_at_risk(left: int) -> bool:
    """Whether so few services are left that the next to go takes the route with it."""
    return left < ENOUGH


def last_days_of_months(day: date, months: int) -> list[date]:
    """The last day of this month and of those after it, so many in all."""
    firsts = [date(day.year + (day.month + ahead) // 12, (day.month + ahead) % 12 + 1, 1) for ahead in range(months)]
    return [first - timedelta(days=1) for first in firsts]


def count_funded(services: Iterable[Sequence[Window]], days: Sequence[date]) -> list[int]:
    """How many of the services, each given by its windows, are known to be funded on each of the days."""
    counts = [0] * len(days)
    for windows in services:
        for place, day in enumerate(days):
            counts[place] += outlook_on(windows, day, ()).is_covered
    return counts


@dataclass
class AreaTree:
    """What lies in what."""

    parents: Mapping[uuid.UUID, uuid.UUID | None]
    children: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for area_id, parent_id in self.parents.items():
            if parent_id:
                self.children[parent_id].append(area_id)

    def list_above(self, area_id: uuid.UUID) -> list[uuid.UUID]:
        """The area and all that it lies in, the smallest first."""
        found: list[uuid.UUID] = []
        next_id: uuid.UUID | None = area_id
        while next_id is not None and next_id not in found:
            found.append(next_id)
            next_id = self.parents.get(next_id)
        return found

    def list_below(self, area_id: uuid.UUID) -> list[uuid.UUID]:
        """All that lies in the area, without the area."""
        found: dict[uuid.UUID, None] = {}
        waiting = list(self.children.get(area_id, ()))
        while waiting:
            below = waiting.pop()
            if below not in found:
                found[below] = None
                waiting += self.children.get(below, ())
        return list(found)

    def list_leaves(self, area_id: uuid.UUID) -> list[uuid.UUID]:
        """The smallest parts of the area; the area itself where it has none."""
        return [below for below in self.list_below(area_id) if not self.children.get(below)] or [area_id]


# What is asked about them.


def find_tree() -> AreaTree:
    """The tree of all areas as it is now."""
    return AreaTree(dict(db.session.execute(sa.select(Area.id, Area.parent_id)).all()))


class Routes:
    """Answers questions about routes, and remembers the answers for as long as one looks."""

    def __init__(self) -> None:
        self.tree = find_tree()
        self._known: dict[tuple[Route, date], Left] = {}

    def left_on(self, route: Route, day: date) -> Left:
        """How many services serve the route, take people and are funded on the day; it stops counting at `ENOUGH`."""
        if (route, day) not in self._known:
            self._known[route, day] = self._left_on(route, day)
        return self._known[route, day]

    def _left_on(self, route: Route, day: date) -> Left:
        above, below = self.tree.list_above(route.area_id), self.tree.list_below(route.area_id)
        everywhere = len(_list_safe(_that_serve(route.need_id, above, day), day, ENOUGH))
        if everywhere >= ENOUGH or not below:
            return Left(everywhere)
        counts = Counter(dict.fromkeys(self.tree.list_leaves(route.area_id), everywhere))
        serves_whole = sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(above))
        partial = _that_serve(route.need_id, below, day).where(Service.id.not_in(serves_whole))
        for leaves in self._list_leaves_served(_list_safe(partial, day), below):
            counts.update(leaves)
        fewest = min(counts.values())
        thin = tuple(sorted(area_id for area_id, count in counts.items() if count == fewest))
        return Left(min(fewest, ENOUGH), () if len(thin) == len(counts) else thin)

    def _list_leaves_served(self, service_ids: Sequence[uuid.UUID], among: Collection[uuid.UUID]) -> Iterator[set[uuid.UUID]]:
        """For each service, the smallest parts that it serves."""
        areas: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for part in _in_parts(service_ids):
            query = sa.select(ServiceArea.service_id, ServiceArea.area_id).where(ServiceArea.service_id.in_(part))
            for service_id, area_id in db.session.execute(query):
                if area_id in among:
                    areas[service_id].update(self.tree.list_leaves(area_id))
        yield from areas.values()


def list_routes_served(service_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Route]]:
    """The routes that each of these services is on, as it names them itself."""
    query = (
        sa.select(service_need.c.service_id, service_need.c.need_id, ServiceArea.area_id)
        .join(ServiceArea, ServiceArea.service_id == service_need.c.service_id)
        .where(service_need.c.service_id.in_(service_ids))
        .order_by(service_need.c.need_id, ServiceArea.area_id)
    )
    routes: dict[uuid.UUID, list[Route]] = defaultdict(list)
    for service_id, need_id, area_id in db.session.execute(query):
        routes[service_id].append(Route(need_id, area_id))
    return routes


def count_not_known(route: Route, but: uuid.UUID, tree: AreaTree) -> int:
    """How many more but one may serve all of the route: whether they are funded, or take people, is not recorded."""
    dated = sa.select(FundingWindow.id).where(
        FundingWindow.service_id == Service.id,
        FundingWindow.certainty == Certainty.CONFIRMED,
        FundingWindow.end_kind != EndKind.UNKNOWN,
    )
    query = _that_run(route.need_id, tree.list_above(route.area_id)).where(
        Service.id != but, Service.taking != Taking.NOT_NOW, (Service.taking == Taking.UNKNOWN) | ~dated.exists()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def count_by_month(days: Sequence[date], need_ids: Collection[uuid.UUID] | None = None) -> dict[Route, list[int]]:
    """How many services each route has on each of the days, for these needs or all, in each smallest area that is served.

    A route that nobody who takes people serves is left out: its counts are nought.
    """
    tree = find_tree()
    counts: dict[Route, list[int]] = {}
    query = sa.select(Service.id).where(Service.status == ServiceStatus.ACTIVE, Service.taking.in_(TAKES_PEOPLE))
    for part in _in_parts(list(db.session.scalars(query.order_by(Service.id)))):
        windows = list_windows_by_service(part)
        for service_id, routes in list_routes_served(part).items():
            funded = count_funded([windows[service_id]], days)
            for route in _list_smallest(routes, tree):
                if need_ids is None or route.need_id in need_ids:
                    counts[route] = [
                        before + now for before, now in zip(counts.get(route, [0] * len(days)), funded, strict=True)
                    ]
    return counts


def _list_smallest(routes: Iterable[Route], tree: AreaTree) -> set[Route]:
    return {Route(route.need_id, leaf) for route in routes for leaf in tree.list_leaves(route.area_id)}


def _that_run(need_id: uuid.UUID, area_ids: Collection[uuid.UUID]) -> sa.Select[Any]:
    """The ids of services for the need that serve one of the areas."""
    in_area = sa.exists().where(ServiceArea.service_id == service_need.c.service_id, ServiceArea.area_id.in_(area_ids))
    return (
        sa.select(service_need.c.service_id)
        .join(Service, Service.id == service_need.c.service_id)
        .where(service_need.c.need_id == need_id, Service.status == ServiceStatus.ACTIVE, in_area)
    )


def _that_serve(need_id: uuid.UUID, area_ids: Collection[uuid.UUID], day: date) -> sa.Select[Any]:
    """Those that take people and have confirmed money that does not end before the day."""
    lasts = (FundingWindow.ends_on >= day) | (FundingWindow.end_kind == EndKind.OPEN_ENDED)
    paid = sa.select(FundingWindow.id).where(
        FundingWindow.service_id == Service.id, FundingWindow.certainty == Certainty.CONFIRMED, lasts
    )
    return _that_run(need_id, area_ids).where(Service.taking.in_(TAKES_PEOPLE), paid.exists())


def _list_safe(query: sa.Select[Any], day: date, enough: int | None = None) -> list[uuid.UUID]:
    """Those of the services that are known to be funded on the day; it stops looking once there are enough."""
    safe: list[uuid.UUID] = []
    size = WEIGHED_AT_ONCE if enough is None else 2 * enough
    # In the order of an index, so that a route with many services is not read to its end.
    query = query.order_by(service_need.c.service_id)
    page = list(db.session.scalars(query.limit(size)))
    while page:
        outlooks = list_outlooks(page, day, ())
        safe += [service_id for service_id in page if outlooks[service_id].is_covered]
        if enough is not None and len(safe) >= enough:
            return safe[:enough]
        page = list(db.session.scalars(query.where(service_need.c.service_id > page[-1]).limit(WEIGHED_AT_ONCE)))
    return safe


def _in_parts(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + READ_AT_ONCE] for start in range(0, len(ids), READ_AT_ONCE))
