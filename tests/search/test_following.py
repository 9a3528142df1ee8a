"""The index follows what is committed, whoever committed it and in whatever order."""

import gc
import logging
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory import actions
from partnerdir.directory.models import Need, Organisation, Service
from partnerdir.errors import Conflict
from partnerdir.search import following
from partnerdir.search.disk import POSITION_FILE, alone
from partnerdir.search.index import NAME, newest, opened, rebuild
from partnerdir.search.rules import Question
from tests import make
from tests.search.asking import Searching, documents_in, fill


def test_every_kind_of_edit_is_found(searching_on_both: Searching) -> None:
    with make.saved():
        organisation = make.an_organisation("Harbour Trust")
        money = make.a_need("Money", words=["bawbees"])
        debt = make.a_need("Debt", "debt", parent_id=money.id)
        service = make.a_service("Lantern", organisation, needs=[debt])
    names = searching_on_both.names
    assert names("lantern") == names("harbour") == names("bawbees") == names("debt") == ["Lantern"]
    with make.saved():
        db.session.get_one(Organisation, organisation.id).name = "Quayside Trust"
    assert (names("harbour"), names("quayside")) == ([], ["Lantern"])
    with make.saved():
        db.session.get_one(Need, money.id).words = ["farthings"]
    assert (names("bawbees"), names("farthings")) == ([], ["Lantern"])
    with make.saved():
        db.session.get_one(Need, debt.id).parent_id = None
    assert (names("farthings"), names("debt")) == ([], ["Lantern"])
    with make.saved():
        actions.change_service(db.session.get_one(Service, service.id), {"description": "Soup on Sundays"}, needs=[])
    assert (names("debt"), names("soup")) == ([], ["Lantern"])
    with make.saved():
        db.session.delete(db.session.get_one(Service, service.id))
    assert (names("soup"), names()) == ([], [])
    assert documents_in(searching_on_both.folder) == []


def test_what_was_rolled_back_is_not_found(searching_on_both: Searching) -> None:
    searching_on_both.catch_up()
    with pytest.raises(ZeroDivisionError), make.saved():
        make.a_service("Lantern")
        _ = 1 / 0
    with make.saved():
        make.a_service("Compass")
    assert searching_on_both.names() == searching_on_both.names("lantern compass") == ["Compass"]


def test_a_change_is_followed_once(searching: Searching) -> None:
    searching.catch_up()
    with make.saved():
        make.a_service("Lantern")
    assert searching.catch_up() == db.session.scalar(sa.select(sa.func.count()).select_from(Change))
    position = newest(searching.folder) / POSITION_FILE
    before = position.stat().st_mtime_ns
    assert searching.catch_up() == 0
    assert position.stat().st_mtime_ns == before


