"""Prints what looking for what is due costs, and what a year of real grants told: `python -m tests.bench.alerts`.

Five windows a service, one after the other, a tenth of them overlapping; twenty-five watches for every thousand windows
of five hundred; a fifth of the services end within the first threshold or have ended, and their watchers were told. Each
measurement is taken in a process of its own.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from partnerdir import clock, jobs
from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.database import add_database_file, db, refresh_statistics
from partnerdir.directory.models import Organisation, Service
from partnerdir.factory import create_app
from partnerdir.funding.models import Fund, Funder, FundingWindow
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests.alerts.replay import replayed
from tests.bench import corpus
from tests.bench.engine import megabytes
from tests.bench.installation import Installation
from tests.conftest import make_settings, running_site

SERVICES, DUE = 200_000, 2_000
WINDOWS_EACH, WATCHES_EACH, SERVICES_AN_ACCOUNT = 5, 20, 40
YEAR = 365
GRANTS = corpus.SHARED / "grants" / "lloyds-bank-foundation.json"
Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Who watches which service, and how far from today its money ends."""

    services: list[uuid.UUID]
    accounts: list[uuid.UUID]
    watches: list[tuple[uuid.UUID, int]]
    ends: list[int]
    due: set[int]


def planned(count: int, random: Random) -> Plan:
    """So many services, and accounts that each watch twenty; two in a hundred watches are due."""
    services = [uuid.UUID(int=random.getrandbits(128)) for _ in range(count)]
    accounts = [uuid.UUID(int=random.getrandbits(128)) for _ in range(count // SERVICES_AN_ACCOUNT)]
    watches = [(account, service) for account in accounts for service in random.sample(range(count), WATCHES_EACH)]
    due: set[int] = set()
    wanted = DUE * count // SERVICES
    watchers = _watchers(watches)
    for service in sorted(watchers):
        if wanted < len(watchers[service]):
            continue
        due.add(service)
        wanted -= len(watchers[service])
    near = random.choices([True, False], [20, 80], k=count)
    ends = [random.randint(-60, 170) if is_near else random.randint(200, 900) for is_near in near]
    return Plan(services, accounts, watches, [25 if n in due else end for n, end in enumerate(ends)], due)


def _watchers(watches: Iterable[tuple[uuid.UUID, int]]) -> dict[int, list[uuid.UUID]]:
    found: dict[int, list[uuid.UUID]] = {}
    for account, service in watches:
        found.setdefault(service, []).append(account)
    return found


def insert(connection: Connection, plan: Plan, today: date, random: Random) -> None:
    """Puts it all into empty tables, at once and without a change log."""
    organisation, funder, fund = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    _insert(connection, Organisation, [{"id": organisation, "name": "Harbour Trust"}])
    _insert(connection, Funder, [{"id": funder, "name": "National Funder"}])
    _insert(connection, Fund, [{"id": fund, "funder_id": funder, "name": "Communities Fund"}])
    _insert(
        connection,
        Service,
        ({"id": key, "organisation_id": organisation, "name": f"Service {number}"} for number, key in enumerate(plan.services)),
    )
    _insert(connection, FundingWindow, _windows(plan, fund, today, random))
    _insert(
        connection,
        Account,
        ({"id": key, "email": f"worker{n}@housing.example", "active": True} for n, key in enumerate(plan.accounts)),
    )
    _insert(
        connection, Watch, ({"account_id": account, "service_id": plan.services[service]} for account, service in plan.watches)
    )
    _insert_ledger(connection, plan, today)


def _windows(plan: Plan, fund: uuid.UUID, today: date, random: Random) -> Iterator[Row]:
    for service, days in zip(plan.services, plan.ends, strict=True):
        overlap = 30 if random.random() < 0.1 else 0
        for back in range(WINDOWS_EACH):
            last = today + timedelta(days - back * YEAR)
            yield {
                "service_id": service,
                "fund_id": fund,
                "starts_on": last - timedelta(YEAR - 1 + overlap),
                "ends_on": last,
                "certainty": "confirmed",
            }


def _insert_ledger(connection: Connection, plan: Plan, today: date) -> None:
    """What was told before today of the ends that are near or past."""
    watchers = _watchers(plan.watches)
    told = [n for n in sorted(watchers) if n not in plan.due and plan.ends[n] <= 180]
    alerts = {n: uuid.uuid4() for n in told}
    _insert(connection, Alert, (_alert(alerts[n], plan.services[n], plan.ends[n], today) for n in told))
    _insert(
        connection,
        Delivery,
        (
            {
                "alert_id": alerts[n],
                "account_id": account,
                "state": DeliveryState.SENT,
                "next_try_at": clock.now(),
                "sent_at": clock.now(),
            }
            for n in told
            for account in watchers[n]
        ),
    )


def _alert(alert_id: uuid.UUID, service_id: uuid.UUID, days: int, today: date) -> Row:
    threshold = min((t for t in (180, 90, 60, 30, 14, 7, 1, 0) if days <= t), default=180) if days >= 0 else -1
    return {
        "id": alert_id,
        "key": str(alert_id),
        "kind": AlertKind.ENDED if days < 0 else AlertKind.ENDING,
        "service_id": service_id,
        "ends_on": today + timedelta(days),
        "threshold": threshold,
        "found_on": today - timedelta(1),
        "is_superseded": False,
        "details": {},
    }


def _insert(connection: Connection, model: type[Base], rows: Iterable[Row]) -> None:
    is_record = "version" in model.__table__.c
    left = iter(rows)
    while part := list(islice(left, 20_000)):
        connection.execute(
            sa.insert(model), [{"id": uuid.uuid4(), **({"version": 1} if is_record else {}), **row} for row in part]
        )


def _fill(count: int) -> Row:
    with create_app().app_context():
        add_database_file()
    random = Random(1)
    with create_app().app_context(), db.engine.begin() as connection:
        Base.metadata.create_all(connection)
        plan = planned(count, random)
        insert(connection, plan, clock.today(), random)
    with create_app().app_context(), db.engine.connect() as connection:
        return {
            model.__tablename__: connection.scalar(sa.select(sa.func.count()).select_from(model))
            for model in (Service, FundingWindow, Account, Watch, Alert, Delivery)
        }


def _scan() -> Row:
    app = create_app()
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        before = megabytes()
        began = time.perf_counter()
        jobs.kept(refresh_statistics)  # as the worker does before each scan
        due = jobs.scan(settings)
        return {
            "seconds": time.perf_counter() - began,
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
    """Fills a throw-away installation, looks twice, and prints what each look took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=SERVICES)
    count = parser.parse_args().services
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        installation = Installation(Path(folder))
        print("Filling …", file=sys.stderr, flush=True)
        filled = installation.measured("tests.bench.alerts", "fill", str(count))
        print(", ".join(f"{number:,} in {name}" for name, number in filled.items()) + ".")
        print("| scan | to be told | seconds | peak memory, MiB | of it before the scan, MiB |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for words in ("what is due", "nothing due any more"):
            took = installation.measured("tests.bench.alerts", "scan")
            print(
                f"| {words} | {took['people']:,} | {took['seconds']:.2f} | {took['megabytes']:.0f} | {took['before']:.0f} |",
                flush=True,
            )
    if GRANTS.is_file():
        lived = Installation(Path(tempfile.gettempdir())).measured("tests.bench.alerts", "replay")
        print(
            f"\n2017 again with the grants of one publisher, up on {lived['days_up']} of 365 days: {lived['mails']} mails,"
            f" as many as an independent count finds for {lived['as_expected']} of {lived['people']} people;"
            f" the auditor found {lived['differences']} differences;"
            f" the first warning came {lived['median_lead']:.0f} days before the end in the middle."
        )
    print(f"\nOn {os.cpu_count()} cores with a load of {os.getloadavg()[0]:.1f} at the end.")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(json.dumps(_fill(int(sys.argv[2]))))
    elif sys.argv[1:2] == ["scan"]:
        print(json.dumps(_scan()))
    elif sys.argv[1:2] == ["replay"]:
        print(json.dumps(_replay()))
    else:
        sys.exit(main())
