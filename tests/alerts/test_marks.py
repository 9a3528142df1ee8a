"""After a look at everything, a scan of that day asks only about what changed, and finds what a look at everything finds."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir import jobs
from partnerdir.alerts import marks
from partnerdir.alerts.due import list_due
from partnerdir.alerts.marks import look_for
from partnerdir.alerts.models import Delivery, ScanMark
from partnerdir.alerts.narrowing import list_services_in_question
from partnerdir.alerts.rules import DeliveryState
from partnerdir.alerts.thresholds import change_thresholds
from partnerdir.clock import now
from partnerdir.database import db, writing
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import END, TODAY, WORKER, a_watched_service, a_watcher, days, ledger, move_end, scan_on, unwatch, watch
from tests.conftest import make_settings

QUIETLY = hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
OTHERS = 3


@contextmanager
def at(hour: float, day: int = 0) -> Iterator[None]:
    """So many hours into a day."""
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) + timedelta(days=day, hours=hour)
    with time_machine.travel(moment, tick=False):
        yield


def looked_at(settings: Settings) -> set[uuid.UUID]:
    """Which services a scan would ask about now."""
    db.session.rollback()
    return set(look_for(TODAY, settings.threshold_days).service_ids)


def test_the_second_scan_of_a_day_asks_about_nothing_when_nothing_changed(
    app_on_both: Flask, statements_on_both: list[str]
) -> None:
    settings: Settings = app_on_both.extensions["settings"]
    with at(6), make.saved():
        a_watched_service(END)
    with at(8):
        jobs.scan(settings)
    with at(9.5):
        jobs.scan(settings)
        statements_on_both.clear()
        assert jobs.scan(settings) == []
    assert not any("funding_window" in statement for statement in statements_on_both)
    assert not any(statement.startswith(("INSERT", "UPDATE")) for statement in statements_on_both)
    assert len(ledger()) == 1


@pytest.fixture
def statements_on_both(app_on_both: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)


def change_one(change: str, service_id: uuid.UUID, number: int) -> None:
    """One thing that people do to a service, or to who is told of it."""
    with make.saved() as session:
        service = session.get_one(Service, service_id)
        if change in ("moved", "paused", "closed", "open", "thresholds", "contact"):
            _change_service(change, service, number)
        elif change == "watched":
            watch(service, f"other{number}@housing.example", day=TODAY - days(300))
        elif change == "unwatched":
            unwatch(service)
            session.flush()
            watch(service, day=TODAY - days(300))
        elif change == "left":
            a_watcher().active = not a_watcher().active
        elif change == "sent":
            for delivery in session.query(Delivery).filter_by(state=DeliveryState.WAITING):
                delivery.state, delivery.sent_at, delivery.settled_at = DeliveryState.SENT, now(), now()


def _change_service(change: str, service: Service, number: int) -> None:
    statuses = {"paused": ServiceStatus.PAUSED, "closed": ServiceStatus.CLOSED, "open": ServiceStatus.ACTIVE}
    if change == "moved":
        make.a_window(
            service,
            TODAY + days(number),
            starts_on=TODAY - days(number % 20),
            fund=make.a_fund(f"Fund {uuid.uuid4()}", f"Funder {uuid.uuid4()}"),
        )
    elif change == "thresholds":
        change_thresholds(service.id, [number, 5])
    elif change == "contact":
        db.session.add(Contact(service_id=service.id, title="Duty desk", last_on=TODAY + days(number % 30)))
    else:
        directory.change_service(service, {"status": statuses[change]})


CHANGES = st.tuples(
    st.sampled_from(
        ("moved", "paused", "closed", "open", "thresholds", "contact", "watched", "unwatched", "left", "sent", "scan", "scan")
    ),
    st.integers(0, OTHERS - 1),
    st.integers(0, 400),
    st.sampled_from((0.01, 0.2, 2)),
)


def a_day_of(settings: Settings, steps: list[tuple[str, int, int, float]]) -> Iterator[tuple[list[Any], list[Any]]]:
    """What scans of one day find after changes, and what a look at everything would have found."""
    hour = 1.0
    with writing(by="a test") as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    with at(0.5), make.saved():
        ids = [a_watched_service(TODAY + days(40 * n - 20), f"Service {n}", day=TODAY - days(300)).id for n in range(OTHERS)]
    with at(hour):
        jobs.scan(settings)
    for change, number, amount, pause in [*steps, ("scan", 0, 0, 0.1)]:
        hour = min(hour + pause, 22.5)
        with at(hour):
            if change != "scan":
                change_one(change, ids[number], amount)
                continue
            db.session.rollback()
            everything = list_due(TODAY, settings.threshold_days)
            db.session.rollback()
            yield jobs.scan(settings), everything


def said(due: list[Any]) -> list[tuple[str, int]]:
    return sorted((item.fact.key(f"service:{item.service_id}"), len(item.watchers)) for item in due)


@given(steps=st.lists(CHANGES, min_size=1, max_size=7))
@QUIETLY
def test_a_scan_that_asks_about_changes_finds_what_a_scan_of_everything_finds(
    app: Flask, settings: Settings, steps: list[tuple[str, int, int, float]]
) -> None:
    for found, everything in a_day_of(settings, steps):
        assert said(found) == said(everything)


@pytest.mark.parametrize(
    "change", [("moved", 0, 75), ("paused", 2, 0), ("thresholds", 1, 25), ("contact", 2, 10), ("watched", 1, 3)], ids=str
)
def test_the_planted_fault_of_a_scan_that_is_blind_to_changes_is_caught(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, change: tuple[str, int, int]
) -> None:
    steps = [(*change, 2.0)]
    assert all(said(found) == said(everything) for found, everything in a_day_of(settings, steps))
    monkeypatch.setattr(marks, "list_services_touched", lambda *_: set())
    assert any(said(found) != said(everything) for found, everything in a_day_of(settings, steps))


def test_a_scan_that_fails_keeps_no_mark_and_tells_all_the_next_time(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(6), make.saved():
        a_watched_service(END)
    with monkeypatch.context() as broken, at(8), pytest.raises(OSError, match="disk"):
        broken.setattr(jobs, "add_alerts", _full_disk)
        jobs.scan(settings)
    assert db.session.get(ScanMark, marks.ONLY) is None
    with at(9):
        jobs.scan(settings)
    assert len(ledger()) == 1


def _full_disk(*_arguments: object, **_named: object) -> None:
    raise OSError("the disk is full")


def other_day(settings: Settings) -> None:
    """The machine's clock was a day ahead once."""
    with at(8, day=1):
        jobs.scan(settings)


