"""Workers whose lease is short, so that nobody waits long for a test, and a planted fault: one whose lease never runs out.

`python -m tests.faults.broken_workers NAME` runs one as a real process; by the name `sound` it is as it must be.
By the name `told_sideways` it is sound, and told to stop by a signal that reaches another of its threads.
"""

import signal
import sys
import threading
import time
from datetime import datetime, timedelta

import sqlalchemy as sa

from partnerdir import runs, worker
from partnerdir.factory import create_app

LEASE = timedelta(seconds=3)


def binds_for_ever(now: datetime) -> sa.ColumnElement[bool]:
    """No lease ever runs out."""
    return sa.false()


def tell_sideways() -> None:
    """Sends the signal to this thread: Python notes it, and the main thread must look by itself to see the note."""
    while not callable(signal.getsignal(signal.SIGTERM)):
        time.sleep(0.1)
    time.sleep(1)  # by then the main thread waits
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)


def main(name: str) -> None:
    """Works until stopped."""
    runs.LEASE, worker.SECONDS_PER_RENEWAL = LEASE, 0.5
    if name == "never_runs_out":
        runs.has_run_out = binds_for_ever
    if name == "told_sideways":
        threading.Thread(target=tell_sideways, daemon=True).start()
    worker.Worker(create_app()).work()


if __name__ == "__main__":
    main(sys.argv[1])
