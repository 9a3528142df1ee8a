"""Rule 8: migrations are numbered, with one head, and know no model; a migrated database equals the models."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade

from partnerdir.database import Base, Moment, db
from partnerdir.factory import create_app
from tests.conftest import make_settings
from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, Source, list_sources

VERSIONS = "partnerdir/migrations/versions"
ALEMBIC_TABLE = "alembic_version"


def broken_chain(root: Path) -> list[str]:
    """Migrations out of number, off the one line, or leaning on our code."""
    versions = list_sources(root, VERSIONS)
    findings = [] if versions else [f"{VERSIONS} holds no migration"]
    for number, source in enumerate(versions, start=1):
        expected, before = f"{number:04}", f"{number - 1:04}" if number > 1 else None
        if not re.fullmatch(rf"{expected}_[a-z0-9_]+", source.stem):
            findings.append(f"{source.path} is not named {expected}_what_it_does.py")
        if (_said(source, "revision"), _said(source, "down_revision")) != (expected, before):
            findings.append(f"{source.path} is not revision {expected!r} after {before!r}")
        findings += [
            f"{source.at(brought.line)} imports {brought.name}; a migration must mean the same for ever"
            for brought in source.imports
            if brought.name.partition(".")[0] == "partnerdir"
        ]
    return findings


def _said(source: Source, name: str) -> Any:
    found = re.search(rf"^{name}\b[^=\n]*=\s*(?:\"(\w+)\"|'(\w+)'|None)\s*(?:#.*)?$", source.text, re.MULTILINE)
    return (found[1] or found[2]) if found else "nothing"


Shape = dict[str, list[str]]


def shape_of(engine: sa.Engine) -> Shape:
    """Every table of a database, with its columns, keys, indexes and checks as text."""
    inspector = sa.inspect(engine)
    inspector.clear_cache()
    parts = ("columns", "foreign_keys", "unique_constraints", "indexes", "check_constraints")
    return {
        table: [
            f"primary key: {inspector.get_pk_constraint(table)}",
            *sorted(f"{part}: {found}" for part in parts for found in getattr(inspector, f"get_{part}")(table)),
        ]
        for table in inspector.get_table_names()
        if table != ALEMBIC_TABLE
    }


def differences(migrated: Shape, modelled: Shape) -> list[str]:
    """What one database has and the other has not."""
    return [
        f"{table}: {'only migrations make' if part in migrated.get(table, []) else 'only models make'} {part}"
        for table in sorted({*migrated, *modelled})
        for part in sorted({*migrated.get(table, ["the table"])} ^ {*modelled.get(table, ["the table"])})
    ]


def test_migrations_are_numbered_on_one_line_and_import_nothing_of_ours():
    assert_none(broken_chain(HOUSE))


def test_a_migrated_database_equals_the_models(database_url: str, tmp_path: Path):
    site = create_app(make_settings(tmp_path, database_url))
    with site.app_context():
        upgrade()
        with db.engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            compared = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
            assert_none(map(str, compared))
        migrated = shape_of(db.engine)
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        modelled = shape_of(db.engine)
        db.engine.dispose()
    assert_none(differences(migrated, modelled))


@pytest.mark.parametrize(
    "fault",
    [
        "ALTER TABLE pot ADD COLUMN note VARCHAR",
        "ALTER TABLE pot DROP COLUMN name",
        "CREATE TABLE stray (id INTEGER)",
        "CREATE INDEX ix_pot_name ON pot (name)",
        "DROP TABLE pot",
        "DROP TABLE pot; CREATE TABLE pot (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20), given INTEGER, since TIMESTAMP)",
    ],
)
def test_a_database_that_differs_from_the_models_is_caught(database_url: str, fault):
    models = sa.MetaData()
    sa.Table(
        "pot",
        models,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)),
        sa.Column("given", sa.Integer, sa.CheckConstraint("given >= 0", name="ck_pot_given")),
        sa.Column("since", Moment),
    )
    engine = sa.create_engine(database_url)
    models.create_all(engine)
    modelled = shape_of(engine)
    with engine.begin() as connection:
        for statement in fault.split("; "):
            connection.execute(sa.text(statement))
    assert differences(modelled, modelled) == []
    assert differences(shape_of(engine), modelled)
    engine.dispose()


FIRST = 'revision = "0001"\ndown_revision = None\n'
SECOND = 'revision = "0002"\ndown_revision = "0001"\n'


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("0002_second.py", SECOND.replace('"0001"', "None")),
        ("0002_second.py", SECOND.replace('"0002"', '"a1b2c3"')),
        ("0002_second.py", f"{SECOND}from partnerdir.funding.models import Fund\n"),
        ("0002_second.py", f"{SECOND}def upgrade():\n    from partnerdir import database\n"),
        ("0003_third.py", SECOND),
        ("0003_third.py", 'revision = "0003"\ndown_revision = "0001"\n'),
        ("0001_another_first.py", 'revision = "0001b"\ndown_revision = None\n'),
        ("a1b2c3_second.py", SECOND),
        ("0002.py", SECOND),
    ],
)
def test_a_broken_chain_of_migrations_is_caught(plant: Plant, name, code):
    plant(f"{VERSIONS}/0001_first.py", FIRST)
    assert broken_chain(plant(f"{VERSIONS}/{name}", code))


def test_no_migration_at_all_is_caught(tmp_path: Path):
    assert broken_chain(tmp_path)


def test_an_unbroken_chain_is_left_alone(plant: Plant):
    plant(f"{VERSIONS}/0001_first.py", f"{FIRST}import sqlalchemy as sa\n")
    assert broken_chain(plant(f"{VERSIONS}/0002_second.py", SECOND.replace("revision =", "revision: str =", 1))) == []
