"""What every test may ask for: a site, a database on SQLite and on PostgreSQL, people who sign in."""

import contextvars
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, StrictUndefined, Undefined
from jinja2.bccache import Bucket
from jinja2.utils import missing
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Playwright, sync_playwright

from partnerdir.accounts.rules import RoleName
from partnerdir.database import add_database_file, db, has_unsaved_changes
from partnerdir.factory import create_app
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests import people, postgres
from tests.browser import FLAGS, require_chromium

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, where there is one."""
    if not SHARED.is_dir():
        pytest.skip(f"the real data is not at {SHARED}: tests against real listings and grants were not run")
    return SHARED


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers: one for all tests of a process, which is as many as it allows."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Chromium]:
    """A real Chromium that talks to nobody but the site."""
    opened = playwright.chromium.launch(executable_path=require_chromium(), args=list(FLAGS))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL of our own, started for these tests."""
    with postgres.running() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new and empty database, once on each kind that we promise."""
    if request.param == "sqlite":
        (tmp_path / "partnerdir.sqlite3").touch()
        yield f"sqlite:///{tmp_path / 'partnerdir.sqlite3'}"
    else:
        with postgres.new_database(request.getfixturevalue("postgres_url")) as url:
            yield url


def make_settings(folder: Path, database_url: str = "", **changes: object) -> Settings:
    """Settings for a site that lives in a temporary folder."""
    values: dict[str, object] = {
        "instance_folder": str(folder),
        "database_url": database_url or f"sqlite:///{folder / 'partnerdir.sqlite3'}",
        "secret_key": "a secret for tests only, long enough",
        "password_salt": "a salt for tests only",
        "question_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    } | changes
    return Settings(**values)  # type: ignore[arg-type]  # the values are checked where the tests name them


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of the site under test; a test may ask for others by overriding this fixture."""
    return make_settings(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole site on a new SQLite database, inside its application context."""
    yield from running_site(settings)


@pytest.fixture
def app_on_both(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole site, once on SQLite and once on PostgreSQL."""
    yield from running_site(make_settings(tmp_path, database_url))


class Browser(FlaskClient):
    """A test client whose every request has a context of its own, as in a real server."""

    def open(self, *args: Any, **named: Any) -> Any:
        """Makes the request outside the test's own application context."""
        return contextvars.Context().run(super().open, *args, **named)


class Compiled(BytecodeCache):
    """Templates that one site of this process has compiled are not compiled again for the next: it took a third of the time."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Takes what is kept, which a template that has been changed since does not get."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()


def running_site(settings: Settings) -> Iterator[Flask]:
    """A site with its tables made, and closed afterwards."""
    site = create_app(settings)
    site.test_client_class = Browser
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    site.jinja_env.undefined = _known_names_only  # type: ignore[assignment]  # Jinja only ever calls it
    site.jinja_env.bytecode_cache = _COMPILED
    site.after_request(_refuse_unsaved_changes)
    with site.app_context():
        _make_tables()
        yield site
        db.session.remove()
        db.engine.dispose()
        site.extensions["search"].close()


def _make_tables() -> None:
    """The tables, made by SQLAlchemy once in each process; a new SQLite file is a copy of that one."""
    is_new = add_database_file()
    path = Path(str(db.engine.url.database))
    if is_new and _EMPTY:
        path.write_bytes(_EMPTY[0])
        return
    Base.metadata.create_all(db.engine)
    if is_new:
        db.engine.dispose()  # the last connection to close writes everything into the file
        _EMPTY.append(path.read_bytes())


_EMPTY: list[bytes] = []


def _known_names_only(hint: str | None = None, obj: object = missing, *named: Any, **more: Any) -> Undefined:
    """A name that nobody gave one of our templates is a fault; what a record does not have is nothing, as always."""
    is_of_a_library = "site-packages" in sys._getframe(1).f_code.co_filename  # GOV.UK's macros ask for what nobody gave
    return (Undefined if is_of_a_library or obj is not missing else StrictUndefined)(hint, obj, *named, **more)


def _refuse_unsaved_changes(response: Response) -> Response:
    """A request that ends with changes that nobody has committed is a fault, whatever it answers."""
    assert not has_unsaved_changes(db.session()), "the request ended with unsaved changes"
    return response


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def client_as(app: Flask) -> Callable[[RoleName], FlaskClient]:
    """A browser in which a person with this role has signed in."""
    return lambda role: people.signed_in(app, role)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement that the test causes, as text."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)
