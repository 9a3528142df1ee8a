"""The three programs that come from the system, not from PyPI: a browser, a database server and a clock that can be set.

`make test` runs this file first: where it may (root, with apt) it installs what is missing, elsewhere it says
loudly which tests will be skipped and how to have them run.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> Path | None:
    """Finds a Chromium that Playwright can drive."""
    return next((Path(found) for name in BROWSERS if (found := shutil.which(name))), None)


def find_postgres() -> Path | None:
    """Finds the folder of PostgreSQL's programs, the newest release first; Debian keeps them off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def find_faketime() -> Path | None:
    """Finds the library that gives a process another clock; it is preloaded, so it is on no PATH."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


@dataclass(frozen=True)
class Program:
    """A program the tests want, and what goes untested without it."""

    name: str
    packages: tuple[str, ...]
    find: Callable[[], Path | None]
    untested: str


PROGRAMS = (
    Program("Chromium", ("chromium", "fonts-liberation"), find_chromium, "journeys in a real browser, and accessibility"),
    Program("PostgreSQL", ("postgresql",), find_postgres, "the database on PostgreSQL"),
    Program("libfaketime", ("faketime",), find_faketime, "real processes on other days and across clock changes"),
)


def install(program: Program) -> None:
    """Installs a program with apt; a failure is told by the program still being absent."""
    print(f"Installing {program.name} for the tests…", flush=True)
    unasked = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (("update",), ("install", "--yes", "--no-install-recommends", *program.packages)):
        subprocess.run(["apt-get", "-qq", *command], stdout=subprocess.DEVNULL, env=unasked, check=False)


def warn(program: Program) -> None:
    """Says what will not be tested and what to type to change that."""
    line = "!" * 78
    print(
        f"{line}\n{program.name} is not on this machine, so these tests will be SKIPPED:\n"
        f"    {program.untested}.\n"
        f"To run them:  sudo apt-get install {' '.join(program.packages)}\n{line}",
        file=sys.stderr,
    )


def main() -> None:
    """Installs what is missing where that is possible, and warns of the rest."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    for program in PROGRAMS:
        if program.find() is None and may_install:
            install(program)
        if program.find() is None:
            warn(program)


if __name__ == "__main__":
    main()
