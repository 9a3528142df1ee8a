"""Machines that were down, clocks that are wrong or change: each warning is told once, and none twice."""

from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
import sqlalchemy as sa
import time_machine

from partnerdir import jobs
from partnerdir.alerts.due import list_due
from partnerdir.database import db
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, days, deliver_on, noon, scan_on, try_again_now
from tests.faults.conftest import Outcome
from tests.faults.ground import Ground
from tests.faults.table import PLANTED, shows

ONE_RUN = ("-m", "tests.faults.dying_senders", "nowhere")


def up_on(ground: Ground, *when: date) -> None:
    """The machine is up on these days, and scans and sends once on each."""
    for day in when:
        scan_on(ground.settings, day)
        deliver_on(ground.settings, day)


def up_at(ground: Ground, moment: datetime) -> None:
    """The machine is up at this moment (UTC), and scans and sends once."""
    try_again_now()
    with time_machine.travel(moment, tick=True):
        jobs.scan(ground.settings)
        jobs.deliver(ground.settings, Event())


@shows("time", "down nine days across two thresholds: the nearest is told, once")
def test_nine_days_down_across_thresholds_tell_the_nearest(ground: Ground, outcome: Outcome) -> None:
    end = TODAY + days(16)
    with make.saved():
        a_watched_service(end)
    up_on(ground, TODAY, *(TODAY + days(day) for day in range(10, 13)))
    for _ in ("30 days", "7 days"):
        ground.expect(end)
    outcome.holds(ground.tally())


@shows("time", "down sixty days, past the end: told that it has ended")
def test_sixty_days_down_past_the_end_tell_that_it_ended(ground: Ground, outcome: Outcome) -> None:
    end = TODAY + days(25)
    with make.saved():
        a_watched_service(end)
    up_on(ground, TODAY, TODAY + days(60), TODAY + days(61))
    ground.expect(end)
    ground.expect(end, verb="ended")
    outcome.holds(ground.tally())


@shows("time", "23:30 UTC in summer is the next day in London")
def test_half_past_eleven_utc_in_summer_is_already_tomorrow(ground: Ground, outcome: Outcome) -> None:
    end = date(2027, 7, 31)
    with make.saved():
        a_watched_service(end, day=date(2027, 7, 1))
    for day, hour in ((30, 22), (30, 23), (31, 22), (31, 23)):
        up_at(ground, datetime(2027, 7, day, hour, 30, tzinfo=UTC))
    for verb in ("ends", "ends", "ended"):  # a day before, on the day, after it
        ground.expect(end, verb=verb)
    outcome.holds(ground.tally())


@pytest.mark.processes
@pytest.mark.parametrize("end", [date(2027, 3, 28), date(2030, 3, 31)], ids=str)
@shows("time", "the clock changes of 28 March 2027 and 31 March 2030, under libfaketime")
def test_money_that_ends_on_the_day_the_clocks_go_forward_is_told_on_its_days(
    ground: Ground, outcome: Outcome, fake_clocks: None, end: date
) -> None:
    with make.saved():
        a_watched_service(end, day=end - days(200))
    # The last hour of the day before; the day itself before and after the change; and when the next has begun in London.
    for moment in (f"{end - days(1)} 23:30:00", f"{end} 00:30:00", f"{end} 01:30:00", f"{end} 23:30:00"):
        ground.run(*ONE_RUN, at=moment)
    for verb in ("ends", "ends", "ended"):
        ground.expect(end, verb=verb)
    outcome.holds(ground.tally())


@shows("time", "the doubled hour in October")
def test_the_doubled_hour_in_october_tells_nothing_twice(ground: Ground, outcome: Outcome) -> None:
    end = date(2027, 10, 31)
    with make.saved():
        a_watched_service(end, day=date(2027, 1, 1))
    for minutes in range(0, 25 * 60 + 30, 30):  # that day has 25 hours
        up_at(ground, datetime(2027, 10, 30, 23, 0, tzinfo=UTC) + timedelta(minutes=minutes))
    for verb in ("ends", "ended"):
        ground.expect(end, verb=verb)
    outcome.holds(ground.tally())


