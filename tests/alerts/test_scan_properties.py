"""Whatever days the machine was up, the right things are told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir import jobs
from partnerdir.alerts.models import Alert
from partnerdir.database import db, writing
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, ledger, move_end

QUIETLY = hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
LAST = 120
UP = st.sets(st.integers(0, LAST), min_size=1, max_size=12).map(sorted)
ENDS = st.integers(0, LAST + 200)
MOVES = st.dictionaries(st.integers(0, LAST), ENDS, max_size=3)


def oracle(first_end: int, moves: dict[int, int], up: list[int], thresholds: tuple[int, ...]) -> list[tuple[str, int, int]]:
    """What one watcher is told, written as plainly as it can be: kind, end, threshold."""
    told: list[tuple[str, int, int]] = []
    for day in up:
        end = moves[max(when for when in moves if when <= day)] if any(when <= day for when in moves) else first_end
        passed = [threshold for threshold in thresholds if end - day <= threshold]
        if day > end:
            fact = ("ended", end, -1)
        elif passed:
            fact = ("ending", end, min(passed))
        else:
            continue
        if not any(kind == fact[0] and its_end == end and threshold <= fact[2] for kind, its_end, threshold in told):
            told.append(fact)
    return told


def run(settings: Settings, first_end: int, moves: dict[int, int], up: list[int]) -> list[tuple[str, int, int]]:
    """What the ledger holds after a machine was up on these days while the end was moved on those."""
    with writing(by="a test") as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    with make.saved():
        service_id = a_watched_service(TODAY + timedelta(first_end)).id
    for day in sorted({*up, *moves}):
        if day in moves:
            move_end(service_id, TODAY + timedelta(moves[day]))
        if day in up:
            jobs.scan(settings, on=TODAY + timedelta(day))
    db.session.rollback()
    assert all(state == "waiting" for *_, state in ledger())
    return sorted((kind, (ends_on - TODAY).days, threshold) for _, kind, ends_on, threshold, _ in ledger())


@given(first_end=ENDS, moves=MOVES, up=UP)
@QUIETLY
def test_what_is_told_is_what_the_days_that_the_machine_was_up_make_due(
    app_on_both: Flask, first_end: int, moves: dict[int, int], up: list[int]
) -> None:
    settings = app_on_both.extensions["settings"]
    assert run(settings, first_end, moves, up) == sorted(oracle(first_end, moves, up, settings.threshold_days))


@given(first_end=st.integers(0, LAST), up=UP)
@QUIETLY
def test_the_last_scan_leaves_the_same_thing_told_whatever_ran_before_it(app: Flask, first_end: int, up: list[int]) -> None:
    settings: Settings = app.extensions["settings"]
    often, once = run(settings, first_end, {}, up), run(settings, first_end, {}, up[-1:])
    assert once == [fact for fact in often if fact in once]
    assert set(once) <= set(often)


def test_a_scan_that_asked_for_the_very_day_would_be_caught() -> None:
    """The planted fault: 'days left == threshold' loses the warning whose day the machine was down."""
    due_by_equality = [30 for day in (0, 9) if 31 - day == 30]
    assert due_by_equality != [threshold for _, _, threshold in oracle(31, {}, [0, 9], (180, 30))]


def test_one_alert_for_one_fact_is_held_by_the_database(app_on_both: Flask) -> None:
    with make.saved():
        service = a_watched_service(TODAY + timedelta(25))
    again = {"key": f"ending:service:{service.id}:2027-02-01:30", "kind": "ending", "service_id": service.id, "found_on": TODAY}
    with pytest.raises(sa.exc.IntegrityError), writing(by="a test") as session:
        session.add_all([Alert(**again), Alert(**again)])