def clock_went_back(settings: Settings) -> None:
    """The machine's clock was late in the day once."""
    with at(23):
        jobs.scan(settings)


def other_thresholds(settings: Settings) -> None:
    """The setting was another one."""
    with at(8):
        jobs.scan(make_settings(settings.resolved_index_folder.parent, thresholds="3,1"))


def shorter_log(settings: Settings) -> None:
    """The log holds less than it did."""
    with at(8):
        jobs.scan(settings)
    with writing(by="a test") as session:
        session.execute(sa.update(ScanMark).values(change_id=10**9))


@pytest.mark.parametrize("doubt", [other_day, clock_went_back, other_thresholds, shorter_log])
def test_whatever_is_doubtful_asks_about_everything_again(
    app: Flask, settings: Settings, doubt: Callable[[Settings], None]
) -> None:
    with at(1), make.saved():
        service_id = a_watched_service(TODAY + days(200)).id
    doubt(settings)
    _end_behind_the_log(service_id)
    with at(9):
        jobs.scan(settings)
    assert len(ledger()) == 1


def test_what_the_log_did_not_say_is_found_within_a_week(app: Flask, settings: Settings) -> None:
    with at(1), make.saved():
        service_id = a_watched_service(TODAY + days(200)).id
    with at(8):
        jobs.scan(settings)
    _end_behind_the_log(service_id)
    with at(11):
        jobs.scan(settings)
        assert ledger() == []
    scan_on(settings, TODAY + days(7))
    assert len(ledger()) == 1


def _end_behind_the_log(service_id: uuid.UUID) -> None:
    """The end is near, and no line of the change log says so."""
    with writing(by="a test") as session:
        session.execute(
            sa.text("UPDATE funding_window SET ends_on = :day WHERE service_id = :id"),
            {"day": END.isoformat(), "id": service_id.hex},
        )


def test_a_mail_dropped_while_its_end_moved_back_is_told_by_the_next_scan(app: Flask, settings: Settings) -> None:
    with at(6), make.saved():
        service_id = a_watched_service(END).id
    with at(8):
        jobs.scan(settings)
        move_end(service_id, TODAY + days(300))
        move_end(service_id, END)
        jobs.scan(settings)
    with at(8.01), make.saved() as session:  # the sender had read the other end, and only now says so
        session.execute(sa.update(Delivery).values(state=DeliveryState.DROPPED))
    with at(9):
        jobs.scan(settings)
    assert [state for *_, state in ledger()] == ["waiting"]


def test_a_tree_that_changed_concerns_everybody(app: Flask, settings: Settings) -> None:
    with at(1), make.saved():
        a_watched_service(END)
    with at(8):
        jobs.scan(settings)
    with at(9), make.saved():
        need = make.a_need("housing", "Housing")
        need.name = "Homes"
    with at(10):
        db.session.rollback()
        assert set(look_for(TODAY, settings.threshold_days).service_ids) == set(
            list_services_in_question(TODAY, settings.threshold_days)
        )


def test_somebody_who_signs_in_is_no_reason_to_ask_about_all_that_they_hear_of(app: Flask, settings: Settings) -> None:
    with at(1), make.saved():
        a_watched_service(END)
    with at(8):
        jobs.scan(settings)
    with at(10), make.saved():
        a_watcher(WORKER).email = "elsewhere@housing.example"
    with at(10.1):
        assert looked_at(settings) == set()
