"""The progress bar of an import, in real processes: on a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from flask import Flask

from partnerdir.exchange.layouts import CARE_INSPECTORATE
from tests.exchange.files import care_row, write_sheet

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(app: Flask, tmp_path: Path) -> list[str]:
    """The import of a small file, tried."""
    path = write_sheet(tmp_path / "edition.csv", [care_row(f"CS{number}") for number in range(5)])
    flask = [sys.executable, "-m", "flask", "--app", "app"]
    return [*flask, "import", "listings", CARE_INSPECTORATE.name, str(path), "--dry-run"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which the command finds the site under test."""
    ours = {"INSTANCE_FOLDER": str(tmp_path), "SECRET_KEY": "a secret for tests only, long enough"}
    return os.environ | {f"PARTNERDIR_{name}": value for name, value in ours.items()}


def test_a_terminal_sees_a_bar(command: list[str], environment: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=theirs, check=True)
    seen = os.read(ours, 100_000)
    os.close(theirs)
    os.close(ours)
    assert b"/5 [" in seen
    assert b"/5 [" not in done.stdout


def test_a_file_or_a_pipe_sees_the_summary_alone(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout.startswith(b"edition.csv, care-inspectorate: tried, nothing was written.\n")
    assert b"/5 [" not in done.stdout + done.stderr
