"""Measures our page of results and Datasette's page of a table in turn, on the same services, in one run.

Both are processes of their own on the loopback, asked the same words by the same client, for as many rows as we show.
Datasette answers with the page of its table, counts by need and area beside it: as it comes, wanting every word, so that
it finds next to nothing, and for any of the words, as we do. Cheaper is the first as JSON without counts. None is ranked.
"""

import http.client
import json
import re
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import url_for

from partnerdir.database import db
from partnerdir.directory.models import Need, Organisation, Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus
from partnerdir.factory import create_app
from partnerdir.geography.models import Area
from partnerdir.web.questions import sealed
from tests.bench.engine import milliseconds, questions, spread
from tests.bench.requests import connected, fetch, free_port, megabytes_of, serving, worker_megabytes

ASKED = 60  # Datasette takes seconds where there are many services
TEXTS = ("name", "organisation", "summary", "description")


def _labels(service_id: Any, label: type[Need | Area], table: Any, label_id: Any) -> dict[Any, list[str]]:
    found = defaultdict(list)
    for key, name in db.session.execute(sa.select(service_id, label.name).select_from(table).join(label, label.id == label_id)):
        found[key].append(name)
    return found


def list_rows() -> Iterator[tuple[str, ...]]:
    """Every listed service as Datasette has it: its texts, and its needs and areas as lists that it can count."""
    needs = _labels(service_need.c.service_id, Need, service_need, service_need.c.need_id)
    areas = _labels(ServiceArea.service_id, Area, ServiceArea, ServiceArea.area_id)
    columns = sa.select(Service.id, Service.name, Organisation.name, Service.summary, Service.description)
    listed = columns.join(Organisation).where(Service.status != ServiceStatus.CLOSED)
    for key, *texts in db.session.execute(listed):
        yield str(key), *texts, json.dumps(needs[key]), json.dumps(areas[key])


def write_table(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    """A table of services with a full-text index of its texts, as Datasette's manual has it."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE services (id TEXT PRIMARY KEY, {', '.join(TEXTS)}, needs TEXT, areas TEXT)")
        connection.executemany("INSERT INTO services VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        columns = ", ".join((*TEXTS, "needs"))
        connection.execute(
            f"CREATE VIRTUAL TABLE services_fts USING fts5({columns}, content=services, tokenize='porter unicode61')"
        )
        connection.execute(f"INSERT INTO services_fts (rowid, {columns}) SELECT rowid, {columns} FROM services")
    connection.close()


@contextmanager
def datasette_serving(path: Path) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """Datasette over one file that it may take as unchanging, which is its quickest way."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "datasette", "serve", "-i", str(path), "--port", str(port)]
    # By itself it gives up counting after 200 ms, and spends as long on proposing what else could be counted.
    command += ["--setting", "facet_time_limit_ms", "5000", "--setting", "sql_time_limit_ms", "10000"]
    command += ["--setting", "suggest_facets", "off"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield connected(port), server.pid
        finally:
            server.terminate()


def addresses(words: str) -> dict[str, str]:
    """Where Datasette answers these words."""
    any_of = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", words))
    every, some = [("_search", words)], [("_search", any_of), ("_searchmode", "raw")]
    counted = [("_size", "20"), ("_facet_array", "needs"), ("_facet_array", "areas")]
    bare = [("_size", "20"), ("_shape", "objects"), ("_nofacet", "1"), ("_nocount", "1")]
    return {
        "datasette_page": f"/data/services?{urlencode(every + counted)}",
        "datasette_any": f"/data/services?{urlencode(some + counted)}",
        "datasette_rows": f"/data/services.json?{urlencode(every + bare)}",
    }


def fetch_anew(connection: http.client.HTTPConnection, path: str) -> None:
    """Asks on a connection of its own: while one of the two is busy the other hangs up."""
    connection.close()
    fetch(connection, path)


def measure() -> dict[str, Any]:
    """Median and 95th percentile of each, asked in turn; the ratio of the 95th percentiles; and the memory of both."""
    app = create_app()
    with app.test_request_context():
        path = Path(app.extensions["settings"].instance_folder) / "data.db"
        write_table(path, list_rows())
        asked = questions(ASKED)
        ours = [url_for("public.results", question=sealed(question)) for question in asked]
        db.session.remove()
    times = defaultdict(list)
    with serving() as (site, site_process), datasette_serving(path) as (datasette, datasette_process):
        for number, (question, address) in enumerate(zip(asked, ours, strict=True)):
            turn = {"our_page": partial(fetch_anew, site, address)}
            turn |= {name: partial(fetch_anew, datasette, where) for name, where in addresses(question.words).items()}
            for name, ask in turn.items():
                took = milliseconds(ask)
                if number:  # the first question finds each of them reading what it needs
                    times[name].append(took)
        found: dict[str, Any] = {name: spread(some) for name, some in times.items()}
        for share, other in (("share_of_page", "datasette_page"), ("share_of_any", "datasette_any")):
            found[share] = [ours / theirs for ours, theirs in zip(found["our_page"], found[other], strict=True)]
        found |= {"our_megabytes": worker_megabytes(site_process), "datasette_megabytes": megabytes_of(datasette_process)}
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
