"""Winds records back through the change log: every version of them, those that are gone included. Reads only."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.histories import Chapter, Entry, Values, Version, chapters_of, versions_of
from partnerdir.changes import Change
from partnerdir.database import Base, db

AT_ONCE = 500
Entries = dict[tuple[str, uuid.UUID], list[Entry]]


def day_of(moment: datetime) -> date:
    """The civil day that a moment is on."""
    return clock.civil_time(moment).date()


def chapters_by_day(histories: Iterable[Sequence[Version]]) -> list[Chapter]:
    """The histories of several records as one, civil day by civil day."""
    return chapters_of(histories, day_of)


def list_entries(record_types: Sequence[str], about: Collection[uuid.UUID]) -> Entries:
    """The change log of these records, newest first, by type and record."""
    found: Entries = defaultdict(list)
    columns = (Change.record_type, Change.record_id, Change.at, Change.action, Change.fields, Change.id)
    query = sa.select(*columns).order_by(Change.id.desc())
    for part in in_parts(sorted(about), AT_ONCE):
        where = Change.about_id.in_(part) & Change.record_type.in_(record_types)
        for record_type, record_id, at, action, fields, number in db.session.execute(query.where(where)):
            found[record_type, record_id].append(Entry(at, action, fields, number))
    return found


def histories_by(
    owner: str, model: type[Base], entries: Entries, ids: Collection[uuid.UUID], fields: Sequence[str]
) -> dict[str, list[Version]]:
    """By the record that the field `owner` names: every version of the records that these ids own, or ever owned.

    Each version has the record's own id, as its hexadecimal digits.
    """
    name = str(model.__tablename__)
    now = {row["id"]: row for row in list_rows(model, getattr(model, owner), ids, *fields)}
    found: dict[str, list[Version]] = defaultdict(list)
    for record_id in {*now, *(key for kind, key in entries if kind == name)}:
        for version in versions_of(now.get(record_id), entries.get((name, record_id), [])):
            values = version.values | {"id": record_id.hex}
            found[str(version.values[owner])].append(Version(values, version.since, version.until))
    return found


def list_rows(model: type[Base], key: Any, ids: Collection[uuid.UUID], *fields: str) -> list[Values]:
    """These fields of records as the change log would write them, and each record's id as it is."""
    columns = [getattr(model, name) for name in ("id", *fields)]
    rows = []
    for part in in_parts(sorted(ids), AT_ONCE):
        for row in db.session.execute(sa.select(*columns).where(key.in_(part))):
            rows.append({"id": row[0], **{name: _plain(value) for name, value in zip(fields, row[1:], strict=True)}})
    return rows


def list_pairs(key: Any, value: Any, ids: Collection[uuid.UUID], table: sa.FromClause) -> dict[uuid.UUID, list[Any]]:
    """What a table of pairs holds for each of these ids."""
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for part in in_parts(sorted(ids), AT_ONCE):
        for owner, held in db.session.execute(sa.select(key, value).select_from(table).where(key.in_(part))):
            found[owner].append(held)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID | StrEnum):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def in_parts(ids: Iterable[uuid.UUID], size: int) -> Iterator[list[uuid.UUID]]:
    """The ids, so many at a time."""
    whole = list(ids)
    return (whole[start : start + size] for start in range(0, len(whole), size))
