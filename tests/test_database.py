"""The database keeps its word: durable SQLite, one writer at a time, nothing silently overwritten."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from partnerdir.database import MissingDatabase, db, has_unsaved_changes, writing
from partnerdir.directory import actions
from partnerdir.directory.models import Organisation, Service
from partnerdir.errors import Conflict
from partnerdir.factory import create_app
from tests import make
from tests.conftest import make_settings


def test_sqlite_is_set_up_to_lose_nothing(app: Flask) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys")
    pragmas = {name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in names}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_change_that_fails_leaves_nothing_behind(app_on_both: Flask) -> None:
    with pytest.raises(ZeroDivisionError), make.saved():
        make.an_organisation()
        raise ZeroDivisionError
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 0


def test_two_writers_wait_for_each_other_and_neither_is_lost(app_on_both: Flask) -> None:
    with make.saved():
        service_id = make.a_service().id

    def add_to_the_name() -> None:
        with app_on_both.app_context():
            for _ in range(10):
                with writing(by="a test"):
                    service = db.session.get(Service, service_id, with_for_update=True)
                    assert service is not None
                    service.name += "x"

    threads = [threading.Thread(target=add_to_the_name) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    service = db.session.get(Service, service_id)
    assert service is not None
    assert service.name.count("x") == 40


def test_an_edit_begun_on_an_older_version_is_refused(app_on_both: Flask) -> None:
    with make.saved():
        service = make.a_service()
    seen = service.version
    with make.saved():
        actions.change_service(service, {"summary": "First"}, seen_version=seen)
    with pytest.raises(Conflict), make.saved():
        actions.change_service(service, {"summary": "Second"}, seen_version=seen)
    assert service.summary == "First"


@pytest.mark.parametrize("broken", [{"minimum_age": 30, "maximum_age": 20}, {"maximum_age": 121}])
def test_the_database_itself_refuses_impossible_ages(app_on_both: Flask, broken: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), make.saved():
        service = make.a_service()
        for name, value in broken.items():
            setattr(service, name, value)


def test_unsaved_changes_are_noticed(app: Flask) -> None:
    assert not has_unsaved_changes(db.session())
    make.an_organisation()
    assert has_unsaved_changes(db.session())
    db.session.rollback()
    assert not has_unsaved_changes(db.session())


def test_a_closed_vocabulary_refuses_an_unknown_word(app: Flask) -> None:
    with pytest.raises(sa.exc.StatementError, match="not one of"), make.saved():
        make.a_service(ways=["by_pigeon"])


def test_the_database_file_is_where_the_settings_say(app: Flask, tmp_path: Path) -> None:
    assert (tmp_path / "partnerdir.sqlite3").exists()


def test_a_database_that_is_lost_is_named_and_no_empty_one_takes_its_place(tmp_path: Path) -> None:
    site = create_app(make_settings(tmp_path))
    with site.app_context(), pytest.raises(MissingDatabase, match=r"partnerdir\.sqlite3.*backup"):
        db.session.execute(sa.text("SELECT 1"))
    assert not (tmp_path / "partnerdir.sqlite3").exists()
