"""A PostgreSQL of the tests' own: made in a temporary folder by an ordinary user, reached by a socket, stopped at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.system_packages import find_postgres

# Nothing in it outlives the tests, so it need not reach the disk.
OPTIONS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=60 -c timezone=UTC"
ORDINARY_USERS = ("postgres", "nobody")


@contextmanager
def running() -> Iterator[str]:
    """Runs a server while the block lasts and gives its SQLAlchemy address; skips where PostgreSQL is absent."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not on this machine: the database was tested on SQLite only")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data = folder / "data"
    user = _ordinary_user()
    if user:
        shutil.chown(folder, user)
    try:
        _run(user, programs / "initdb", "--pgdata", data, "--username=tests", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"{OPTIONS} -k {folder}"
        _run(user, programs / "pg_ctl", "--pgdata", data, "--log", folder / "log", "--options", options, "--wait", "start")
        try:
            yield f"postgresql+psycopg://tests@/postgres?host={folder}"
        finally:
            _run(user, programs / "pg_ctl", "--pgdata", data, "--mode=immediate", "--wait", "stop")
    finally:
        shutil.rmtree(folder)


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Makes an empty database on the server and gives its address; drops it afterwards, whoever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    server = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def _ordinary_user() -> str | None:
    """The user to run as instead of root, which PostgreSQL refuses; None where we are ordinary already."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ORDINARY_USERS if name in known)


def _run(user: str | None, *command: str | Path) -> None:
    group = pwd.getpwnam(user).pw_gid if user else None
    others = () if user else None
    # The server inherits our output when it starts; a pipe would wait for it for ever, so it gets a file.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            user=user, group=group, extra_groups=others,
        )  # fmt: skip
        output.seek(0)
        if done.returncode:
            pytest.fail(f"PostgreSQL: {Path(command[0]).name} failed: {output.read().decode(errors='replace')}")
