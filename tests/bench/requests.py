"""Measures whole requests to one installation, served on the loopback as it is in earnest: `python -m tests.bench.requests`."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import url_for

from partnerdir.cli.serving import SITE
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.factory import create_app
from partnerdir.web.questions import sealed
from tests.bench.engine import QUESTIONS, milliseconds, questions, spread

SECONDS_TO_START = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving() -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """The site, in a process of its own with one worker: a connection to it, and the number of the process."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", *SITE, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield connected(port), server.pid
        finally:
            server.terminate()


def connected(port: int) -> http.client.HTTPConnection:
    """A connection to whoever is about to listen on this port."""
    until = time.monotonic() + SECONDS_TO_START
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while True:
        try:
            connection.connect()
        except ConnectionRefusedError:
            assert time.monotonic() < until, "the site did not start"
            time.sleep(0.1)
        else:
            return connection


def fetch(connection: http.client.HTTPConnection, path: str) -> None:
    """Asks for one page and reads all of it."""
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, f"{response.status} from {path}: {body[:200]!r}"


def worker_megabytes(server: int) -> float:
    """What the worker of this server has in memory."""
    [worker] = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return megabytes_of(int(worker))


def megabytes_of(process: int) -> float:
    """What a process has in memory now."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure() -> dict[str, Any]:
    """Median and 95th percentile of a page of results and of the page of one service."""
    app = create_app()
    with app.test_request_context():
        asked = questions(QUESTIONS, filtered=False)[: QUESTIONS // 2] + questions(QUESTIONS // 2, filtered=True)
        near = questions(QUESTIONS, places=app.extensions["search"].list_towns())
        results, nearby = (
            [url_for("public.results", question=sealed(question)) for question in some] for some in (asked, near)
        )
        ids = db.session.scalars(sa.select(Service.id).limit(QUESTIONS))
        services = [url_for("public.show_service", service_id=service_id) for service_id in ids]
        db.session.remove()
    with serving() as (connection, server):
        first = milliseconds(lambda: fetch(connection, results[0]))
        found: dict[str, Any] = {"first_request": first}
        for name, paths in {"results_page": results, "nearby_page": nearby, "service_page": services}.items():
            fetch(connection, paths[0])
            found[name] = spread(milliseconds(partial(fetch, connection, path)) for path in paths)
        return {**found, "site_megabytes": worker_megabytes(server)}


if __name__ == "__main__":
    print(json.dumps(measure()))
