"""Of several workers one schedules; when it dies, another takes over, and nobody has to be told."""

import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import clock, jobs, runs
from partnerdir.database import db, writing
from partnerdir.runs import Lease
from tests.faults.broken_workers import LEASE
from tests.faults.ground import Ground

pytestmark = pytest.mark.processes
WORKER = ("-m", "tests.faults.broken_workers")
SCANNED, LEADS = "Looked for what is due", "This worker leads now"
SOON = 15.0
Process = subprocess.Popen[str]


@contextmanager
def working(ground: Ground, *names: str) -> Iterator[list[Process]]:
    """Workers that are stopped in the end."""
    workers = [ground.start(*WORKER, name) for name in names]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.communicate(timeout=20)


def is_so_within(seconds: float, is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def leader_of(workers: list[Process]) -> Process | None:
    """The one that the lease names."""
    db.session.rollback()
    holder = db.session.scalar(sa.select(Lease.holder)) or ""
    return next((worker for worker in workers if holder.endswith(f"process {worker.pid}")), None)


def both_at_work(ground: Ground, workers: list[Process]) -> tuple[Process, Process]:
    """The leader and the other, once both have started and the leader has scanned."""
    log = ground.log
    assert is_so_within(60, lambda: log().count("has started") == 2 and SCANNED in log() and leader_of(workers) is not None), (
        log()
    )
    leader = leader_of(workers)
    assert leader
    return leader, next(worker for worker in workers if worker is not leader)


def test_of_two_workers_one_schedules_and_takes_no_turn_from_the_other(ground: Ground) -> None:
    with working(ground, "sound", "sound") as workers:
        leader, other = both_at_work(ground, workers)
        time.sleep(1.5 * LEASE.total_seconds())
        assert leader_of(workers) is leader
        assert (ground.log().count(SCANNED), ground.log().count(LEADS)) == (1, 1), ground.log()
        assert other.poll() is None


def test_after_kill_9_of_the_leader_the_other_leads_and_scans_at_once(ground_on_both: Ground) -> None:
    with working(ground_on_both, "sound", "sound") as workers:
        leader, other = both_at_work(ground_on_both, workers)
        ground_on_both.queue(10)
        leader.kill()
        assert is_so_within(SOON, lambda: leader_of(workers) is other), ground_on_both.log()
        assert is_so_within(SOON, lambda: ground_on_both.log().count(SCANNED) == 2), ground_on_both.log()
        assert is_so_within(SOON, lambda: len(ground_on_both.post.mails) == 10), ground_on_both.log()
    tally = ground_on_both.tally()
    assert (tally.lost, tally.doubled, tally.repeated) == (0, 0, 0)


def test_a_leader_that_is_told_to_stop_hands_over_and_ends_well(ground: Ground) -> None:
    with working(ground, "sound", "sound") as workers:
        leader, other = both_at_work(ground, workers)
        leader.terminate()
        leader.communicate(timeout=10)
        assert leader.returncode == 0, ground.log()
        assert is_so_within(2, lambda: leader_of(workers) is other), ground.log()


def test_a_worker_stops_whichever_of_its_threads_the_signal_reaches(ground: Ground) -> None:
    worker = ground.start(*WORKER, "told_sideways")
    try:
        assert worker.wait(timeout=SOON) == 0
    finally:
        worker.kill()
        worker.communicate()


def test_a_lease_that_never_runs_out_is_caught(ground: Ground) -> None:
    """The planted fault for the test of kill -9."""
    with working(ground, "never_runs_out", "never_runs_out") as workers:
        leader, other = both_at_work(ground, workers)
        leader.kill()
        assert not is_so_within(2.5 * LEASE.total_seconds(), lambda: leader_of(workers) is other)
        assert ground.log().count(SCANNED) == 1


def test_workers_that_reach_for_the_lease_at_the_same_moment_find_one_leader(app_on_both: Flask) -> None:
    at_once = 8
    for _turn in ("no lease yet", "one that ran out"):
        start = Barrier(at_once)

        def reach(_number: int, start: Barrier = start) -> bool:
            with app_on_both.app_context():
                start.wait(10)
                holder_id = uuid.uuid4()
                try:
                    return jobs.kept(lambda session: runs.take_lease(session, holder_id, "a machine", clock.now()))
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(at_once) as threads:
            assert sorted(threads.map(reach, range(at_once))) == [False] * (at_once - 1) + [True]
        with writing(by="a test") as session:
            session.execute(sa.update(Lease).values(ends_at=clock.now() - LEASE))
