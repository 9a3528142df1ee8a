"""The ways in which a service is somebody's concern: they watch it or what takes it in, or they look after its area."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from partnerdir.accounts.models import Account, AccountArea, Role, account_role
from partnerdir.accounts.rules import MAY_LOOK_AFTER_AREAS, RoleName
from partnerdir.alerts.days import DayBefore
from partnerdir.alerts.models import Watch
from partnerdir.database import db
from partnerdir.directory.models import Need, Service, ServiceArea, service_need
from partnerdir.geography.models import Area
from partnerdir.lists.models import Shortlist, ShortlistEntry
from partnerdir.lists.queries import is_open_to

NOTHING = sa.null()


def list_ways() -> tuple[sa.Subquery, ...]:
    """Each way in which a service is somebody's concern, the closest first.

    Each has watch_id (empty where no watch says so), account_id, service_id, its days, and what it names:
    organisation_id, need_id, area_id, shortlist_id.
    """
    return _by_service(), _by_shortlist(), _by_organisation(), _by_route(), _by_area()


def list_ways_used() -> Iterator[sa.Subquery]:
    """The ways in which anybody is told, the closest first; most installations have watches on services only."""
    by_service, *wider = list_ways()
    subjects = (Watch.shortlist_id, Watch.organisation_id, Watch.need_id, AccountArea.area_id)
    are_used = db.session.execute(sa.select(*(sa.exists().where(subject.is_not(None)) for subject in subjects))).one()
    yield by_service
    yield from (way for way, is_used in zip(wider, are_used, strict=True) if is_used)


def list_service_ids_watched(account_id: uuid.UUID) -> list[uuid.UUID]:
    """The services that an account watches in any way; those it only looks after, without asking, are left out."""
    ways = (way for way in list_ways_used() if way.name != "by_area")
    found = (db.session.scalars(sa.select(way.c.service_id).where(way.c.account_id == account_id)) for way in ways)
    return sorted({service_id for ids in found for service_id in ids})


def _by_service() -> sa.Subquery:
    return _of_watch(Watch.service_id).where(Watch.service_id.is_not(None)).subquery("by_service")


def _by_shortlist() -> sa.Subquery:
    """A service counts from the day that it was put on the list, or the list was watched: what it was by then, they saw.

    Whom a list is not shared with any more is told nothing by it.
    """
    began_on = sa.case((ShortlistEntry.added_on > Watch.began_on, ShortlistEntry.added_on), else_=Watch.began_on)
    return (
        _of_watch(ShortlistEntry.service_id, DayBefore(began_on).label("already_ended_on"), began_on.label("began_on"))
        .join(Shortlist, Shortlist.id == Watch.shortlist_id)
        .join(ShortlistEntry, ShortlistEntry.shortlist_id == Shortlist.id)
        .where(is_open_to(Watch.account_id))
        .subquery("by_shortlist")
    )


def _by_organisation() -> sa.Subquery:
    joined = _of_watch(Service.id).join(Service, Service.organisation_id == Watch.organisation_id)
    return joined.subquery("by_organisation")


def _by_route() -> sa.Subquery:
    needs, areas = _below(Need, Watch.need_id), _around(Watch.area_id)
    return (
        _of_watch(service_need.c.service_id)
        .join(needs, needs.c.root == Watch.need_id)
        .join(service_need, service_need.c.need_id == needs.c.id)
        .join(ServiceArea, ServiceArea.service_id == service_need.c.service_id)
        .join(areas, sa.and_(areas.c.root == Watch.area_id, areas.c.id == ServiceArea.area_id))
        .distinct()
        .subquery("by_route")
    )


def _by_area() -> sa.Subquery:
    """Coordinators are told of the areas that they look after, without asking."""
    areas = _around(AccountArea.area_id)
    return (
        sa.select(
            NOTHING.cast(sa.Uuid).label("watch_id"),
            AccountArea.account_id,
            DayBefore(AccountArea.began_on).label("already_ended_on"),
            AccountArea.began_on,
            NOTHING.cast(sa.Uuid).label("organisation_id"),
            NOTHING.cast(sa.Uuid).label("need_id"),
            AccountArea.area_id,
            NOTHING.cast(sa.Uuid).label("shortlist_id"),
            ServiceArea.service_id,
        )
        .join(areas, areas.c.root == AccountArea.area_id)
        .join(ServiceArea, ServiceArea.area_id == areas.c.id)
        .where(has_role(AccountArea.account_id, MAY_LOOK_AFTER_AREAS))
        .distinct()
        .subquery("by_area")
    )


def has_role(account_id: Any, names: Iterable[RoleName]) -> sa.Exists:
    """Whether the account that a column names has one of these roles."""
    held = sa.select(account_role.c.role_id).join(Role, Role.id == account_role.c.role_id)
    return held.where(account_role.c.account_id == account_id, Role.name.in_(list(names))).exists()


def _of_watch(service_id: Any, *days: Any) -> sa.Select[Any]:
    subjects = (Watch.organisation_id, Watch.need_id, Watch.area_id, Watch.shortlist_id)
    days = days or (Watch.already_ended_on, Watch.began_on)
    return sa.select(Watch.id.label("watch_id"), Watch.account_id, *days, *subjects, service_id.label("service_id"))


def _below(tree: type[Need] | type[Area], named: Any) -> sa.CTE:
    """Each root that the column names, with itself and all that lies below it, as (root, id)."""
    roots = sa.select(named.label("root"), named.label("id")).where(named.is_not(None)).distinct()
    found = roots.cte(recursive=True)
    return found.union(sa.select(found.c.root, tree.id).join(tree, tree.parent_id == found.c.id))


def _around(named: Any) -> sa.CTE:
    """Each area that the column names with itself, what lies in it and around it: who serves the council serves its wards."""
    roots = sa.select(named.label("root"), named.label("id")).where(named.is_not(None)).distinct()
    above = roots.cte(recursive=True)
    above = above.union(
        sa.select(above.c.root, Area.parent_id).join(Area, Area.id == above.c.id).where(Area.parent_id.is_not(None))
    )
    below = _below(Area, named)
    return sa.union(sa.select(above.c.root, above.c.id), sa.select(below.c.root, below.c.id)).cte()


def list_who_look_after(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The active accounts that look after an area of each of these services; a service without any is left out."""
    way = _by_area()
    query = sa.select(way.c.service_id, way.c.account_id).join(Account, Account.id == way.c.account_id)
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for service_id, account_id in db.session.execute(query.where(Account.active, way.c.service_id.in_(list(service_ids)))):
        found[service_id].add(account_id)
    return found


def is_looked_after(service_id: Any) -> sa.ColumnElement[bool]:
    """Whether somebody active looks after an area of the service that the column names."""
    areas = _around(AccountArea.area_id)
    looked_after = (
        sa.select(areas.c.id)
        .join(AccountArea, AccountArea.area_id == areas.c.root)
        .join(Account, Account.id == AccountArea.account_id)
        .where(Account.active, has_role(Account.id, MAY_LOOK_AFTER_AREAS))
    )
    return sa.exists().where(ServiceArea.service_id == service_id, ServiceArea.area_id.in_(looked_after))
