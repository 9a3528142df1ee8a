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
    happened_at = connection.scalar(sa.select(Change.at).where(Change.id == position.followed_to))
    if happened_at != position.happened_at:
        raise OtherDatabase("The change log is not the one that was followed before.")
    gaps = [Change.id.between(gap.first, gap.last) for gap in position.gaps]
    least = min([position.followed_to + 1, *(gap.first for gap in position.gaps)])
    query = sa.select(Change.id, Change.at.label("at"), Change.record_type, Change.about_id)
    due = query.where(Change.id >= least, sa.or_(Change.id > position.followed_to, *gaps))
    return list(connection.execute(due.order_by(Change.id).limit(limit)))


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
    query = sa.select(Need.id, Need.parent_id, Need.name, Need.words)
    needs = {row.id: row for row in connection.execute(query)}
    lines = with_ancestors({need.id: need.parent_id for need in needs.values()})
    for part in _parts(service_ids):
        needs_of = _by_service(connection, _only(_NEEDS, service_need.c.service_id, part))
        for row in connection.execute(_only(_TEXTS, Service.id, part)):
            line = {above for need_id in _uuids(needs_of.get(row.key, "")) for above in lines.get(need_id, ())}
            words = [word for need_id in line for word in needs[need_id].words]
            yield Document(
                id=_uuid(row.key),
                name=f"{row.name} {row.alternate_name}",
                needs=" ".join(needs[need_id].name for need_id in line),
                words=" ".join([row.organisation_name, row.summary, *words]),
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


def _labels(service_id: Any, label_id: Any) -> sa.Select[Any]:
    # The labels of a service in one row, as text: many services have the same, which is then read once.
    labels = sa.func.aggregate_strings(sa.cast(label_id, sa.String(36)), ",")
    return sa.select(_key(service_id), labels).group_by(service_id)


_NEEDS = _labels(service_need.c.service_id, service_need.c.need_id)
_AREAS_SERVED = _labels(ServiceArea.service_id, ServiceArea.area_id)
# Where a confidential service is must not be told by the area it is found in; any mark wins.
_AREAS_OF_PLACES = (
    _labels(ServiceAtLocation.service_id, Location.area_id)
    .select_from(ServiceAtLocation)
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
    uuids = lru_cache(maxsize=None)(_uuids)
    for part in [None] if service_ids is None else _parts(service_ids):
        needs_of = _by_service(connection, _only(_NEEDS, service_need.c.service_id, part))
        served = _by_service(connection, _only(_AREAS_SERVED, ServiceArea.service_id, part))
        places = _by_service(connection, _only(_AREAS_OF_PLACES, ServiceAtLocation.service_id, part))
        for key, name, status in connection.execute(_only(_NAMES, Service.id, part)).all():
            needs, areas = uuids(needs_of.get(key, "")), uuids(served.get(key, ""))
            if key in places:
                areas |= uuids(places[key])
            yield ServiceFacts(_uuid(key), name, status is not ServiceStatus.CLOSED, needs, areas)


def _only(query: sa.Select[Any], column: Any, ids: Sequence[uuid.UUID] | None) -> sa.Select[Any]:
    return query if ids is None else query.where(column.in_(ids))


def _by_service(connection: Connection, query: sa.Select[Any]) -> dict[Any, str]:
    return dict(connection.execute(query).all())


def _uuids(labels: str) -> frozenset[uuid.UUID]:
    return frozenset(uuid.UUID(label) for label in labels.split(",") if label)


def _uuid(key: Any) -> uuid.UUID:
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)


def _parts(ids: Ids) -> Iterator[list[uuid.UUID]]:
    every = list(ids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
