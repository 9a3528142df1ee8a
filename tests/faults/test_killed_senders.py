"""Kill -9 at any point loses nothing and doubles nothing; at the worst one Message-ID comes twice."""

import random
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnerdir import clock, jobs
from partnerdir.database import db
from tests import make
from tests.alerts.cast import watch
from tests.faults.conftest import Outcome
from tests.faults.ground import Ground, facts_of
from tests.faults.table import PLANTED, shows

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


def kill_at_random_points(ground: Ground, kills: int) -> None:
    """Kills a sender 1 to 3 seconds after it begins to send, so many times; what it held is free again after each."""
    chance = random.Random(2027)
    for _ in range(kills):
        asked: list[str] = []
        ground.post.answer_to = Noted(asked)
        process = ground.start("alerts", "deliver")
        wait_until(lambda asked=asked: bool(asked), process)  # type: ignore[misc]  # bound now, not later
        time.sleep(chance.uniform(1, 3))
        kill(process)
        assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
        ground.let_claims_run_out()


@shows("crash", "kill -9 at random points every 1-3 s while 200 are due, ten times")
def test_kill_9_every_1_to_3_seconds_while_200_are_due_loses_none_and_doubles_none(ground: Ground, outcome: Outcome) -> None:
    ground.queue(200)
    ground.post.seconds_per_mail = 0.1
    kill_at_random_points(ground, KILLS)
    ground.post.seconds_per_mail = 0
    ground.run("alerts", "deliver")
    outcome.holds(ground.tally(), again_at_most=KILLS)
    assert ground.integrity() == "ok"


@shows("crash", "the same with digests of five: kill -9 every 1-3 s, four times")
def test_kill_9_every_1_to_3_seconds_loses_and_doubles_nothing_of_a_digest(ground: Ground, outcome: Outcome) -> None:
    ground.queue(200, each=5)
    ground.post.seconds_per_mail = 0.3
    kill_at_random_points(ground, 4)
    ground.post.seconds_per_mail = 0
    ground.run("alerts", "deliver")
    assert len(ground.post.message_ids()) == 40
    outcome.holds(ground.tally(), again_at_most=4)


@shows(
    "crash", "kill -9 after the 250 for a digest and before its mark, and more is due then: the same digest again, and a mail"
)
def test_kill_9_after_the_250_for_a_digest_repeats_it_unchanged(ground: Ground, outcome: Outcome) -> None:
    ground.queue(15, each=5)
    process = ground.start("-m", "tests.faults.dying_senders", "before_mark")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, ground.log()
    (first,) = ground.post.mails
    assert len(facts_of(first)) == 5
    with make.saved():
        late = make.a_service("Late")
        make.a_window(late, clock.today() + timedelta(20), fund=make.a_fund("Late", "Late"))
        for person in range(3):
            watch(late, f"worker{person}@housing.example", day=clock.today())
            ground.expect(clock.today() + timedelta(20), f"worker{person}@housing.example", "Late")
    jobs.scan(ground.settings)
    ground.let_claims_run_out()
    ground.run("alerts", "deliver")
    again = [mail for mail in ground.post.mails if mail["Message-ID"] == first["Message-ID"]]
    assert [facts_of(mail) for mail in again] == [facts_of(first)] * 2
    outcome.holds(ground.tally(), again_at_most=1)


@shows("crash", "kill -9 before the mail server is reached")
def test_kill_9_before_connect_leaves_the_mail_to_a_later_sender(ground: Ground, outcome: Outcome) -> None:
    ground.queue(10)
    process = ground.start("-m", "tests.faults.dying_senders", "before_connect")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, ground.log()
    assert ground.post.mails == []
    assert ground.run("alerts", "deliver").startswith("9 sent")
    ground.let_claims_run_out()
    assert ground.run("alerts", "deliver").startswith("1 sent")
    outcome.holds(ground.tally())


@shows("crash", "kill -9 after the server's 250 and before the mark: at most two mails, one Message-ID")
def test_kill_9_after_the_250_and_before_the_mark_repeats_one_message_id(ground: Ground, outcome: Outcome) -> None:
    ground.queue(10)
    for _ in range(2):
        process = ground.start("-m", "tests.faults.dying_senders", "before_mark")
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, ground.log()
    assert len(ground.post.mails) == 2
    ground.let_claims_run_out()
    ground.run("alerts", "deliver")
    assert max(ground.post.message_ids().values()) == 2
    outcome.holds(ground.tally(), again_at_most=2)


@shows("crash", "kill -9 during a scan, before and after its commit")
def test_kill_9_during_a_scan_queues_all_or_nothing(ground: Ground, outcome: Outcome) -> None:
    ground.add_due(20)
    for point, kept in (("before_commit", 0), ("after_commit", 20)):
        process = ground.start("-m", "tests.faults.dying_senders", point)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, ground.log()
        db.session.rollback()
        assert db.session.scalar(sa.text("SELECT count(*) FROM delivery")) == kept
    ground.run("-m", "tests.faults.dying_senders", "nowhere")
    outcome.holds(ground.tally())


@pytest.mark.parametrize("each", [1, 5], ids=["single", "digest"])
@shows("crash", "kill -9 while the server has the mail, or the digest, and has not answered yet")
def test_kill_9_while_the_server_takes_the_mail_repeats_the_same_message_id(
    ground: Ground, outcome: Outcome, each: int
) -> None:
    ground.queue(10, each)
    process = ground.start("alerts", "deliver")
    ground.post.on_data = process.kill
    process.communicate(timeout=60)
    ground.post.on_data = lambda: None
    assert len(ground.post.mails) == 1
    assert ground.run("alerts", "deliver").startswith(f"{10 - each} sent")
    ground.let_claims_run_out()
    assert ground.run("alerts", "deliver").startswith(f"{each} sent")
    outcome.holds(ground.tally(), again_at_most=1)


@shows("crash", "SIGTERM: finishes the message in hand, exits 0 within 10 s")
def test_sigterm_finishes_the_message_in_hand_and_ends_well_within_ten_seconds(ground: Ground, outcome: Outcome) -> None:
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
    ground.post.seconds_per_mail = 0
    ground.run("alerts", "deliver")
    outcome.holds(ground.tally())


@shows("crash", "SIGTERM while the mail server does not answer: exits 0 within 10 s")
def test_sigterm_while_a_mail_server_does_not_answer_still_ends_within_ten_seconds(ground: Ground, outcome: Outcome) -> None:
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
    ground.post.seconds_per_mail = 0
    ground.let_claims_run_out()
    ground.run("alerts", "deliver")
    outcome.holds(ground.tally())


class Noted(dict[str, str]):
    """Answers every address, and notes who was asked for."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__()
        self.asked = asked

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]  # as narrow as the server needs
        """The usual answer."""
        self.asked.append(key)
        return default


@shows(PLANTED, "a sender that marks before it sends, killed")
def test_a_sender_that_marks_before_it_sends_is_caught_losing(ground: Ground, outcome: Outcome) -> None:
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
    outcome.catches(ground.tally())


@shows("crash", "kill -9 of whoever holds the database, then an integrity check")
def test_kill_9_of_the_holder_of_the_database_leaves_it_whole(ground: Ground, outcome: Outcome) -> None:
    ground.queue(50)
    for _ in range(3):
        holder = ground.start("-m", "tests.faults.lock_holders", str(ground.folder / "partnerdir.sqlite3"), "60")
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        kill(holder)
        assert ground.integrity() == "ok"
    assert ground.run("alerts", "deliver").startswith("50 sent")
    assert ground.integrity() == "ok"
    outcome.holds(ground.tally())
