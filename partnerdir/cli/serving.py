"""Serves the site and its worker side by side, and stops both together."""

import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import click

from partnerdir.errors import PartnerdirError
from partnerdir.settings import Settings

SITE = (
    "-m", "gunicorn", "app:app", "--config", "python:partnerdir.cli.warming", "--workers", "1", "--threads", "4",
    "--no-control-socket",
)  # fmt: skip
WORKER = ("-m", "flask", "--app", "app", "work")


def serve(settings: Settings, root: Path) -> int:
    """Runs the site and the worker until either ends or we are told to stop; the exit status is the first to end's."""
    try:
        settings.require_secrets()
    except PartnerdirError as error:
        raise SystemExit(f"partnerdir: {error}") from error
    click.echo(f"partnerdir is at http://{settings.listen_on} (stop it with Ctrl+C).")
    _print_demonstration_sign_ins(Path(settings.instance_folder) / "demonstration-sign-ins.txt")
    processes = [
        subprocess.Popen([sys.executable, *SITE, "--bind", settings.listen_on], cwd=root),
        subprocess.Popen([sys.executable, *WORKER], cwd=root),
    ]
    signal.signal(signal.SIGTERM, _stop)
    try:
        return _first_to_end(processes)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=15)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _first_to_end(processes: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for process in processes:
            try:
                return process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue


def _print_demonstration_sign_ins(path: Path) -> None:
    if path.exists():
        click.echo(f"Demonstration sign-ins (made on this machine, kept in {path}):\n{path.read_text()}")
