"""Many processes at once: each warning is found once, claimed once, sent once."""

import time

import pytest

from tests.faults.ground import Ground

pytestmark = pytest.mark.processes


def test_eight_senders_at_once_send_each_mail_once(ground_on_both: Ground) -> None:
    ground_on_both.queue(60)
    processes = [ground_on_both.start("alerts", "deliver") for _ in range(8)]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, ground_on_both.log()
    tally = ground_on_both.tally()
    assert (tally.lost, tally.doubled, tally.repeated) == (0, 0, 0), outputs


def test_senders_that_take_what_others_hold_are_caught_doubling(ground: Ground) -> None:
    """The planted fault for the test above: two senders without the conditional claim."""
    ground.queue(10)
    ground.post.seconds_per_mail = 0.5
    processes = [ground.start("-m", "tests.faults.broken_senders", "claim_without_asking", "2") for _ in range(2)]
    for process in processes:
        process.communicate(timeout=120)
    assert ground.tally().repeated > 0


def test_two_workers_side_by_side_tell_each_warning_once(ground: Ground) -> None:
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
    tally = ground.tally()
    assert (tally.lost, tally.doubled, tally.repeated) == (0, 0, 0), ground.log()
