"""Many processes at once: each warning is found once, claimed once, sent once."""

import time
import urllib.request

import pytest

from tests.alerts.post import free_port
from tests.faults.conftest import Outcome
from tests.faults.ground import Ground
from tests.faults.table import PLANTED, shows

pytestmark = pytest.mark.processes


@shows("crash", "eight senders at once, with digests of three, on SQLite and on PostgreSQL")
def test_eight_senders_at_once_send_each_mail_once(ground_on_both: Ground, outcome: Outcome) -> None:
    ground_on_both.queue(60, each=3)
    processes = [ground_on_both.start("alerts", "deliver") for _ in range(8)]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0] * 8, ground_on_both.log()
    outcome.holds(ground_on_both.tally())


@shows("crash", "eight whole runs at once, each a scan and a delivery")
def test_eight_runs_at_once_find_and_send_each_warning_once(ground: Ground, outcome: Outcome) -> None:
    ground.add_due(40, each=2)
    processes = [ground.start("-m", "tests.faults.dying_senders", "nowhere") for _ in range(8)]
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0] * 8, ground.log()
    outcome.holds(ground.tally())


@shows("crash", "the site under gunicorn with four workers during a run")
def test_a_site_with_four_web_workers_sends_nothing_of_its_own(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    port = free_port()
    web = ("-m", "gunicorn", "app:app", "--workers", "4", "--bind", f"127.0.0.1:{port}", "--no-control-socket")
    site = ground.start(*web)
    try:
        ask_until_it_answers(f"http://127.0.0.1:{port}/about")
        assert ground.post.mails == []
        ground.post.seconds_per_mail = 0.05
        sender = ground.start("-m", "tests.faults.dying_senders", "nowhere")
        while sender.poll() is None:
            ask_until_it_answers(f"http://127.0.0.1:{port}/about")
        sender.communicate(timeout=30)
        assert sender.returncode == 0, ground.log()
    finally:
        site.terminate()
        site.communicate(timeout=30)
    outcome.holds(ground.tally())


def ask_until_it_answers(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.2)


@shows(PLANTED, "senders that take what others hold")
def test_senders_that_take_what_others_hold_are_caught_doubling(ground: Ground, outcome: Outcome) -> None:
    """The planted fault for the test above: two senders without the conditional claim."""
    ground.queue(10)
    ground.post.seconds_per_mail = 0.5
    processes = [ground.start("-m", "tests.faults.broken_senders", "claim_without_asking", "2") for _ in range(2)]
    for process in processes:
        process.communicate(timeout=120)
    assert ground.tally().repeated > 0
    outcome.catches(ground.tally())


@shows("crash", "two workers side by side")
def test_two_workers_side_by_side_tell_each_warning_once(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    workers = [ground.start("work") for _ in range(2)]
    try:
        for _ in range(600):
            if len(ground.post.mails) >= 20 or any(worker.poll() is not None for worker in workers):
                break
            time.sleep(0.1)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.communicate(timeout=20)
    outcome.holds(ground.tally())
