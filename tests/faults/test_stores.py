"""Databases that are held, full, read-only, gone, broken or old: said plainly, nothing lost, nothing made up in their place."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from partnerdir.database import db
from tests.alerts import post
from tests.faults.conftest import Outcome
from tests.faults.disks import Disk, mounted
from tests.faults.ground import Ground, prepared
from tests.faults.table import shows

pytestmark = pytest.mark.processes
ONE_RUN = ("-m", "tests.faults.dying_senders", "nowhere")
FILE = "partnerdir.sqlite3"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk of its own."""
    with mounted(tmp_path / "disk") as made:
        yield made


@pytest.fixture
def ground_on_disk(disk: Disk) -> Iterator[Ground]:
    """A site whose folder is that disk."""
    with post.running() as server, prepared(disk.folder, server) as made:
        (disk.folder / "log").touch()
        yield made


def let_go(ground: Ground) -> None:
    """Closes our own connections, so that only the processes hold the file; the whole of it is in the one file then."""
    db.session.rollback()
    db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.remove()
    db.engine.dispose()


@shows("store", "another process holds the write lock for 20 s")
def test_a_write_lock_held_for_20_seconds_is_waited_for(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    holder = ground.start("-m", "tests.faults.lock_holders", str(ground.folder / FILE), "20")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    began = time.monotonic()
    assert ground.run("alerts", "deliver").startswith("20 sent")
    assert time.monotonic() - began > 15
    holder.communicate(timeout=30)
    outcome.holds(ground.tally())


@shows("store", "disk full when warnings are to be queued")
def test_a_full_disk_at_queueing_queues_nothing_and_the_next_scan_everything(
    ground_on_disk: Ground, disk: Disk, outcome: Outcome
) -> None:
    ground_on_disk.add_due(100)
    db.session.rollback()
    db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.rollback()
    disk.fill()
    ground_on_disk.fail("alerts", "scan")
    disk.empty()
    assert db.session.scalar(sa.text("SELECT count(*) FROM delivery")) == 0
    ground_on_disk.run(*ONE_RUN)
    assert ground_on_disk.integrity() == "ok"
    outcome.holds(ground_on_disk.tally())


@shows("store", "disk full when a mail that went out is to be marked")
def test_a_full_disk_at_the_mark_repeats_that_one_message_id(ground_on_disk: Ground, disk: Disk, outcome: Outcome) -> None:
    ground_on_disk.queue(20)
    db.session.rollback()
    db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.rollback()
    ground_on_disk.post.on_data = lambda: disk.fill() if len(ground_on_disk.post.mails) == 2 else None
    ground_on_disk.fail("alerts", "deliver")
    ground_on_disk.post.on_data = lambda: None
    assert len(ground_on_disk.post.mails) == 3
    ground_on_disk.fail("alerts", "deliver")
    assert len(ground_on_disk.post.mails) == 3, "nothing goes out that cannot be claimed first"
    disk.empty()
    ground_on_disk.let_claims_run_out()
    ground_on_disk.run("alerts", "deliver")
    assert ground_on_disk.integrity() == "ok"
    outcome.holds(ground_on_disk.tally(), again_at_most=1)


@shows("store", "disk full under the log")
def test_a_full_disk_under_the_log_stops_no_mail(ground: Ground, disk: Disk, outcome: Outcome) -> None:
    ground.queue(20)
    ground.post.answer_to["worker3@housing.example"] = "451 Busy"
    log = disk.folder / "worker.log"
    log.touch()
    disk.fill()
    worker = ground.start("work", log=log, log_level="DEBUG")
    until = time.monotonic() + 60
    while len(ground.post.mails) < 18 and worker.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    worker.terminate()
    worker.communicate(timeout=20)
    assert log.read_bytes() == b""
    ground.post.answer_to.clear()
    ground.let_claims_run_out()
    ground.run("alerts", "deliver")
    outcome.holds(ground.tally())


@shows("store", "the database is read-only")
def test_a_read_only_database_sends_nothing_that_it_cannot_mark(
    ground_on_disk: Ground, disk: Disk, outcome: Outcome, tmp_path: Path
) -> None:
    ground_on_disk.queue(10)
    let_go(ground_on_disk)
    disk.read_only(True)
    for command in ("scan", "deliver"):
        process = ground_on_disk.start("alerts", command, log=tmp_path / "log")
        process.communicate(timeout=60)
        assert process.returncode == 1, (tmp_path / "log").read_text()
    assert ground_on_disk.post.mails == []
    disk.read_only(False)
    ground_on_disk.run("alerts", "deliver")
    outcome.holds(ground_on_disk.tally())


@shows("store", "the database is gone: no new empty one takes its place")
def test_a_missing_database_is_named_and_not_made_anew(ground: Ground, outcome: Outcome) -> None:
    ground.queue(10)
    let_go(ground)
    kept = shutil.move(ground.folder / FILE, ground.folder / "kept")
    for command in ("scan", "deliver"):
        assert f"There is no database at {ground.folder / FILE}" in ground.fail("alerts", command)
    assert not list(ground.folder.glob(f"{FILE}*"))
    shutil.move(kept, ground.folder / FILE)
    ground.run("alerts", "deliver")
    outcome.holds(ground.tally())


@pytest.mark.parametrize("where", ["head", "middle"])
@shows("store", "the database is corrupt, at its head or in its middle: left as it is, nothing sent, yesterday's copy works")
def test_a_corrupt_database_is_left_as_it_is_and_a_copy_takes_its_place(ground: Ground, outcome: Outcome, where: str) -> None:
    ground.queue(10)
    let_go(ground)
    path, kept = ground.folder / FILE, ground.folder / "kept"
    shutil.copy(path, kept)
    rubbish = b"rubbish " * 512
    with path.open("r+b") as file:
        file.seek(0 if where == "head" else 4096)
        file.write(rubbish * (1 if where == "head" else path.stat().st_size // 4096 - 1))
    broken = path.read_bytes()
    for command in ("scan", "deliver"):
        ground.fail("alerts", command)
    assert path.read_bytes() == broken
    assert ground.post.mails == []
    shutil.copy(kept, path)
    ground.run("alerts", "deliver")
    outcome.holds(ground.tally())


@pytest.mark.parametrize("each", [1, 5], ids=["singles", "digests"])
@shows("store", "restored from last night's backup, older than what was sent: the same Message-IDs again, no others")
def test_a_restored_backup_sends_the_same_message_ids_again_and_no_others(ground: Ground, outcome: Outcome, each: int) -> None:
    ground.add_due(10, each)
    path, backup = ground.folder / FILE, ground.folder / "last-night"
    db.session.rollback()
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(backup)) as copy:
        live.backup(copy)
    ground.run(*ONE_RUN)
    let_go(ground)
    for rest in ("", "-wal", "-shm"):
        Path(f"{path}{rest}").unlink(missing_ok=True)
    shutil.copy(backup, path)
    ground.run(*ONE_RUN)
    assert ground.integrity() == "ok"
    outcome.holds(ground.tally(), again_at_most=10)
