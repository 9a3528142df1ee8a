"""Who is to be told of a service: those who watch it, its organisation, or a need in an area that it serves."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Watch
from partnerdir.alerts.rules import Watcher
from partnerdir.database import db
from partnerdir.directory.models import Need, Organisation, Service, ServiceArea, service_need
from partnerdir.geography.models import Area


def list_ways() -> tuple[sa.Subquery, ...]:
    """Each way in which a watch covers services, the closest first: watch_id, account_id, service_id and its days."""
    columns = (Watch.id.label("watch_id"), Watch.account_id, Watch.already_ended_on, Watch.began_on)
    service = sa.select(*columns, Watch.service_id.label("service_id")).where(Watch.service_id.is_not(None))
    organisation = sa.select(*columns, Service.id.label("service_id")).join(
        Service, Service.organisation_id == Watch.organisation_id
    )
    needs, areas = _below(Need, "needs"), _around("areas")
    route = (
        sa.select(*columns, service_need.c.service_id.label("service_id"))
        .join(needs, needs.c.root == Watch.need_id)
        .join(service_need, service_need.c.need_id == needs.c.id)
        .join(ServiceArea, ServiceArea.service_id == service_need.c.service_id)
        .join(areas, sa.and_(areas.c.root == Watch.area_id, areas.c.id == ServiceArea.area_id))
        .distinct()
    )
    return service.subquery("by_service"), organisation.subquery("by_organisation"), route.subquery("by_route")


def _below(tree: type[Need] | type[Area], name: str) -> sa.CTE:
    """Each watched root of a tree with itself and all that lies below it, as (root, id)."""
    watched = Watch.need_id if tree is Need else Watch.area_id
    roots = sa.select(watched.label("root"), watched.label("id")).where(watched.is_not(None)).distinct()
    found = roots.cte(f"{name}_below", recursive=True)
    return found.union(sa.select(found.c.root, tree.id).join(tree, tree.parent_id == found.c.id))


def _around(name: str) -> sa.CTE:
    """Each watched area with itself, what lies in it and what it lies in: who serves the council serves its wards."""
    roots = sa.select(Watch.area_id.label("root"), Watch.area_id.label("id")).where(Watch.area_id.is_not(None)).distinct()
    above = roots.cte(f"{name}_above", recursive=True)
    above = above.union(
        sa.select(above.c.root, Area.parent_id).join(Area, Area.id == above.c.id).where(Area.parent_id.is_not(None))
    )
    below = _below(Area, name)
    return sa.union(sa.select(above.c.root, above.c.id), sa.select(below.c.root, below.c.id)).cte(name)


def list_watchers(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Watcher]]:
    """Who is to be told of each of these services, in order of address; each account once, by its closest watch."""
    wanted = list(service_ids)
    found: dict[uuid.UUID, dict[uuid.UUID, Watcher]] = defaultdict(dict)
    for way in list_ways():
        for row in db.session.execute(_watchers_by(way).where(way.c.service_id.in_(wanted))):
            found[row.service_id].setdefault(row.account_id, _watcher_of(row))
    return defaultdict(list, {key: sorted(watchers.values(), key=lambda each: each.email) for key, watchers in found.items()})


def find_watcher(account_id: uuid.UUID, service_id: uuid.UUID) -> Watcher | None:
    """The account as one that is to be told of the service, closed or not; None when no watch of theirs covers it."""
    for way in list_ways():
        query = _watchers_by(way, are_active=False).where(way.c.account_id == account_id, way.c.service_id == service_id)
        row = db.session.execute(query.order_by(way.c.watch_id).limit(1)).first()
        if row is not None:
            return _watcher_of(row)
    return None


def _watchers_by(way: sa.Subquery, are_active: bool = True) -> sa.Select[Any]:
    organisation, need, area = sa.orm.aliased(Organisation), sa.orm.aliased(Need), sa.orm.aliased(Area)
    query = (
        sa.select(
            way,
            Account.email,
            Service.name.label("service_name"),
            organisation.name.label("organisation"),
            need.name.label("need"),
            area.name.label("area"),
        )
        .join(Account, Account.id == way.c.account_id)
        .join(Service, Service.id == way.c.service_id)
        .join(Watch, Watch.id == way.c.watch_id)
        .outerjoin(organisation, organisation.id == Watch.organisation_id)
        .outerjoin(need, need.id == Watch.need_id)
        .outerjoin(area, area.id == Watch.area_id)
    )
    return query.where(Account.active) if are_active else query


def _watcher_of(row: Any) -> Watcher:
    subject = row.organisation or (f"{row.need} in {row.area}" if row.need else "this service")
    return Watcher(
        row.account_id, row.email, row.service_name, row.already_ended_on, row.began_on, row.watch_id, f"You watch {subject}."
    )
