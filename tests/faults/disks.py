"""Small disks of their own, where root may mount them: to be filled, emptied, and made read-only."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

MEGABYTES = 24


@dataclass
class Disk:
    """A file system in memory."""

    folder: Path

    def fill(self) -> None:
        """Leaves not one page free."""
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while filler.write(b"\0" * size) == size:
                        pass

    def empty(self) -> None:
        """Makes room again."""
        (self.folder / "filler").unlink()

    def read_only(self, is_so: bool) -> None:
        """Lets nobody write, not even root; or lets them again."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if is_so else 'rw'}", self.folder], check=True)


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """A disk of its own while the block lasts; skips, loudly, where there can be none."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=700", "partnerdir-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a disk of its own cannot be mounted here: run the tests as root to try full and read-only disks")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
