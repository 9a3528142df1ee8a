"""What search reads of the records: what changed, which services that touches, and what is to be found of a service."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from partnerdir.changes import Change
from partnerdir.directory.models import Location, Need, Organisation, Service, ServiceArea, ServiceAtLocation, service_need
from partnerdir.directory.rules import ServiceStatus
from partnerdir.errors import PartnerdirError
from partnerdir.geography.models import Area
from partnerdir.search.rules import PATIENCE, Position, with_ancestors

AT_ONCE = 500  # ids in one statement
Ids = Collection[uuid.UUID]


class OtherDatabase(PartnerdirError):
    """The change that was last followed is not in this database, so what was followed before says nothing about it."""


@dataclass(frozen=True)
class Document:
    """What is to be found of one service; no address, no contact."""

    id: uuid.UUID
    name: str
    needs: str
    words: str
    description: str


class ServiceFacts(NamedTuple):
    """What filters, counts and orders one service."""

    id: uuid.UUID
    name: str
    is_listed: bool
    need_ids: frozenset[uuid.UUID]
    area_ids: frozenset[uuid.UUID]


def find_starting_position(connection: Connection, now: datetime) -> Position:
    """Where to follow from for one who reads every record after this."""
    moment = sa.select(Change.id, Change.at)
    settled = connection.execute(moment.where(Change.at <= now - PATIENCE).order_by(Change.id.desc()).limit(1)).first()
    position = Position(*settled) if settled else Position()
    recent = connection.execute(moment.where(Change.id > position.followed_to).order_by(Change.id))
    return position.after([(number, at) for number, at in recent], now)


def list_changes(connection: Connection, position: Position, limit: int | None = None) -> list[Row[*tuple[Any, ...]]]:
    """The changes that have not been followed yet, in order of number. Raises: OtherDatabase."""
    gaps = [Change.id.between(gap.first, gap.last) for gap in position.gaps]
    least = min([position.followed_to, *(gap.first for gap in position.gaps)])
    rows = connection.execute(
        sa.select(Change.id, Change.at.label("at"), Change.record_type, Change.record_id, Change.about_id)
        .where(Change.id >= least, sa.or_(Change.id >= position.followed_to, *gaps))
        .order_by(Change.id)
        .limit(limit + 1 if limit else None)
    ).all()
    if position.followed_to == 0:
        return list(rows)
    # The last change that was followed is read again, to know this database by it.
    if (position.followed_to, position.happened_at) not in {(row.id, row.at) for row in rows}:
        raise OtherDatabase("The change log is not the one that was followed before.")
    return [row for row in rows if row.id != position.followed_to]


def list_services_touched(connection: Connection, changes: Iterable[Row[*tuple[Any, ...]]]) -> set[uuid.UUID]:
    """The services of which something that search knows was changed."""
    changed = defaultdict(set)
    for change in changes:
        changed[change.record_type].add(change.about_id)
    touched = {service_id for kind in ("service", "service_area", "service_at_location") for service_id in changed[kind]}
    touched |= _services_where(connection, Service.id, Service.organisation_id, changed["organisation"])
    touched |= _services_where(connection, ServiceAtLocation.service_id, ServiceAtLocation.location_id, changed["location"])
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
    needs = {
        row.id: (row.name, " ".join(row.words or ())) for row in connection.execute(sa.select(Need.id, Need.name, Need.words))
    }
    lines = with_ancestors(list_need_parents(connection))
    for part in _parts(service_ids):
        needs_of = _grouped(connection, _only(_NEEDS, service_need.c.service_id, part))
        for row in connection.execute(_only(_TEXTS, Service.id, part)):
            line = {above for need_id in _uuids(needs_of.get(row.key, ())) for above in lines[need_id]}
            yield Document(
                id=_uuid(row.key),
                name=f"{row.name} {row.alternate_name}",
                needs=" ".join(needs[need_id][0] for need_id in line),
                words=" ".join([row.organisation_name, row.summary, *(needs[need_id][1] for need_id in line)]),
                description=f"{row.description} {row.eligibility_description}",
            )


def _key(column: Any) -> Any:
    # As the database's driver gives it: making a UUID of each of a million is what takes longest.
    return sa.type_coerce(column, sa.types.NullType())


_TEXTS = sa.select(
    _key(Service.id).label("key"),
    Service.name,
    Service.alternate_name,
    Service.summary,
    Service.description,
    Service.eligibility_description,
    Organisation.name.label("organisation_name"),
).join(Organisation, Organisation.id == Service.organisation_id)
_NAMES = sa.select(_key(Service.id), Service.name, Service.status)
_NEEDS = sa.select(_key(service_need.c.service_id), _key(service_need.c.need_id))
_AREAS_SERVED = sa.select(_key(ServiceArea.service_id), _key(ServiceArea.area_id))
# Where a confidential service is must not be told by the area it is found in; any mark wins.
_AREAS_OF_PLACES = (
    sa.select(_key(ServiceAtLocation.service_id), _key(Location.area_id))
    .join(Location, Location.id == ServiceAtLocation.location_id)
    .join(Service, Service.id == ServiceAtLocation.service_id)
    .join(Organisation, Organisation.id == Service.organisation_id)
    .where(
        Location.area_id.is_not(None),
        ~Location.is_confidential,
        ~Service.is_confidential,
        ~Organisation.is_confidential,
    )
)


def list_facts(connection: Connection, service_ids: Ids | None = None) -> Iterator[ServiceFacts]:
    """What filters, counts and orders those of these services that exist, or all services."""
    combination = lru_cache(maxsize=None)(_uuids)  # many services share one
    for part in [None] if service_ids is None else _parts(service_ids):
        needs_of = _grouped(connection, _only(_NEEDS, service_need.c.service_id, part))
        areas_of = _grouped(
            connection,
            _only(_AREAS_SERVED, ServiceArea.service_id, part),
            _only(_AREAS_OF_PLACES, ServiceAtLocation.service_id, part),
        )
        for key, name, status in connection.execute(_only(_NAMES, Service.id, part)).all():
            need_ids, area_ids = (combination(frozenset(labels.get(key, ()))) for labels in (needs_of, areas_of))
            yield ServiceFacts(_uuid(key), name, status is not ServiceStatus.CLOSED, need_ids, area_ids)


def _only(query: sa.Select[Any], column: Any, ids: Sequence[uuid.UUID] | None) -> sa.Select[Any]:
    return query if ids is None else query.where(column.in_(ids))


def _grouped(connection: Connection, *queries: sa.Select[Any]) -> dict[Any, set[Any]]:
    found: defaultdict[Any, set[Any]] = defaultdict(set)
    for query in queries:
        for service_key, other_key in connection.execute(query).all():
            found[service_key].add(other_key)
    return found


def _uuids(keys: Collection[Any]) -> frozenset[uuid.UUID]:
    return frozenset(map(_uuid, keys))


def _uuid(key: Any) -> uuid.UUID:
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)


def _parts(ids: Ids) -> Iterator[list[uuid.UUID]]:
    every = list(ids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