@shows("time", "a clock a day ahead, and back")
def test_a_clock_a_day_ahead_and_back_tells_nothing_twice(ground: Ground, outcome: Outcome) -> None:
    end = TODAY + days(31)
    with make.saved():
        a_watched_service(end)
    up_on(ground, TODAY + days(1), TODAY, TODAY + days(1), TODAY + days(2))
    ground.expect(end)
    outcome.holds(ground.tally())


@shows("time", "a clock in 1970 while mail waits, and back")
def test_a_clock_in_1970_loses_nothing_that_waits(ground: Ground, outcome: Outcome) -> None:
    end = TODAY + days(25)
    with make.saved():
        a_watched_service(end, starts_on=TODAY - days(300))
    scan_on(ground.settings, TODAY)
    up_on(ground, date(1970, 1, 2), TODAY, TODAY)
    ground.expect(end)
    outcome.holds(ground.tally())


@shows("time", "29 February")
def test_the_29th_of_february_is_a_day_like_any_other(ground: Ground, outcome: Outcome) -> None:
    end = date(2028, 2, 29)
    with make.saved():
        a_watched_service(end, day=TODAY)
    up_on(ground, end - days(30), end - days(1), end, end + days(1), date(2029, 2, 28))
    for verb in ("ends", "ends", "ends", "ended"):
        ground.expect(end, verb=verb)
    outcome.holds(ground.tally())


@shows("time", "ends today, ended yesterday, ends tomorrow")
def test_ends_of_yesterday_today_and_tomorrow_are_each_told_as_they_are(ground: Ground, outcome: Outcome) -> None:
    with make.saved():
        for name, ends_in in (("Yesterday", -1), ("Today", 0), ("Tomorrow", 1)):
            a_watched_service(TODAY + days(ends_in), name, day=TODAY - days(9))
    up_on(ground, TODAY, TODAY)
    for name, ends_in, verb in (("Yesterday", -1, "ended"), ("Today", 0, "ends"), ("Tomorrow", 1, "ends")):
        ground.expect(TODAY + days(ends_in), name=name, verb=verb)
    outcome.holds(ground.tally())


@shows("time", "the ledger of a live service is never pruned: nothing is told again after years")
def test_after_years_of_runs_the_ledger_still_knows_what_was_told(ground: Ground, outcome: Outcome) -> None:
    end = TODAY + days(25)
    with make.saved():
        a_watched_service(end)
    up_on(ground, TODAY, TODAY + days(26), *(TODAY + days(365 * year) for year in range(1, 11)))
    assert db.session.scalar(sa.text("SELECT count(*) FROM delivery WHERE state = 'sent'")) == 2
    ground.expect(end)
    ground.expect(end, verb="ended")
    outcome.holds(ground.tally())


@shows(PLANTED, "a ledger that forgets what is older than a year")
def test_a_ledger_that_is_pruned_is_caught_doubling(ground: Ground, outcome: Outcome) -> None:
    end = TODAY + days(25)
    with make.saved():
        a_watched_service(end)
    up_on(ground, TODAY + days(26))
    with make.saved() as session:
        session.execute(sa.text("DELETE FROM delivery"))
        session.execute(sa.text("DELETE FROM alert"))
    up_on(ground, TODAY + days(500))
    ground.expect(end, verb="ended")
    outcome.catches(ground.tally())


@shows(PLANTED, "a scan that asks for the very day")
def test_a_scan_that_asks_for_the_very_day_is_caught_losing(
    ground: Ground, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = TODAY + days(31)
    with make.saved():
        a_watched_service(end)
    real = list_due
    on_the_day = lambda day, *rest, **named: [due for due in real(day, *rest, **named) if (end - day).days in (30, 14)]  # noqa: E731  # the fault, in one line
    monkeypatch.setattr(jobs, "list_due", on_the_day)
    with noon(TODAY):
        jobs.scan(ground.settings)
    up_on(ground, TODAY, TODAY + days(9))
    ground.expect(end)
    outcome.catches(ground.tally())
