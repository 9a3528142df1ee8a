"""Workers whose lease is short, so that nobody waits long for a test, and a planted fault: one whose lease never runs out.

`python -m tests.faults.broken_workers NAME` runs one as a real process; by the name `sound` it is as it must be.
"""

import sys
from datetime import datetime, timedelta

import sqlalchemy as sa

from partnerdir import runs, worker
from partnerdir.factory import create_app

LEASE = timedelta(seconds=3)


def binds_for_ever(now: datetime) -> sa.ColumnElement[bool]:
    """No lease ever runs out."""
    return sa.false()


def main(name: str) -> None:
    """Works until stopped."""
    runs.LEASE, worker.SECONDS_PER_RENEWAL = LEASE, 0.5
    if name == "never_runs_out":
        runs.has_run_out = binds_for_ever
    worker.Worker(create_app()).work()


if __name__ == "__main__":
    main(sys.argv[1])
