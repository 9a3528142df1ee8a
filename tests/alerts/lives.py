"""Services lived day by day on a machine that is up and down: what each scan finds, and what it had to find."""

import dataclasses
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
import time_machine
from hypothesis import strategies as st

from partnerdir import clock, jobs
from partnerdir.accounts.actions import add_account, change_account, change_areas
from partnerdir.accounts.models import Account
from partnerdir.accounts.queries import find_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_wider_watch
from partnerdir.alerts.due import list_due
from partnerdir.alerts.marks import look_for
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.receipts import acknowledge, snooze
from partnerdir.alerts.rules import AlertKind, DeliveryState, Due
from partnerdir.alerts.thresholds import change_thresholds
from partnerdir.database import db, writing
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Contact, Need, Phone, Service
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from partnerdir.geography.models import Area
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import TODAY, a_watcher, days, unwatch, watch

SERVICES, REVIEW_AFTER = 3, 50
LONG_AGO = TODAY - days(300)
WORKER, KEEPER, OTHER_KEEPER = "worker@housing.example", "keeper@council.example", "other@council.example"
# Near every threshold, and far from all.
DAYS = st.sampled_from((-200, -40, -9, -8, -7, -2, -1, 0, 1, 2, 5, 8, 13, 20, 31, 38, 61, 66, 91, 95, 181, 190)) | st.integers(
    -60, 250
)
WINDOW = st.fixed_dictionaries(
    {
        "length": st.sampled_from((0, 3, 20, 60, 89, 200, 364)),
        "ends": DAYS,
        "end_kind": st.sampled_from((*[EndKind.FIXED] * 4, EndKind.ESTIMATED, EndKind.OPEN_ENDED, EndKind.UNKNOWN)),
        "is_essential": st.sampled_from((True, True, False)),
        "certainty": st.sampled_from((*[Certainty.CONFIRMED] * 4, Certainty.APPLIED_FOR)),
        "renewal": st.sampled_from((Renewal.NOT_STARTED, Renewal.NOT_STARTED, Renewal.APPLIED)),
        "due": st.none() | DAYS,
        "confirmed": st.none() | st.integers(-130, 0),
    }
)
SERVICE = st.fixed_dictionaries(
    {
        "windows": st.lists(WINDOW, min_size=1, max_size=4),
        "assured": st.none() | st.integers(-130, 0),
        "first": st.none() | st.integers(-20, 20),
        "last": st.none() | st.integers(21, 70),
        "thresholds": st.sampled_from(((), (), (), (300, 45, 5))),
    }
)
CHANGE = st.tuples(
    st.sampled_from(
        [
            "window",
            "window",
            "moved",
            "moved",
            "status",
            "taking",
            "needs",
            "area",
            "phone",
            "contact",
            "watched",
            "unwatched",
            "left",
            "keeper",
            "looks_after",
            "thresholds",
            "acknowledged",
            "snoozed",
            "sent",
            "sent",
            "dropped",
            "confirmed",
        ]
    ),
    st.integers(0, SERVICES - 1),
    DAYS,
)
# Days until the next scan, from one before to more than a week of downtime, the hour of it, and what changes before it.
STEP = st.tuples(
    st.sampled_from((0, 1, 1, 1, 1, 2, 3, 5, 8, 9, 30, -1)), st.sampled_from((0.5, 9, 23.5)), st.lists(CHANGE, max_size=3)
)


def at(day: int, hour: float) -> time_machine.travel:
    """So many hours into a day, counted from the first."""
    return time_machine.travel(datetime.combine(TODAY + days(day), time(), UTC) + timedelta(hours=hour), tick=False)


