"""Prints what looking for what is due costs, and what a year of real grants told: `python -m tests.bench.alerts`.

Five windows a service, one after the other, a tenth of them overlapping; twenty-five watches for every thousand windows
of five hundred; a fifth of the services end within the first threshold or have ended, and their watchers were told. A
scan of yesterday asked about everything. Each measurement is taken in a process of its own: the first scan of today, with
something due; one later; the first of tomorrow, on which no end comes within a threshold; and one that asks about
everything. With `--areas` services are on routes, and twenty coordinators look after an area each.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
import time_machine

from partnerdir import clock, jobs
from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.database import add_database_file, db, refresh_statistics
from partnerdir.directory.models import Service
from partnerdir.factory import create_app
from partnerdir.funding.models import FundingWindow
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests.alerts.replay import replayed
from tests.bench import corpus
from tests.bench.engine import megabytes
from tests.bench.installation import Installation
from tests.bench.many_alerts import SERVICES, Row, insert, planned
from tests.conftest import make_settings, running_site

GRANTS = corpus.SHARED / "grants" / "lloyds-bank-foundation.json"
TODAY, TOMORROW, EVERYTHING = "today", "tomorrow", "everything"
SCANS = (
    ("the first of a day, something due", TODAY),
    ("later that day, nothing due", TODAY),
    ("the first of the next day, nothing due", TOMORROW),
    ("the same, asking about everything", EVERYTHING),
)


def _fill(count: int, has_areas: bool) -> Row:
    with create_app().app_context():
        add_database_file()
    random = Random(1)
    with create_app().app_context(), db.engine.begin() as connection:
        Base.metadata.create_all(connection)
        plan = planned(count, random)
        insert(connection, plan, clock.today(), random, has_areas)
    with create_app().app_context(), db.engine.connect() as connection:
        return {
            model.__tablename__: connection.scalar(sa.select(sa.func.count()).select_from(model))
            for model in (Service, FundingWindow, Account, Watch, Alert, Delivery)
        }


def _scan(when: str) -> Row:
    app = create_app()
    settings: Settings = app.extensions["settings"]
    moment = clock.now() + (timedelta() if when == TODAY else timedelta(1))
    with app.app_context(), time_machine.travel(moment):
        before = megabytes()
        began, processor = time.perf_counter(), time.process_time()
        jobs.kept(refresh_statistics)  # as the worker does before each scan
        due = jobs.scan(settings, everything=when == EVERYTHING)
        return {
            "seconds": time.perf_counter() - began,
            "processor": time.process_time() - processor,
            "people": sum(len(item.watchers) for item in due),
            "megabytes": megabytes(),
            "before": before,
        }


def _replay() -> Row:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for app in running_site(make_settings(Path(folder), log_level="ERROR")):
            replay = replayed(app, app.extensions["settings"], GRANTS, people=20, each=50)
    return {
        "days_up": replay.days_up,
        "mails": replay.mails.total(),
        "as_expected": sum(replay.mails[email] == number for email, number in replay.expected.items()),
        "people": len(replay.expected),
        "differences": len(replay.differences),
        "median_lead": replay.median_lead,
    }


def main() -> int:
    """Fills a throw-away installation, looks several times, and prints what each look took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=SERVICES)
    parser.add_argument("--areas", action="store_true", help="with needs and areas, and coordinators who look after areas")
    parser.add_argument("--filled", type=Path, help="a folder that is filled when it is empty, and measured in a copy")
    parser.add_argument("--no-replay", action="store_true", help="leave the year of real grants out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        installation = Installation(Path(folder))
        if asked.filled is None or not any(asked.filled.iterdir()):
            print("Filling …", file=sys.stderr, flush=True)
            first = Installation(asked.filled or Path(folder))
            filled = first.measured("tests.bench.alerts", "fill", str(asked.services), *(["areas"] if asked.areas else []))
            print(", ".join(f"{number:,} in {name}" for name, number in filled.items()) + ".")
        if asked.filled:
            shutil.copytree(asked.filled, folder, dirs_exist_ok=True)
        _print_scans(installation)
    if GRANTS.is_file() and not asked.no_replay:
        _print_replay()
    print(f"\nOn {os.cpu_count()} cores with a load of {os.getloadavg()[0]:.1f} at the end.")
    return 0


def _print_scans(installation: Installation) -> None:
    print("| scan | to be told | seconds | processor seconds | peak memory, MiB | of it before the scan, MiB | load |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for words, when in SCANS:
        took = installation.measured("tests.bench.alerts", "scan", when)
        print(
            f"| {words} | {took['people']:,} | {took['seconds']:.2f} | {took['processor']:.2f} | {took['megabytes']:.0f}"
            f" | {took['before']:.0f} | {os.getloadavg()[0]:.1f} |",
            flush=True,
        )


def _print_replay() -> None:
    lived = Installation(Path(tempfile.gettempdir())).measured("tests.bench.alerts", "replay")
    print(
        f"\n2017 again with the grants of one publisher, up on {lived['days_up']} of 365 days: {lived['mails']} mails,"
        f" as many as an independent count finds for {lived['as_expected']} of {lived['people']} people;"
        f" the auditor found {lived['differences']} differences;"
        f" the first warning came {lived['median_lead']:.0f} days before the end in the middle."
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(json.dumps(_fill(int(sys.argv[2]), has_areas="areas" in sys.argv)))
    elif sys.argv[1:2] == ["scan"]:
        print(json.dumps(_scan(sys.argv[2])))
    elif sys.argv[1:2] == ["replay"]:
        print(json.dumps(_replay()))
    else:
        sys.exit(main())
