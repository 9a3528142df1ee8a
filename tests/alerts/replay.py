"""A year lived again: the real grants of a publisher, watched by several people, on a machine that is often down."""

import json
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
from flask import Flask

from partnerdir.accounts.models import Account
from partnerdir.alerts.auditor import Difference, audit
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.models import FundingWindow
from partnerdir.settings import Settings
from tests import make
from tests.alerts import post
from tests.alerts.cast import deliver_on, noon, scan_on, watch
from tests.alerts.conftest import with_mail
from tests.faults.ground import facts_of

YEAR, BEFORE = 2017, date(2016, 12, 31)
LONGEST_DOWN = 9
Watched = Mapping[str, list[str]]  # by address: the grants whose services they watch


@dataclass(frozen=True)
class Replay:
    """What came of it, by address, as it came and as the independent count has it: mails, and what they told."""

    days_up: int
    mails: Counter[str]
    expected: Counter[str]
    told: Counter[str]
    told_expected: Counter[str]
    differences: list[Difference]
    first_warnings: list[int]

    @property
    def median_lead(self) -> float:
        """Days from the first warning to the end of the money, in the middle."""
        return statistics.median(self.first_warnings)


def list_days_up(random: Random) -> list[date]:
    """The days of the year on which the machine was up; it was down for up to nine days at a time, and up at the end."""
    days, day = [], date(YEAR, 1, 1)
    while day < date(YEAR, 12, 31):
        days.append(day)
        day += timedelta(1 + (random.randint(1, LONGEST_DOWN) if random.random() < 0.15 else 0))
    return [*days, date(YEAR, 12, 31)]


def replayed(app: Flask, settings: Settings, file: Path, people: int, each: int, seed: int = 17) -> Replay:
    """Imports the grants, lets so many people watch so many of their services each, lives the year, and audits it."""
    random = Random(seed)
    with noon(BEFORE):
        assert app.test_cli_runner().invoke(args=["import", "grants", str(file)]).exit_code == 0
        watched = watch_some(random, people, each)
    up = list_days_up(random)
    with post.running() as server:
        for day in up:
            scan_on(with_mail(settings, server), day)
            deliver_on(with_mail(settings, server), day)
    db.session.rollback()
    with noon(up[-1]):
        differences = audit(date.min, up[-1], settings.threshold_days)
    expected, told_expected = mails_expected(json.loads(file.read_text())["grants"], watched, up, settings.threshold_days)
    told = Counter(to for mail in server.mails for to, *_ in facts_of(mail))
    return Replay(len(up), Counter(server.recipients), expected, told, told_expected, differences, list_first_warnings())


def watch_some(random: Random, people: int, each: int) -> Watched:
    """Each of so many people watches so many services whose money ends between 2016 and 2018."""
    query = (
        sa.select(FundingWindow.grant_id, Service)
        .join(Service, Service.id == FundingWindow.service_id)
        .where(FundingWindow.ends_on.between(date(YEAR - 1, 10, 1), date(YEAR + 1, 12, 31)))
        .order_by(FundingWindow.grant_id)
    )
    watched: dict[str, list[str]] = {}
    with make.saved() as session:
        found = session.execute(query).all()
        for number in range(people):
            email = f"worker{number}@housing.example"
            chosen = random.sample(found, each)
            watched[email] = [str(grant_id) for grant_id, _ in chosen]
            for _, service in chosen:
                watch(service, email, day=BEFORE)
    return watched


def mails_expected(
    grants: list[dict[str, object]], watched: Watched, up: list[date], thresholds: tuple[int, ...]
) -> tuple[Counter[str], Counter[str]]:
    """The independent count, from the publisher's own file and the days the machine was up, in a few plain lines.

    By address: the mails, one on each day that brings anything new, and how many things they tell.
    """
    periods = {str(grant["id"]): grant["plannedDates"][0] for grant in grants}  # type: ignore[index]  # a list, as published
    mails: Counter[str] = Counter()
    things: Counter[str] = Counter()
    for email, ids in watched.items():
        days_with_news = set()
        for grant_id in ids:
            start, end = (date.fromisoformat(periods[grant_id][name][:10]) for name in ("startDate", "endDate"))
            told: set[int | None] = {None}
            for day in up:
                news = None
                if start <= day <= end:
                    news = min((t for t in thresholds if (end - day).days <= t), default=None)
                elif day > end >= BEFORE:
                    news = -1
                if news not in told:
                    told.add(news)
                    days_with_news.add(day)
            things[email] += len(told) - 1
        mails[email] = len(days_with_news)
    return mails, things


def list_first_warnings() -> list[int]:
    """For every end that somebody was warned of: how many days before it the first warning came."""
    query = (
        sa.select(Alert.ends_on, sa.func.min(Alert.found_on))
        .join(Delivery, Delivery.alert_id == Alert.id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Alert.kind == AlertKind.ENDING)
        .group_by(Account.id, Alert.service_id, Alert.ends_on)
    )
    return [(ends_on - found_on).days for ends_on, found_on in db.session.execute(query) if ends_on]


def some_grants(file: Path, one_in: int, folder: Path) -> Path:
    """A file with one in so many of the grants whose money ends from late 2016 to 2018."""
    package = json.loads(file.read_text())
    ends = (f"{YEAR - 1}-10", f"{YEAR + 2}")
    near = [grant for grant in package["grants"] if ends[0] <= grant["plannedDates"][0]["endDate"][:10] < ends[1]]
    shorter = folder / "grants.json"
    shorter.write_text(json.dumps({**package, "grants": near[::one_in]}))
    return shorter
