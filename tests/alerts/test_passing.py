"""A new day asks only for what passing days make due, and finds what a look at every service finds."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir import jobs
from partnerdir.alerts import marks, passing
from partnerdir.alerts.marks import look_for
from partnerdir.alerts.models import ScanMark
from partnerdir.alerts.passing import Passed
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, days, scan_on
from tests.alerts.lives import SERVICE, SERVICES, STEP, at, life, said


def quietly(examples: int) -> hypothesis_settings:
    """So many examples, however long they take."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return hypothesis_settings(max_examples=examples, deadline=None, suppress_health_check=checks)


@given(services=st.lists(SERVICE, min_size=SERVICES, max_size=SERVICES), steps=st.lists(STEP, min_size=1, max_size=6))
@quietly(25)
def test_a_scan_of_what_passing_days_and_changes_make_due_finds_what_a_look_at_every_service_finds(
    app: Flask, settings: Settings, services: list[dict[str, Any]], steps: list[Any]
) -> None:
    for found, everything, _ in life(settings, services, steps):
        assert said(found) == said(everything)


# One plain service whose money begins, comes near its end and ends, by the day.

PLAIN: dict[str, Any] = {"assured": None, "first": None, "last": None, "thresholds": ()}
CONFIRMED = {"end_kind": EndKind.FIXED, "certainty": Certainty.CONFIRMED, "renewal": Renewal.NOT_STARTED}


def a_window(ends: int, length: int = 20, **fields: Any) -> dict[str, Any]:
    """A window that ends so many days from the first day."""
    plain = {"is_essential": True, "due": None, "confirmed": None, **CONFIRMED}
    return {**plain, "ends": ends, "length": length, **fields}


def quiet_days(*gaps: int) -> list[Any]:
    """Scans so many days after each other, between which nothing changes."""
    return [(gap, 9, []) for gap in gaps]


SEND = ("sent", 0, 0)
COURSES: dict[str, tuple[list[dict[str, Any]], list[Any]]] = {
    "a threshold": ([a_window(63, 200)], quiet_days(2, 2)),
    "a threshold passed while the machine was down": ([a_window(63, 200)], quiet_days(6)),
    "an end": ([a_window(2, 200)], quiet_days(1, 1, 1)),
    "an end while the machine was down": ([a_window(2, 200)], quiet_days(6)),
    "money that begins after a gap": ([a_window(24, 20)], quiet_days(3, 2)),
    "money that comes back after an end that was told": (
        [a_window(-3, 200), a_window(400, 397)],
        [(1, 9, [SEND]), *quiet_days(1, 1, 1)],
    ),
    "a decision that is late": ([a_window(300, 350, renewal=Renewal.APPLIED, due=1)], quiet_days(1, 1, 4, 3)),
    "the next part that ends": (
        [a_window(600, 900), a_window(3, 300, is_essential=False), a_window(9, 300, is_essential=False)],
        quiet_days(3, 1, 2),
    ),
}


def told_in(settings: Settings, course: str) -> list[tuple[list[Any], list[Any], bool]]:
    """What the scans of a course found, and what they had to find."""
    windows, steps = COURSES[course]
    far = {**PLAIN, "windows": [a_window(900, 1000)]}
    return list(life(settings, [{**PLAIN, "windows": windows}, far, far], steps))


@pytest.mark.parametrize("course", COURSES)
def test_what_time_alone_makes_due_is_found_without_asking_about_everything(
    app: Flask, settings: Settings, course: str
) -> None:
    scans = told_in(settings, course)
    assert any(found for found, *_ in scans)
    assert all(said(found) == said(everything) for found, everything, _ in scans)
    assert not any(is_of_all for *_, is_of_all in scans[:-2])


def forgets(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """The planted fault of a new day that leaves a question out."""
    nothing = sa.select(Service.id).where(sa.false())
    return lambda patch: patch.setattr(passing, name, lambda *_: nothing)


def _forgets_a_threshold(patch: pytest.MonkeyPatch) -> None:
    real = passing._ends_near
    patch.setattr(passing, "_ends_near", lambda passed, ahead: real(passed, 1000 if ahead == 60 else ahead))


def _forgets_days_of_downtime(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(marks, "Passed", lambda _since, until: Passed(until - days(1), until))


FAULTS = {
    "starts": (forgets("_began"), "money that begins after a gap"),
    "starts after an end that was told": (forgets("_began"), "money that comes back after an end that was told"),
    "ends": (forgets("_ended"), "an end"),
    "answers": (forgets("_late"), "a decision that is late"),
    "parts that follow": (forgets("_ended"), "the next part that ends"),
    "one threshold": (_forgets_a_threshold, "a threshold"),
    "downtime": (_forgets_days_of_downtime, "a threshold passed while the machine was down"),
    "downtime over an end": (_forgets_days_of_downtime, "an end while the machine was down"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_planted_fault_of_a_new_day_that_forgets_is_caught(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    plant, course = FAULTS[fault]
    plant(monkeypatch)
    assert any(said(found) != said(everything) for found, everything, _ in told_in(settings, course))


def test_a_week_after_it_everything_is_asked_about_again(app: Flask, settings: Settings) -> None:
    far = {**PLAIN, "windows": [a_window(900, 1000)]}
    scans = life(settings, [far] * SERVICES, quiet_days(1, 5, 1, 1, 5, 1, 9))
    assert [is_of_all for *_, is_of_all in scans] == [False, False, True, False, False, True, True]


def test_whoever_asks_is_told_of_everything_whatever_was_looked_at(app: Flask, settings: Settings) -> None:
    with make.saved():
        make.a_window(make.a_service(), TODAY + days(400))
    scan_on(settings, TODAY)
    with at(1, 9):
        assert look_for(TODAY + days(1), settings.threshold_days).looked_at_all_on == TODAY
        jobs.scan(settings, everything=True)
    assert db.session.get_one(ScanMark, marks.ONLY).looked_at_all_on == TODAY + days(1)


def test_what_is_dropped_makes_room_for_what_it_held_back(app: Flask, settings: Settings) -> None:
    far = {**PLAIN, "windows": [a_window(900, 1000)]}
    ends = {**PLAIN, "windows": [a_window(100, 300)]}
    scans = list(life(settings, [ends, far, far], [(1, 9, [("dropped", 0, 0)]), (1, 9, [])]))
    assert [bool(found) for found, *_ in scans] == [True, False]
    assert all(said(found) == said(everything) for found, everything, _ in scans)
