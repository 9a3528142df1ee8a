"""Who watches what in the tests of alerts."""

import uuid
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa
import time_machine

from partnerdir import jobs
from partnerdir.accounts.actions import add_account
from partnerdir.accounts.models import Account
from partnerdir.accounts.queries import find_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.choices import change_choice
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.outbox import Counts
from partnerdir.alerts.queries import find_watch
from partnerdir.alerts.rules import DeliveryState, Pace
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.models import Fund, FundingWindow
from partnerdir.settings import Settings
from tests import make

WORKER = "worker@housing.example"
TODAY = date(2027, 1, 15)
END = TODAY + timedelta(25)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def days(count: int) -> timedelta:
    """So many days."""
    return timedelta(days=count)


def a_watcher(email: str = WORKER) -> Account:
    """An account that is told of everything at once, made if it is not there."""
    account = find_account(email)
    if account is None:
        account = add_account(email, RoleName.FRONTLINE)
        db.session.flush()
        change_choice(account.id, Pace.AT_ONCE, None, None)
        db.session.flush()
    return account


def a_watched_service(
    ends_on: date | None, name: str = "Harbour Family Support", day: date = TODAY, **window: object
) -> Service:
    """A service with one window, watched by the worker since the day."""
    service = make.a_service(name)
    fund = db.session.scalar(sa.select(Fund)) or make.a_fund()
    make.a_window(service, ends_on, fund=fund, **window)
    watch(service, day=day)
    return service


def watch(service: Service, email: str = WORKER, day: date = TODAY) -> Watch:
    """Watches a service since the day."""
    watched = add_watch(a_watcher(email).id, service.id, day)
    db.session.flush()
    return watched


def unwatch(service: Service, email: str = WORKER) -> None:
    """Stops watching."""
    watched = find_watch(a_watcher(email).id, service.id)
    assert watched is not None
    db.session.delete(watched)


def move_end(service_id: uuid.UUID, ends_on: date | None, **fields: object) -> None:
    """Changes the last day of the service's one window, in a transaction of its own."""
    with make.saved():
        window = db.session.scalars(sa.select(FundingWindow).where(FundingWindow.service_id == service_id)).one()
        window.ends_on = ends_on
        for name, value in fields.items():
            setattr(window, name, value)


def ledger() -> list[tuple[str, str, Any, Any, str]]:
    """Every delivery: who, what, which end, which threshold, and where it stands."""
    query = (
        sa.select(Account.email, Alert.kind, Alert.ends_on, Alert.threshold, Delivery.state)
        .select_from(Delivery)
        .join(Alert)
        .join(Account, Account.id == Delivery.account_id)
        .order_by(Account.email, Alert.found_on, Alert.ends_on, Alert.threshold.desc())
    )
    return [
        (email, str(kind), ends_on, threshold, str(state))
        for email, kind, ends_on, threshold, state in db.session.execute(query)
    ]


def the_delivery() -> Delivery:
    """The one delivery there is."""
    db.session.rollback()
    return db.session.scalars(sa.select(Delivery)).one()


def try_again_now() -> None:
    """Lets every delivery be tried at once: the waits are over, and the claims have run out."""
    with make.saved() as session:
        session.execute(
            sa.update(Delivery).where(Delivery.state == DeliveryState.WAITING).values(next_try_at=LONG_AGO, claim_ends_at=None)
        )


def noon(day: date) -> time_machine.travel:
    """`with noon(day): …` happens at noon of that day."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=True)


def scan_on(settings: Settings, *days: date) -> None:
    """The machine is up on these days and scans once on each."""
    for day in days:
        with noon(day):
            jobs.scan(settings)


def deliver_on(settings: Settings, day: date = TODAY) -> Counts:
    """Sends what waits at noon of the day, however lately it failed."""
    try_again_now()
    with noon(day):
        return jobs.deliver(settings, Event())


def one_waiting(settings: Settings) -> Settings:
    """One warning waits in the outbox."""
    with make.saved():
        a_watched_service(END)
    scan_on(settings, TODAY)
    return settings
