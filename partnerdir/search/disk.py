"""What must hold on disk: one writer at a time, whole files only, and written through before it is relied on."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from whoosh.util.filelock import FileLock

from partnerdir.search.rules import Gap, Position

POSITION_FILE = "position.json"


@contextmanager
def alone(lock_file: Path) -> Iterator[bool]:
    """Whether this process is the only one inside; the lock of a process that was killed is free."""
    lock = FileLock(str(lock_file))
    is_alone = lock.acquire(blocking=False)
    try:
        yield is_alone
    finally:
        if is_alone:
            lock.release()


def flush_to_disk(paths: Iterable[Path]) -> None:
    """Waits until these files and folders would survive the loss of power."""
    for path in paths:
        if path.exists():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def write_position(home: Path, position: Position) -> None:
    """Keeps how far the index in this folder follows the change log; a reader finds the old or the new, whole."""
    unfinished = home / f"{POSITION_FILE}.unfinished"
    unfinished.write_text(
        json.dumps(
            {
                "followed_to": position.followed_to,
                "happened_at": position.happened_at and position.happened_at.isoformat(),
                "gaps": [[gap.first, gap.last, gap.noticed_at.isoformat()] for gap in position.gaps],
            }
        )
    )
    flush_to_disk([unfinished])
    unfinished.replace(home / POSITION_FILE)
    flush_to_disk([home])


def read_position(home: Path) -> Position:
    """How far the index in this folder follows the change log."""
    kept = json.loads((home / POSITION_FILE).read_text())
    return Position(
        kept["followed_to"],
        kept["happened_at"] and datetime.fromisoformat(kept["happened_at"]),
        tuple(Gap(first, last, datetime.fromisoformat(at)) for first, last, at in kept["gaps"]),
    )