def add_window(service: Service, ends: int, length: int, due: int | None, confirmed: int | None, **fields: Any) -> None:
    """Adds a window that ends so many days from the first day."""
    ends_on: Any = TODAY + days(ends)
    starts_on = ends_on - days(length)
    if fields["end_kind"] in (EndKind.OPEN_ENDED, EndKind.UNKNOWN):
        ends_on = None
    due_on, confirmed_on = (None if number is None else TODAY + days(number) for number in (due, confirmed))
    fund = make.a_fund(f"Fund {uuid.uuid4()}", f"Funder {uuid.uuid4()}")
    make.a_window(service, ends_on, fund, starts_on=starts_on, decision_due_on=due_on, confirmed_on=confirmed_on, **fields)


def a_world(services: list[dict[str, Any]]) -> list[uuid.UUID]:
    """Services on one route in two wards of a council, and everybody who may be told of them."""
    with writing(by="a test") as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    with at(-60, 9), make.saved():
        need, council, ward = make.a_need(), make.an_area("Saltshire", "saltshire"), make.an_area()
        make.an_area("Hill", "hill").parent_id = ward.parent_id = council.id
        ids = []
        for number, plan in enumerate(services):
            service = make.a_service(f"Service {number}")
            area_id = (ward, council, ward)[number].id
            assured_on = None if plan["assured"] is None else TODAY + days(plan["assured"])
            directory.change_service(
                service, {"taking": Taking.NOW, "assured_on": assured_on}, needs=[need], area_ids=[area_id]
            )
            for window in plan["windows"]:
                add_window(service, **window)
            first, last = (None if plan[name] is None else TODAY + days(plan[name]) for name in ("first", "last"))
            directory.add_contact(service, "Desk", email=f"desk{number}@harbour.example", first_on=first, last_on=last)
            directory.add_contact(service, "Second desk", email=f"desk{number}@harbour.example")
            change_thresholds(service.id, plan["thresholds"])
            if number:
                watch(service, WORKER, LONG_AGO)
            ids.append(service.id)
        add_wider_watch(a_watcher("route@housing.example").id, LONG_AGO, need_id=need.id, area_id=council.id)
        keeper = add_account(KEEPER, RoleName.COORDINATOR)
        add_account("steward@council.example", RoleName.STEWARD)
        db.session.flush()
        change_areas(keeper, [ward.id], LONG_AGO)
    return ids


def change_one(change: str, service_id: uuid.UUID, number: int) -> None:
    """One thing that people, or the post, do."""
    with make.saved() as session:
        if change in SETTLED:
            _settle(SETTLED[change])
        elif change in ("acknowledged", "snoozed"):
            _answer(change)
        elif change in ("left", "keeper", "looks_after"):
            _change_people(change, number)
        else:
            _change_service(change, session.get_one(Service, service_id), number)


SETTLED = {"sent": DeliveryState.SENT, "dropped": DeliveryState.DROPPED}


def _settle(state: DeliveryState) -> None:
    sent_at = clock.now() if state is DeliveryState.SENT else None
    waiting = sa.update(Delivery).where(Delivery.state == DeliveryState.WAITING)
    db.session.execute(waiting.values(state=state, sent_at=sent_at, settled_at=clock.now()))


def _answer(change: str) -> None:
    account = a_watcher(WORKER)
    query = sa.select(Alert).join(Delivery).where(Delivery.account_id == account.id, Alert.kind == AlertKind.ENDING)
    for alert in db.session.scalars(query.order_by(Alert.key)).all()[:2]:
        if change == "acknowledged":
            acknowledge(account.id, alert)
        elif alert.ends_on and alert.ends_on > clock.today() + days(1):
            snooze(account.id, alert, clock.today() + days(1), clock.today())


def _change_people(change: str, number: int) -> None:
    if change == "left":
        worker = a_watcher(WORKER)
        worker.active = not worker.active
    elif change == "keeper":
        other = find_account(OTHER_KEEPER)
        if other is None:
            add_account(OTHER_KEEPER, RoleName.COORDINATOR)
        else:
            change_account(other, RoleName.FRONTLINE if number % 2 else RoleName.COORDINATOR, True)
    else:
        keeper = db.session.scalars(sa.select(Account).where(Account.email == KEEPER)).one()
        areas = db.session.scalars(sa.select(Area).order_by(Area.code)).all()
        change_areas(keeper, [areas[number % 3].id] if number % 4 else [], clock.today())


