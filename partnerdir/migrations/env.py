"""Runs migrations on the database of the site; new ones take the next number."""

from typing import Any, Literal

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext

from partnerdir.database import ListOf, Moment, db


def _plain_type(_kind: str, value: object, _context: object) -> str | Literal[False]:
    """Our own column types are written as what they are stored as, so that a migration never leans on our code."""
    if isinstance(value, Moment):
        return "sa.DateTime()"
    return "sa.JSON()" if isinstance(value, ListOf) else False


def _next_number(migration: MigrationContext, _revision: object, scripts: list[MigrationScript]) -> None:
    before: Any = migration.get_current_revision()
    scripts[0].rev_id = f"{int(before or 0) + 1:04}"


def _run() -> None:
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # SQLite changes a table by making it anew; with foreign keys on, that would empty the tables that point to it.
            _pragma(connection, "foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            transactional_ddl=True,  # SQLite too can take half a migration back, since we say BEGIN ourselves
            compare_type=True,
            render_item=_plain_type,
            process_revision_directives=_next_number,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            _pragma(connection, "foreign_keys = ON")


def _pragma(connection: Any, words: str) -> None:
    connection.connection.dbapi_connection.execute(f"PRAGMA {words}")


_run()
