"""What search reads of the records: what changed, which services that touches, and what is to be found of a service."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


@dataclass(frozen=True)
class Facts:
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


def list_changes(connection: Connection, position: Position, limit: int | None = None) -> list[Row[Any]]:
    """The changes that have not been followed yet, in order of number. Raises: OtherDatabase."""
    gaps = [Change.id.between(gap.first, gap.last) for gap in position.gaps]
    least = min([position.followed_to, *(gap.first for gap in position.gaps)])
    rows = connection.execute(
        sa.select(Change.id, Change.at, Change.record_type, Change.record_id, Change.about_id)
        .where(Change.id >= least, sa.or_(Change.id >= position.followed_to, *gaps))
        .order_by(Change.id)
        .limit(limit + 1 if limit else None)
    ).all()
    if position.followed_to == 0:
        return list(rows)
    # The last change that was followed is read again, to know this database by it.
    if (position.followed_to, position.happened_at) not in {(row.id, row.at) for row in rows[: limit and limit + 1]}:
        raise OtherDatabase("The change log is not the one that was followed before.")
    return [row for row in rows if row.id != position.followed_to]


def list_services_touched(connection: Connection, changes: Iterable[Row[Any]]) -> set[uuid.UUID]:
    """The services of which something that search knows was changed."""
    changed = defaultdict(set)
    for change in changes:
        changed[change.record_type].add(change.about_id)
    touched = {service_id for kind in ("service", "service_area", "service_at_location") for service_id in changed[kind]}
    touched |= _services_where(connection, Service.id, Service.organisation_id, changed["organisation"])
    touched |= _services_where(
        connection, ServiceAtLocation.service_id, ServiceAtLocation.location_id, changed["location"]
    )
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
    return dict(connection.execute(sa.select(Need.id, Need.parent_id)).tuples())


def list_area_parents(connection: Connection) -> dict[uuid.UUID, uuid.UUID | None]:
    """The tree of areas: each area and the one above it."""
    return dict(connection.execute(sa.select(Area.id, Area.parent_id)).tuples())


def list_service_ids(connection: Connection) -> list[uuid.UUID]:
    """The ids of all services."""
    return list(connection.scalars(sa.select(Service.id).order_by(Service.id)))


def list_documents(connection: Connection, service_ids: Ids) -> Iterator[Document]:
    """What is to be found of those of these services that exist."""
    needs = {
        row.id: (row.name, " ".join(row.words or ()))
        for row in connection.execute(sa.select(Need.id, Need.name, Need.words))
    }
    lines = with_ancestors(list_need_parents(connection))
    for part in _parts(service_ids):
        needs_of = _grouped(connection, sa.select(service_need).where(service_need.c.service_id.in_(part)))
        rows = connection.execute(_TEXTS.where(Service.id.in_(part)))
        for row in rows:
            line = {above for need_id in needs_of[row.id] for above in lines[need_id]}
            yield Document(
                id=row.id,
                name=f"{row.name} {row.alternate_name}",
                needs=" ".join(needs[need_id][0] for need_id in line),
                words=" ".join([row.organisation_name, row.summary, *(needs[need_id][1] for need_id in line)]),
                description=f"{row.description} {row.eligibility_description}",
            )


_TEXTS = sa.select(
    Service.id,
    Service.name,
    Service.alternate_name,
    Service.summary,
    Service.description,
    Service.eligibility_description,
    Organisation.name.label("organisation_name"),
).join(Organisation, Organisation.id == Service.organisation_id)

# Where a confidential service is must not be told by the area it is found in; any mark wins.
_AREAS_OF_PLACES = (
    sa.select(ServiceAtLocation.service_id, Location.area_id)
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


def list_facts(connection: Connection, service_ids: Ids | None = None) -> Iterator[Facts]:
    """What filters, counts and orders those of these services that exist, or all services."""
    for part in [None] if service_ids is None else _parts(service_ids):
        needs_of = _grouped(connection, _only(sa.select(service_need), service_need.c.service_id, part))
        areas_of = _grouped(
            connection,
            _only(sa.select(ServiceArea.service_id, ServiceArea.area_id), ServiceArea.service_id, part),
            _only(_AREAS_OF_PLACES, ServiceAtLocation.service_id, part),
        )
        rows = connection.execute(_only(sa.select(Service.id, Service.name, Service.status), Service.id, part))
        for service_id, name, status in rows:
            is_listed = status is not ServiceStatus.CLOSED
            yield Facts(service_id, name, is_listed, frozenset(needs_of[service_id]), frozenset(areas_of[service_id]))


def _only(query: sa.Select[Any], column: Any, ids: Sequence[uuid.UUID] | None) -> sa.Select[Any]:
    return query if ids is None else query.where(column.in_(ids))


def _grouped(connection: Connection, *queries: sa.Select[Any]) -> defaultdict[uuid.UUID, set[uuid.UUID]]:
    found: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for query in queries:
        for service_id, other_id in connection.execute(query):
            found[service_id].add(other_id)
    return found


def _parts(ids: Ids) -> Iterator[list[uuid.UUID]]:
    every = list(ids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
