"""A real process that holds the database. `python -m tests.faults.lock_holders FILE SECONDS` says 'held' and sits on it.

It writes over every delivery meanwhile and never commits, so that a file that kept any of it would lose mails.
"""

import sqlite3
import sys
import time
from contextlib import closing


def main(path: str, seconds: float) -> None:
    """Holds the write lock so long, then lets go and undoes what it wrote."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # what it writes goes to the file at once
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE delivery SET state = 'sent', reason = hex(randomblob(3000))")
        print("held", flush=True)
        time.sleep(seconds)
        connection.execute("ROLLBACK")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
