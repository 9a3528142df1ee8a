"""Kill -9 at any point loses nothing and doubles nothing; at the worst one Message-ID comes twice."""

import random
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from partnerdir.database import db
from tests.faults.ground import Ground

pytestmark = pytest.mark.processes
KILLS = 10


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=10)


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 60) -> None:
    """Waits while the process lives."""
    until = time.monotonic() + seconds
    while not is_so() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)


def test_kill_9_at_ten_random_points_while_200_are_due_loses_none_and_doubles_none(ground: Ground) -> None:
    chance = random.Random(2027)
    ground.queue(200)
    ground.post.seconds_per_mail = 0.02
    for _ in range(KILLS):
        process = ground.start("alerts", "deliver")
        enough = len(ground.post.mails) + chance.randrange(12)
        wait_until(lambda enough=enough: len(ground.post.mails) >= enough, process)  # type: ignore[misc]  # bound now, not later
        time.sleep(chance.uniform(0, 0.08))
        kill(process)
        assert process.returncode == -signal.SIGKILL
        ground.let_claims_run_out()
    ground.post.seconds_per_mail = 0
    ground.run("alerts", "deliver")
    tally = ground.tally()
    assert (tally.due, tally.lost, tally.doubled) == (200, 0, 0)
    assert tally.repeated <= KILLS
    assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"


def test_kill_9_after_the_server_accepted_and_before_the_mark_repeats_the_same_message_id(ground: Ground) -> None:
    ground.queue(10)
    process = ground.start("alerts", "deliver")
    ground.post.on_data = process.kill
    process.communicate(timeout=60)
    ground.post.on_data = lambda: None
    assert len(ground.post.mails) == 1
    assert ground.run("alerts", "deliver").startswith("9 sent")
    ground.let_claims_run_out()
    assert ground.run("alerts", "deliver").startswith("1 sent")
    tally = ground.tally()
    assert (tally.lost, tally.doubled, tally.repeated) == (0, 0, 1)


def test_sigterm_finishes_the_message_in_hand_and_ends_well_within_ten_seconds(ground: Ground) -> None:
    ground.queue(10)
    ground.post.seconds_per_mail = 1.5
    worker = ground.start("work")
    wait_until(lambda: len(ground.post.mails) >= 1, worker)
    began = time.monotonic()
    worker.terminate()
    worker.communicate(timeout=20)
    assert worker.returncode == 0, ground.log()
    assert time.monotonic() - began < 10
    came = len(ground.post.mails)
    db.session.rollback()
    assert 1 <= came < 10
    assert db.session.scalar(sa.text("SELECT count(*) FROM delivery WHERE state = 'sent'")) == came
    assert db.session.scalar(sa.text("SELECT count(*) FROM delivery WHERE claim_ends_at IS NOT NULL")) == 0


def test_sigterm_while_a_mail_server_does_not_answer_still_ends_within_ten_seconds(ground: Ground) -> None:
    ground.queue(10)
    ground.post.seconds_per_mail = 60
    asked: list[str] = []
    ground.post.answer_to = Noted(asked)
    worker = ground.start("work")
    wait_until(lambda: bool(asked), worker)
    began = time.monotonic()
    worker.terminate()
    worker.communicate(timeout=20)
    assert worker.returncode == 0, ground.log()
    assert time.monotonic() - began < 10


class Noted(dict[str, str]):
    """Answers every address, and notes who was asked for."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__()
        self.asked = asked

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]  # as narrow as the server needs
        """The usual answer."""
        self.asked.append(key)
        return default


def test_a_sender_that_marks_before_it_sends_is_caught_losing(ground: Ground) -> None:
    """The planted fault for the tests above."""
    ground.queue(10)
    ground.post.seconds_per_mail = 0.5
    process = ground.start("-m", "tests.faults.broken_senders", "mark_before_sending", "1")
    wait_until(lambda: len(ground.post.mails) >= 2, process)
    time.sleep(0.25)
    kill(process)
    time.sleep(1)
    del ground.post.mails[2:]  # the server was still at it when its client died; a real one would have thrown it away
    ground.let_claims_run_out()
    ground.post.seconds_per_mail = 0
    ground.run("alerts", "deliver")
    assert ground.tally().lost == 1
