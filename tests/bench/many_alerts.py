"""A million funding windows, who watches them, and what they were told before today."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.engine import Connection

from partnerdir import clock
from partnerdir.accounts.models import Account, AccountArea, Role, account_role
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.marks import ONLY
from partnerdir.alerts.models import Alert, Delivery, ScanMark, Watch
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.directory.models import Need, Organisation, Service, ServiceArea, service_need
from partnerdir.directory.rules import Taking
from partnerdir.funding.models import Fund, Funder, FundingWindow
from partnerdir.geography.models import Area, AreaKind
from partnerdir.settings import Settings
from partnerdir.tables import Base

SERVICES, DUE = 200_000, 2_000
WINDOWS_EACH, WATCHES_EACH, SERVICES_AN_ACCOUNT = 5, 20, 40
NEEDS, COUNCILS, WARDS, COORDINATORS = 30, 32, 640, 20
YEAR = 365
THRESHOLDS = (180, 90, 60, 30, 14, 7, 1, 0)
DUE_IN = 30  # days; it was told at the threshold before
NOT_TOMORROW = {0, *(threshold + 1 for threshold in THRESHOLDS)}  # days left that pass a threshold by tomorrow
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
    soon, late = (sorted({*range(*between)} - {DUE_IN} - NOT_TOMORROW) for between in ((-60, 170), (200, 900)))
    ends = [random.choice(soon if is_near else late) for is_near in near]
    return Plan(services, accounts, watches, [DUE_IN if n in due else end for n, end in enumerate(ends)], due)


def _watchers(watches: Iterable[tuple[uuid.UUID, int]]) -> dict[int, list[uuid.UUID]]:
    found: dict[int, list[uuid.UUID]] = {}
    for account, service in watches:
        found.setdefault(service, []).append(account)
    return found


def insert(connection: Connection, plan: Plan, today: date, random: Random, has_areas: bool) -> None:
    """Puts it all into empty tables, at once and without a change log."""
    organisation, funder, fund = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    _insert(connection, Organisation, [{"id": organisation, "name": "Harbour Trust"}])
    _insert(connection, Funder, [{"id": funder, "name": "National Funder"}])
    _insert(connection, Fund, [{"id": fund, "funder_id": funder, "name": "Communities Fund"}])
    _insert(
        connection,
        Service,
        (
            {
                "id": key,
                "organisation_id": organisation,
                "name": f"Service {number}",
                "taking": Taking.NOW,
                "assured_on": today - timedelta(random.randrange(100)),
            }
            for number, key in enumerate(plan.services)
        ),
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
    looks_after = _insert_routes(connection, plan, today, random) if has_areas else {}
    _insert_ledger(connection, plan, today, looks_after)
    settings: Settings = current_app.extensions["settings"]
    yesterday = today - timedelta(1)
    said = ",".join(map(str, (*settings.threshold_days, settings.review_after_days)))
    mark = {"id": ONLY, "looked_for_on": yesterday, "looked_at_all_on": yesterday, "asked_with": said, "change_id": 0}
    connection.execute(sa.insert(ScanMark), [{**mark, "looked_at": clock.now() - timedelta(1)}])


def _insert_routes(connection: Connection, plan: Plan, today: date, random: Random) -> dict[int, list[uuid.UUID]]:
    """Puts each service on two routes, in a ward of a council; who looks after which service, by its number."""
    role = uuid.uuid4()
    needs, councils, wards, coordinators = (
        [uuid.UUID(int=random.getrandbits(128)) for _ in range(count)] for count in (NEEDS, COUNCILS, WARDS, COORDINATORS)
    )
    _insert(connection, Need, ({"id": key, "code": f"need-{n}", "name": f"Need {n}"} for n, key in enumerate(needs)))
    area = {"kind": AreaKind.WARD}
    _insert(connection, Area, ({**area, "id": key, "name": f"C{n}", "code": f"c{n}"} for n, key in enumerate(councils)))
    _insert(
        connection,
        Area,
        (
            {**area, "id": key, "name": f"W{n}", "code": f"w{n}", "parent_id": councils[n % COUNCILS]}
            for n, key in enumerate(wards)
        ),
    )
    _insert(connection, Role, [{"id": role, "name": RoleName.COORDINATOR}])
    _insert(
        connection,
        Account,
        ({"id": key, "email": f"area{n}@council.example", "active": True} for n, key in enumerate(coordinators)),
    )
    connection.execute(sa.insert(account_role), [{"account_id": key, "role_id": role} for key in coordinators])
    theirs = ({"account_id": key, "area_id": councils[n], "began_on": today} for n, key in enumerate(coordinators))
    _insert(connection, AccountArea, theirs)
    ward_of = [random.randrange(WARDS) for _ in plan.services]
    pairs = zip(plan.services, ward_of, strict=True)
    _insert(connection, ServiceArea, ({"service_id": key, "area_id": wards[ward]} for key, ward in pairs))
    connection.execute(
        sa.insert(service_need),
        [{"service_id": key, "need_id": need} for key in plan.services for need in random.sample(needs, 2)],
    )
    return _looks_after(plan, ward_of, coordinators)


def _looks_after(plan: Plan, ward_of: list[int], coordinators: list[uuid.UUID]) -> dict[int, list[uuid.UUID]]:
    """Who looks after which service, by its number."""
    looks_after = {}
    for n, ward in enumerate(ward_of):
        council = ward % COUNCILS
        if council < COORDINATORS:
            looks_after[n] = [coordinators[council]]
        elif 0 <= plan.ends[n] <= DUE_IN:
            looks_after[n] = coordinators  # an end that nobody looks after is passed on to all
    return looks_after


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


def _insert_ledger(connection: Connection, plan: Plan, today: date, looks_after: Mapping[int, list[uuid.UUID]]) -> None:
    """What was told before today of the ends that are near or past; of those due today, at the threshold before."""
    watchers = _watchers(plan.watches)
    for n, people in looks_after.items():
        watchers.setdefault(n, []).extend(people)
    told = [n for n in sorted(watchers) if plan.ends[n] <= THRESHOLDS[0]]
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
    threshold = min((t for t in THRESHOLDS if days < t or (days == t and days != DUE_IN)), default=0) if days >= 0 else -1
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
