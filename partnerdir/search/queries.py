"""What search reads of the records: what changed, which services that touches, and what is to be found of a service."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from partnerdir.changes import Change
from partnerdir.database import as_given, uuid_of
from partnerdir.directory.models import Location, Need, Organisation, Service, ServiceArea, ServiceAtLocation, service_need
from partnerdir.directory.rules import ServiceStatus
from partnerdir.errors import PartnerdirError
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty
from partnerdir.geography.models import Area
from partnerdir.search.rules import PATIENCE, Node, Position, with_ancestors

NONE: frozenset[uuid.UUID] = frozenset()
AT_ONCE = 500  # ids in one statement
Ids = Collection[uuid.UUID]


class OtherDatabase(PartnerdirError):
    """The change that was last followed is not in this database, so what was followed before says nothing about it."""


@dataclass(frozen=True)
class Document:
    """What is to be found of one service; no contact, and no place that is confidential in any way."""

    id: uuid.UUID
    name: str
    needs: str
    words: str
    description: str
    place: str


class ServiceFacts(NamedTuple):
    """What filters, counts and orders one service."""

    key: Any  # the id, as the database's driver gives it
    name: str
    is_listed: bool
    need_ids: frozenset[uuid.UUID]
    area_ids: frozenset[uuid.UUID]
    is_paused: bool
    paid_until: date | None  # the last day that anybody is known to pay for; none where that is open or not known
    checked_on: date | None


def find_starting_position(connection: Connection, now: datetime) -> Position:
    """Where to follow from for one who reads every record after this."""
    newest_first = sa.select(Change.id, Change.at).order_by(Change.id.desc()).limit(1)
    settled = connection.execute(newest_first.where(Change.at <= now - PATIENCE)).first()
    position = Position(*settled) if settled else Position()
    newest = connection.execute(newest_first).first()
    if newest is None or newest.id == position.followed_to:
        return position
    recent = sa.select(Change.id).where(Change.id.between(position.followed_to + 1, newest.id)).order_by(Change.id)
    return position.after([(number, newest.happened_at) for number in connection.scalars(recent)], now)


def list_changes(connection: Connection, position: Position, limit: int | None = None) -> list[Row[*tuple[Any, ...]]]:
    """The changes that have not been followed yet, in order of number. Raises: OtherDatabase."""
    if connection.scalar(_HAPPENED_AT, {"number": position.followed_to}) != position.happened_at:
        raise OtherDatabase("The change log is not the one that was followed before.")
    if not position.gaps and limit is not None:
        return list(connection.execute(_CHANGES_AFTER, {"number": position.followed_to, "most": limit}))
    gaps = [Change.id.between(gap.first, gap.last) for gap in position.gaps]
    least = min([position.followed_to + 1, *(gap.first for gap in position.gaps)])
    due = _CHANGES.where(Change.id >= least, sa.or_(Change.id > position.followed_to, *gaps))
    return list(connection.execute(due.order_by(Change.id).limit(limit)))


# Asked at every question, hence made once.
_HAPPENED_AT = sa.select(Change.at).where(Change.id == sa.bindparam("number"))
_CHANGES = sa.select(Change.id, Change.at.label("at"), Change.record_type, Change.about_id)
_CHANGES_AFTER = (
    _CHANGES.where(Change.id > sa.bindparam("number")).order_by(Change.id).limit(sa.bindparam("most", type_=sa.Integer))
)


def list_services_touched(connection: Connection, changes: Iterable[Row[*tuple[Any, ...]]]) -> set[uuid.UUID]:
    """The services of which something that search knows was changed."""
    changed = defaultdict(set)
    for change in changes:
        changed[change.record_type].add(change.about_id)
    touched = {service_id for kind in ("service", "service_area", "service_at_location") for service_id in changed[kind]}
    touched |= _services_where(connection, Service.id, Service.organisation_id, changed["organisation"])
    touched |= _services_where(connection, ServiceAtLocation.service_id, ServiceAtLocation.location_id, changed["location"])
    in_areas = _services_where(connection, ServiceArea.service_id, ServiceArea.area_id, changed["area"])
    located = sa.select(Location.id)
    places = {
        row[0] for part in _parts(changed["area"]) for row in connection.execute(located.where(Location.area_id.in_(part)))
    }
    touched |= in_areas | _services_where(connection, ServiceAtLocation.service_id, ServiceAtLocation.location_id, places)
    if changed["need"]:
        needs = _with_descendants(connection, changed["need"])
        touched |= _services_where(connection, service_need.c.service_id, service_need.c.need_id, needs)
    return touched


def _services_where(connection: Connection, service_id: Any, column: Any, values: Ids) -> set[uuid.UUID]:
    return {row[0] for part in _parts(values) for row in connection.execute(sa.select(service_id).where(column.in_(part)))}


def _with_descendants(connection: Connection, need_ids: Ids) -> set[uuid.UUID]:
    lines = with_ancestors(list_need_parents(connection))
    return {need_id for need_id, line in lines.items() if not line.isdisjoint(need_ids)}


def list_need_parents(connection: Connection) -> dict[uuid.UUID, uuid.UUID | None]:
    """The tree of needs: each need and the one above it."""
    return {row.id: row.parent_id for row in connection.execute(sa.select(Need.id, Need.parent_id))}


def list_area_parents(connection: Connection) -> dict[uuid.UUID, uuid.UUID | None]:
    """The tree of areas: each area and the one above it."""
    return {row.id: row.parent_id for row in connection.execute(sa.select(Area.id, Area.parent_id))}


def list_service_ids(connection: Connection) -> list[uuid.UUID]:
    """The ids of all services."""
    return list(connection.scalars(sa.select(Service.id).order_by(Service.id)))


def list_documents(connection: Connection, service_ids: Ids) -> Iterator[Document]:
    """What is to be found of those of these services that exist."""
    query = sa.select(Need.id, Need.parent_id, Need.name, Need.words)
    needs = {row.id: row for row in connection.execute(query)}
    lines = with_ancestors({need.id: need.parent_id for need in needs.values()})
    for part in _parts(service_ids):
        needs_of = _by_service(connection, _only(_NEEDS, service_need.c.service_id, part))
        places = _by_service(connection, _only(_PLACES, ServiceAtLocation.service_id, part))
        served = _by_service(connection, _only(_NAMES_SERVED, ServiceArea.service_id, part))
        for row in connection.execute(_only(_TEXTS, Service.id, part)):
            line = {above for need_id in _uuids(needs_of.get(row.key, "")) for above in lines.get(need_id, ())}
            words = [word for need_id in line for word in needs[need_id].words]
            yield Document(
                id=uuid_of(row.key),
                name=f"{row.name} {row.alternate_name}",
                needs=" ".join(needs[need_id].name for need_id in line),
                words=" ".join([row.organisation_name, row.summary, *words]),
                description=f"{row.description} {row.eligibility_description}",
                place=f"{places.get(row.key, '')} {served.get(row.key, '')}",
            )


_TEXTS = sa.select(
    as_given(Service.id).label("key"),
    Service.name,
    Service.alternate_name,
    Service.summary,
    Service.description,
    Service.eligibility_description,
    Organisation.name.label("organisation_name"),
).join(Organisation, Organisation.id == Service.organisation_id)
_NAMES = sa.select(as_given(Service.id), Service.name, as_given(Service.status), Service.assured_on)


def _labels(service_id: Any, label_id: Any) -> sa.Select[Any]:
    # The labels of a service in one row, as text: many services have the same, which is then read once.
    labels = sa.func.aggregate_strings(sa.cast(label_id, sa.String(36)), ",")
    return sa.select(as_given(service_id), labels).group_by(service_id)


_NEEDS = _labels(service_need.c.service_id, service_need.c.need_id)
_AREAS_SERVED = _labels(ServiceArea.service_id, ServiceArea.area_id)


def _joined(service_id: Any, text: Any) -> sa.Select[Any]:
    return sa.select(as_given(service_id), sa.func.aggregate_strings(text, " ")).group_by(service_id)


def _public_places(query: sa.Select[Any]) -> sa.Select[Any]:
    # Where a confidential service is must not be told by the area or the words it is found by; any mark wins.
    return (
        query.select_from(ServiceAtLocation)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .join(Service, Service.id == ServiceAtLocation.service_id)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(~Location.is_confidential, ~Service.is_confidential, ~Organisation.is_confidential)
    )


_AREAS_OF_PLACES = _public_places(_labels(ServiceAtLocation.service_id, Location.area_id)).where(Location.area_id.is_not(None))
_PLACES = _public_places(
    _joined(
        ServiceAtLocation.service_id,
        Location.name + " " + Location.address_1 + " " + Location.city + " " + Location.postal_code + " "
        + sa.func.coalesce(Area.name, ""),
    )
).outerjoin(Area, Area.id == Location.area_id)  # fmt: skip
_NAMES_SERVED = _joined(ServiceArea.service_id, Area.name).join(Area, Area.id == ServiceArea.area_id)
# A window without a last day, whether it is open or nobody said, is never past.
_ENDLESS = date(9999, 12, 31)
_PAID_UNTIL = (
    sa.select(as_given(FundingWindow.service_id), sa.func.max(sa.func.coalesce(FundingWindow.ends_on, _ENDLESS)))
    .where(FundingWindow.certainty == Certainty.CONFIRMED)
    .group_by(FundingWindow.service_id)
)


def list_needs_said(connection: Connection) -> Iterator[tuple[str, uuid.UUID]]:
    """What people call each need: its name and the words that coordinators gave it."""
    for need in connection.execute(sa.select(Need.id, Need.name, Need.words)):
        yield from ((text, need.id) for text in (need.name, *need.words))


def list_areas_said(connection: Connection) -> Iterator[tuple[str, uuid.UUID]]:
    """What each area is called."""
    yield from ((area.name, area.id) for area in connection.execute(sa.select(Area.id, Area.name)))


def list_needs_named(connection: Connection) -> tuple[Node, ...]:
    """Every need with its place in the tree, in order of name."""
    query = sa.select(Need.id, Need.code, Need.name, Need.parent_id).order_by(Need.name, Need.id)
    return tuple(Node(*row) for row in connection.execute(query))


def list_areas_named(connection: Connection) -> tuple[Node, ...]:
    """Every area with its place in the tree, in order of name."""
    query = sa.select(Area.id, Area.code, Area.name, Area.parent_id).order_by(Area.name, Area.id)
    return tuple(Node(*row) for row in connection.execute(query))


def list_facts(connection: Connection, service_ids: Ids | None = None) -> Iterator[ServiceFacts]:
    """What filters, counts and orders those of these services that exist, or all services."""
    for part in [None] if service_ids is None else _parts(service_ids):
        needs_of = _by_service(connection, _only(_NEEDS, service_need.c.service_id, part))
        served = list_areas_served(connection, part)
        places = _by_service(connection, _only(_AREAS_OF_PLACES, ServiceAtLocation.service_id, part))
        paid = _by_service(connection, _only(_PAID_UNTIL, FundingWindow.service_id, part))
        for key, name, status, checked_on in connection.execute(_only(_NAMES, Service.id, part)).all():
            needs, areas = _uuids(needs_of.get(key, "")), served.get(key, NONE)
            if key in places:
                areas |= _uuids(places[key])
            until = paid.get(key)
            is_listed, is_paused = status != ServiceStatus.CLOSED, status == ServiceStatus.PAUSED
            yield ServiceFacts(key, name, is_listed, needs, areas, is_paused, None if until == _ENDLESS else until, checked_on)


def list_areas_served(connection: Connection, part: Sequence[uuid.UUID] | None) -> dict[Any, frozenset[uuid.UUID]]:
    """The areas that each of these services serves, or each of all, by id as the driver gives it."""
    found = _by_service(connection, _only(_AREAS_SERVED, ServiceArea.service_id, part))
    return {key: _uuids(labels) for key, labels in found.items()}


def _only(query: sa.Select[Any], column: Any, ids: Sequence[uuid.UUID] | None) -> sa.Select[Any]:
    return query if ids is None else query.where(column.in_(ids))


def _by_service(connection: Connection, query: sa.Select[Any]) -> dict[Any, Any]:
    return dict(connection.execute(query).all())


@lru_cache(maxsize=50_000)
def _uuids(labels: str) -> frozenset[uuid.UUID]:
    return frozenset(uuid.UUID(label) for label in labels.split(",") if label)


def _parts(ids: Ids) -> Iterator[list[uuid.UUID]]:
    every = list(ids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
