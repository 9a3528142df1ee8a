"""The database: one base for every record, SQLite set up so that it loses nothing, and the one way to write."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import (
    ColumnProperty,
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
)
from sqlalchemy.orm.exc import StaleDataError

from partnerdir.errors import Conflict, PartnerdirError
from partnerdir.languages import gettext

BUSY_SECONDS = 30
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = sa.MetaData(naming_convention=NAMES)

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:
        """ServiceAtLocation is kept in service_at_location."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


db = SQLAlchemy(model_class=Base)


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, kept without a zone because SQLite has none, given back with one."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC without a zone; a moment that does not say its zone is a fault."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment must say its time zone.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to UTC with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


class ListOf(sa.types.TypeDecorator[list[str]]):
    """A short list of codes from one closed vocabulary, kept as JSON."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> list[str]:
        """The codes in the vocabulary's own order; an unknown code is a fault."""
        given = set(value or [])
        unknown = given - {str(code) for code in self.vocabulary}
        if unknown:
            raise ValueError(f"{min(unknown)!r} is not one of {', '.join(self.vocabulary)}.")
        return [str(code) for code in self.vocabulary if str(code) in given]


def one_of(vocabulary: type[StrEnum], name: str = "") -> sa.Enum:
    """A column type that holds one word of a vocabulary, checked by the database; a table's second one needs a name."""
    return sa.Enum(
        vocabulary,
        native_enum=False,
        create_constraint=True,
        name=name or vocabulary.__name__.lower(),
        length=30,
        values_callable=lambda words: [str(word) for word in words],
    )


class Record:
    """What every record has: a UUID that never changes, and a version that refuses silent overwriting."""

    unlogged: tuple[str, ...] = ()
    logged_lists: tuple[str, ...] = ()

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def __init__(self, **values: Any) -> None:
        values.setdefault("id", uuid.uuid4())
        super().__init__(**values)

    @property
    def about_id(self) -> uuid.UUID:
        """The record that this one is a part of, as the change log files it."""
        return self.id

    def refuse_stale(self, seen_version: int | None) -> None:
        """Refuses a change that was begun on an older version. Raises: Conflict."""
        if seen_version is not None and self.version != seen_version:
            raise Conflict(
                gettext("Somebody else changed this while you were editing. Check what they changed, then save again.")
            )


def begin_writing(by: str) -> Session:
    """Takes the write lock before anything is read; for doors of libraries that commit by themselves."""
    session = db.session()
    session.rollback()
    session.info["by"] = by
    session.connection(execution_options={"writes": True})
    return session


class MissingDatabase(PartnerdirError):
    """The file that holds the records is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no database at {path}. Put the latest backup there; for a new installation run 'flask prepare'."
        )


@contextmanager
def writing(by: str) -> Iterator[Session]:
    """One change, whole: takes the write lock first, signs the change log with `by`, commits, or undoes all of it."""
    session = begin_writing(by)
    try:
        yield session
        session.commit()
    except StaleDataError as stale:
        session.rollback()
        raise Conflict(gettext("Somebody else changed this at the same moment. Load it again and try once more.")) from stale
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("by", None)


def has_unsaved_changes(session: Session) -> bool:
    """Whether this session holds changes that nobody has committed."""
    return bool(session.new or session.dirty or session.deleted or session.info.get("unsaved"))


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _remember_what_was_there(_class: type, _name: str, attribute: InstrumentedAttribute[Any]) -> None:
    # After a commit a record is read anew when it is asked for; without this a field that is only set forgets its old value.
    if isinstance(attribute.property, ColumnProperty):
        event.listen(attribute, "set", _no_more_than_that, active_history=True)


def _no_more_than_that(*_arguments: object) -> None:
    """Asking for the old value is all that the listener is there for."""


@event.listens_for(Session, "after_flush")
def _note_unsaved(session: Session, _context: object) -> None:
    session.info["unsaved"] = True


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _note_saved(session: Session) -> None:
    session.info.pop("unsaved", None)


def add_database_file() -> bool:
    """Makes the file of a SQLite database where there is none yet, and says whether it did."""
    path = _file_of(db.engine.url.database) if db.engine.dialect.name == "sqlite" else None
    if path is None or path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return True


def refresh_statistics(session: Session) -> None:
    """Lets SQLite look at a sample of each table, in milliseconds: without it a large one is searched the long way round."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA analysis_limit = 1000"))
        session.execute(sa.text("ANALYZE"))


# A million ids: making a UUID or an enum of each is what takes longest.
def as_given(column: Any) -> Any:
    """The column, read as the database's driver gives it."""
    return sa.type_coerce(column, sa.types.NullType())


def uuid_of(key: Any) -> uuid.UUID:
    """The id that the driver gave in its own way."""
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)


def _file_of(name: str | None) -> Path | None:
    return Path(name) if name and name != ":memory:" else None


@event.listens_for(Engine, "do_connect")
def _never_make_a_new_database(dialect: Dialect, _record: object, arguments: Any, _named: object) -> None:
    # SQLite would quietly put an empty database in the place of one that is lost.
    path = _file_of(arguments[0]) if dialect.name == "sqlite" else None
    if path and not path.exists():
        raise MissingDatabase(path)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: object) -> None:
    if type(connection).__module__ != "sqlite3":
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        f"mmap_size = {1 << 30}",  # pages are read where the system has them already, without a copy of each
    ):
        connection.execute(f"PRAGMA {pragma}").close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A read that turns into a write fails at once when somebody wrote in between; taking the lock first waits.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
