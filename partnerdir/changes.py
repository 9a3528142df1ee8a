"""The change log: who changed what, when, from what to what, written in the same transaction as the change."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, object_session

from partnerdir import clock
from partnerdir.database import Base, Moment, Record, db

NOBODY = "system"


class Change(Base):
    """One record added, changed or removed."""

    __tablename__ = "change"

    # Numbers rise; followers (search) go by them.
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column("happened_at", Moment, index=True)
    by: Mapped[str] = mapped_column(sa.String(200))
    record_type: Mapped[str] = mapped_column(sa.String(60))
    record_id: Mapped[uuid.UUID] = mapped_column(index=True)
    about_id: Mapped[uuid.UUID] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(10))
    fields: Mapped[dict[str, list[Any]]] = mapped_column(sa.JSON)

    __table_args__ = (
        sa.CheckConstraint("action IN ('added', 'changed', 'removed')", name="action"),
        # Who looks for the news of one sort of record reads no other sort.
        sa.Index("ix_change_record_type_happened_at", "record_type", "happened_at"),
    )


def list_changes_about(about_id: uuid.UUID, limit: int = 200) -> list[Change]:
    """What was changed of one record and its parts, newest first."""
    query = sa.select(Change).where(Change.about_id == about_id).order_by(Change.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def list_changes_since(about_ids: Iterable[uuid.UUID], since: datetime) -> list[Change]:
    """What was changed of these records and their parts after a moment, oldest first."""
    query = sa.select(Change).where(Change.about_id.in_(list(about_ids)), Change.at > since).order_by(Change.id)
    return list(db.session.scalars(query))


def add_change(record_type: str, about_id: uuid.UUID, action: str, fields: dict[str, list[Any]]) -> None:
    """Writes one entry for something too large for an entry of each record, such as two million postcodes."""
    by = db.session().info.get("by", NOBODY)
    entry = {"record_type": record_type, "record_id": about_id, "about_id": about_id, "action": action, "fields": fields}
    db.session.add(Change(at=clock.now(), by=by, **entry))


@event.listens_for(Session, "before_flush")
def _write_change_log(session: Session, _context: UOWTransaction, _instances: object) -> None:
    marked = [(record, "added") for record in session.new]
    marked += [(record, "changed") for record in session.dirty if session.is_modified(record)]
    for record, action in marked:
        if isinstance(record, Record):
            fields = _changed_fields(record)
            if fields or action == "added":
                session.add(Change(**_entry(session, record, action, fields)))


@event.listens_for(Record, "after_delete", propagate=True)
def _write_removal(_mapper: object, connection: Connection, record: Record) -> None:
    # What is taken out of a list (a telephone number of a service) is only known to be removed once the flush runs.
    session = object_session(record) or db.session()
    gone = {name: [_plain(value), None] for name in _logged_fields(record) if (value := getattr(record, name)) is not None}
    connection.execute(sa.insert(Change).values(_entry(session, record, "removed", gone)))


def _entry(session: Session, record: Record, action: str, fields: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "by": session.info.get("by", NOBODY),
        "record_type": sa.inspect(record).mapper.local_table.name,
        "record_id": record.id,
        "about_id": record.about_id,
        "action": action,
        "fields": fields,
    }


def _logged_fields(record: Record) -> list[str]:
    """Its plain fields, but for long-lived secrets."""
    names = {attribute.key for attribute in sa.inspect(record).mapper.column_attrs}
    return sorted(names - {"id", "version", *record.unlogged})


def _changed_fields(record: Record) -> dict[str, list[Any]]:
    """From what to what, for each field that differs."""
    state, changed = sa.inspect(record), {}
    for name in sorted({*_logged_fields(record), *record.logged_lists}):
        history = state.attrs[name].history
        if name in record.logged_lists:
            if history.added or history.deleted:
                changed[name] = [_plain(history.deleted), _plain(history.added)]
        elif history.added and history.added != history.deleted:
            before, after = (history.deleted or [None])[0], history.added[0]
            if before != after:
                changed[name] = [_plain(before), _plain(after)]
    return changed


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Record):
        return str(value.id)
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value