def _change_service(change: str, service: Service, number: int) -> None:
    windows = db.session.scalars(
        sa.select(FundingWindow).where(FundingWindow.service_id == service.id).order_by(FundingWindow.starts_on)
    ).all()
    today = clock.today()
    if change == "window":
        fund = make.a_fund(f"Fund {uuid.uuid4()}", f"Funder {uuid.uuid4()}")
        starts_on = today + days(number % 25 - 5)
        make.a_window(service, starts_on + days(abs(number)), fund, starts_on=starts_on, is_essential=number % 3 > 0)
    elif change == "moved":
        window = windows[number % len(windows)]
        if window.ends_on:
            window.ends_on = max(today + days(number), window.starts_on or today)
    elif change == "confirmed":
        windows[0].confirmed_on = today
    elif change == "status":
        directory.change_service(service, {"status": list(ServiceStatus)[number % len(ServiceStatus)]})
    elif change == "taking":
        directory.change_service(service, {"taking": list(Taking)[number % len(Taking)]})
    elif change == "needs":
        directory.change_service(service, {}, needs=[] if service.needs else list(db.session.scalars(sa.select(Need))))
    elif change == "area":
        areas = db.session.scalars(sa.select(Area).order_by(Area.code)).all()
        directory.change_service(service, {}, area_ids=[areas[number % 3].id])
    elif change == "thresholds":
        change_thresholds(service.id, [abs(number), 5] if number % 2 else [])
    else:
        _change_desk(change, service, number)


def _change_desk(change: str, service: Service, number: int) -> None:
    desk = db.session.scalars(sa.select(Contact).where(Contact.service_id == service.id).order_by(Contact.title)).first()
    if change == "phone" and desk:
        db.session.add(Phone(contact_id=desk.id, number=f"0141 496 {number % 1000:04}"))
    elif change == "contact" and desk:
        desk.last_on = max(clock.today() + days(abs(number) % 40), desk.first_on or clock.today())
    elif change == "watched":
        watch(service, f"other{number % 3}@housing.example", day=clock.today())
    elif change == "unwatched" and service.name != "Service 0":
        unwatch(service, WORKER)
        db.session.flush()
        if number % 2:
            watch(service, WORKER, LONG_AGO)
            db.session.flush()
        else:
            watch(service, WORKER, clock.today())


def life(settings: Settings, services: list[dict[str, Any]], steps: list[Any]) -> Iterator[tuple[list[Any], list[Any], bool]]:
    """What each scan finds, what a look at every service would have found, and whether the scan asked about everything."""
    settings = dataclasses.replace(settings, review_after_days=REVIEW_AFTER)
    ids, day, hour = a_world(services), 0, 6.0
    with at(day, hour):
        jobs.scan(settings)
    for gap, next_hour, changes in steps:
        for place, (change, number, amount) in enumerate(changes):
            # Some of it on the day of the last scan, and not before it, and some on that of the next. (A clock that goes back
            # and forth between two scans is the worker's to notice: it then scans at once.)
            later = max(gap, 0) * (place % 2)
            with at(day + later, next_hour if later else max(hour, next_hour)):
                change_one(change, ids[number % len(ids)], amount)
        day, hour = day + gap, next_hour + 0.25
        with at(day, hour):
            db.session.rollback()
            today = clock.today()
            everything = list_due(today, settings.threshold_days, ids, settings.review_after_days)
            look = look_for(today, settings.threshold_days, settings.review_after_days)
            db.session.rollback()
            yield jobs.scan(settings), everything, look.looked_at_all_on == today


def said(due: list[Due]) -> list[Any]:
    """Who is told what of which service."""
    return sorted((item.fact.key(item.service_name), sorted(w.email for w in item.watchers)) for item in due)