def test_what_searching_does_not_show_is_followed_without_touching_the_index(searching: Searching) -> None:
    with make.saved():
        service = make.a_service("Lantern")
    searching.catch_up()
    before = opened(newest(searching.folder)).latest_generation()
    with make.saved():
        actions.add_contact(service, "Duty worker")
    assert searching.catch_up() == 1
    assert opened(newest(searching.folder)).latest_generation() == before


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_change_that_took_its_number_early_and_was_committed_late_is_found(searching_on_both: Searching) -> None:
    with make.saved():
        organisation_id = make.an_organisation().id
    searching_on_both.ask("anything")
    with Session(db.engine) as slow:
        slow.add(Service(organisation_id=organisation_id, name="Late lantern"))
        slow.flush()
        with make.saved():
            make.a_service("Early compass")
        assert searching_on_both.names() == searching_on_both.names("lantern compass") == ["Early compass"]
        slow.commit()
    assert searching_on_both.names("lantern") == ["Late lantern"]
    assert searching_on_both.names() == ["Early compass", "Late lantern"]


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_more_late_changes_than_are_read_at_once_are_all_followed(
    searching_on_both: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHANGES_AT_ONCE", 5)
    with make.saved():
        organisation_id = make.an_organisation().id
    searching_on_both.catch_up()
    with Session(db.engine) as slow:
        slow.add_all([Service(organisation_id=organisation_id, name=f"Late lantern {number}") for number in range(23)])
        slow.flush()
        with make.saved():
            make.a_service("Early compass")
        searching_on_both.catch_up()
        slow.commit()
    assert searching_on_both.catch_up() == 23
    assert searching_on_both.ask("lantern").total == 23


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_change_committed_while_the_index_is_made_anew_is_found(searching_on_both: Searching) -> None:
    with make.saved():
        organisation_id = make.an_organisation().id
    with Session(db.engine) as slow:
        slow.add(Service(organisation_id=organisation_id, name="Late lantern"))
        slow.flush()
        with make.saved():
            make.a_service("Early compass")
        rebuild(searching_on_both.folder)
        slow.commit()
    assert searching_on_both.names("lantern") == ["Late lantern"]


def test_more_changes_than_are_read_at_once_are_all_followed(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHANGES_AT_ONCE", 5)
    searching.catch_up()
    with make.saved():
        organisation = make.an_organisation()
        for number in range(23):
            make.a_service(f"Lantern {number}", organisation)
    assert searching.catch_up() == 24
    assert searching.ask("lantern").total == len(documents_in(searching.folder)) == 23


def test_many_edits_leave_one_document_each_and_few_segments(searching: Searching) -> None:
    fill(40)
    searching.catch_up()
    ids = list(db.session.scalars(sa.select(Service.id)))
    for round_ in range(2):
        for service_id in ids:
            with make.saved():
                db.session.get_one(Service, service_id).summary = f"lantern{round_}"
            searching.catch_up()
    assert sorted(documents_in(searching.folder)) == sorted(ids)
    assert len(list(newest(searching.folder).glob("*.seg"))) <= 10
    assert searching.ask("lantern0").total == 0


def test_only_one_follower_follows_at_a_time(searching: Searching) -> None:
    searching.catch_up()
    with make.saved():
        make.a_service("Lantern")
    with alone(newest(searching.folder) / "following.lock"):
        assert searching.catch_up() == 0
    assert searching.catch_up() == 2


def test_a_missing_index_is_made_by_the_follower_which_says_so(searching: Searching, caplog: pytest.LogCaptureFixture) -> None:
    with make.saved():
        make.a_service("Lantern")
    with caplog.at_level(logging.WARNING):
        assert searching.names("lantern") == ["Lantern"]
    assert "has not been made yet" in caplog.text


# Whoosh leaves a damaged file open when it gives up on it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("pattern", ["*.seg", "*.toc", POSITION_FILE])
def test_a_damaged_index_is_made_anew_by_the_follower(searching: Searching, pattern: str) -> None:
    with make.saved():
        make.a_service("Lantern")
    searching.catch_up()
    for file in newest(searching.folder).glob(pattern):
        file.write_bytes(b"nonsense")
    assert searching.names("lantern") == ["Lantern"]
    gc.collect()


def test_an_index_of_another_database_is_made_anew(searching_on_both: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    assert searching_on_both.names() == searching_on_both.names("lantern") == ["Lantern"]
    with db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(table.delete())
    with make.saved():
        for number in range(5):
            make.a_service(f"Compass {number}")
    assert searching_on_both.names("lantern compass") == searching_on_both.names()
    assert len(searching_on_both.names()) == 5


def test_a_finder_that_is_open_goes_on_through_a_rebuild(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    assert searching.names("lantern") == ["Lantern"]
    for _ in range(3):
        rebuild(searching.folder)
        assert searching.finder.find(Question("lantern")).total == 1


def test_a_rebuild_keeps_the_index_before_and_clears_what_was_never_finished(searching: Searching) -> None:
    for _ in range(4):
        (searching.folder / "unfinished" / "part").mkdir(parents=True)
        rebuild(searching.folder)
    assert sorted(path.name for path in searching.folder.iterdir() if path.is_dir()) == [
        f"{NAME}000003",
        f"{NAME}000004",
    ]


def test_two_rebuilds_at_once_are_refused(searching: Searching) -> None:
    rebuild(searching.folder)
    with alone(searching.folder / "rebuild.lock"), pytest.raises(Conflict, match="already"):
        rebuild(searching.folder)


def test_the_commands_say_what_they_did(app: Flask, searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    runner = app.test_cli_runner()
    assert "with 1 services" in runner.invoke(args=["search", "rebuild"]).output
    with make.saved():
        make.a_service("Compass")
    assert "Changes followed: 2" in runner.invoke(args=["search", "follow"]).output
    assert searching.finder.find(Question("compass")).total == 1


def test_an_unused_need_and_an_unknown_service_do_no_harm(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
        db.session.add(
            Change(
                at=sa.func.now(),
                by="a test",
                record_type="service",
                record_id=uuid.uuid4(),
                about_id=uuid.uuid4(),
                action="removed",
                fields={},
            )
        )
    assert searching.names("lantern") == ["Lantern"]
