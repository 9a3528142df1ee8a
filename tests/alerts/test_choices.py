"""When a person is told: their pace, quiet hours, pause and snooze, as a rule and through the outbox."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from partnerdir.alerts.choices import (
    Choice,
    change_choice,
    change_pause,
    is_time_to_send,
    is_urgent,
    opened_account,
    sealed_account,
)
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.receipts import snooze
from partnerdir.alerts.rules import AlertKind, DeliveryState, Pace
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, a_watcher, days, deliver_on, scan_on, the_delivery
from tests.alerts.post import Post

WEDNESDAY = date(2027, 1, 13)
MONDAY = date(2027, 1, 18)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """A civil time."""
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001  # a wall clock has no zone


def test_whoever_chose_nothing_is_told_on_monday_and_of_what_is_urgent_at_once():
    assert not is_time_to_send(Choice(found_on=WEDNESDAY), 170, at(WEDNESDAY, 12))
    assert is_time_to_send(Choice(found_on=WEDNESDAY), 170, at(MONDAY, 8))
    assert is_time_to_send(Choice(found_on=WEDNESDAY), 14, at(WEDNESDAY, 3), is_urgent=True)


@pytest.mark.parametrize(
    ("kind", "days_left", "expected"),
    [
        (AlertKind.ENDING, 14, True),
        (AlertKind.ENDING, 15, False),
        (AlertKind.BROUGHT_FORWARD, 3, True),
        (AlertKind.CONTACT_LEAVING, 14, True),
        (AlertKind.CONTACT_LEAVING, 30, False),
        (AlertKind.EXTENDED, None, False),
        (AlertKind.ENDED, -40, True),
        (AlertKind.CLOSED, None, True),
        (AlertKind.PAUSED, None, True),
        (AlertKind.REOPENED, None, False),
        (AlertKind.DECISION_LATE, -8, False),
        (AlertKind.CONTACT_CHANGED, None, False),
    ],
)
def test_what_has_stopped_and_what_comes_within_14_days_is_urgent(kind: AlertKind, days_left: int | None, expected: bool):
    assert is_urgent(kind, days_left) is expected


def test_what_is_urgent_has_a_pace_of_its_own_but_the_last_day_waits_for_none():
    choice = Choice(Pace.AT_ONCE, found_on=WEDNESDAY, urgent_pace=Pace.DAILY)
    assert is_time_to_send(choice, 40, at(WEDNESDAY, 3))
    assert not is_time_to_send(choice, 10, at(WEDNESDAY, 3), is_urgent=True)
    assert is_time_to_send(choice, 10, at(WEDNESDAY, 8), is_urgent=True)
    assert is_time_to_send(choice, 0, at(WEDNESDAY, 3), is_urgent=True)


@pytest.mark.parametrize(
    ("pace", "now", "is_time"),
    [
        (Pace.DAILY, at(WEDNESDAY, 7, 59), False),
        (Pace.DAILY, at(WEDNESDAY, 8), True),
        (Pace.DAILY, at(WEDNESDAY + days(1), 3), True),
        (Pace.WEEKLY, at(WEDNESDAY, 12), False),
        (Pace.WEEKLY, at(MONDAY, 7, 59), False),
        (Pace.WEEKLY, at(MONDAY, 8), True),
        (Pace.WEEKLY, at(MONDAY + days(3), 3), True),  # the machine was down on Monday
    ],
)
def test_a_pace_waits_for_its_morning_and_never_misses_it(pace: Pace, now: datetime, is_time: bool):
    assert is_time_to_send(Choice(pace, found_on=WEDNESDAY), 60, now) is is_time
    assert is_time_to_send(Choice(pace, found_on=WEDNESDAY), 14, now, is_urgent=True)


@pytest.mark.parametrize(("hour", "is_time"), [(21, True), (22, False), (3, False), (6, False), (7, True)])
def test_quiet_hours_may_go_past_midnight(hour: int, is_time: bool):
    choice = Choice(quiet_from=time(22), quiet_until=time(7))
    assert is_time_to_send(choice, 0, at(WEDNESDAY, hour)) is is_time


def test_a_snooze_gives_way_on_its_day_on_the_last_day_and_after_the_end():
    choice = Choice(asks_again_on=MONDAY)
    assert not is_time_to_send(choice, 30, at(MONDAY - days(1)))
    assert not is_time_to_send(choice, 1, at(MONDAY - days(1)))
    assert is_time_to_send(choice, 30, at(MONDAY))
    assert is_time_to_send(choice, 0, at(MONDAY - days(1)))
    assert is_time_to_send(choice, -1, at(MONDAY - days(1)))


@given(
    pace=st.sampled_from(Pace),
    found_on=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    days_left=st.integers(-5, 200),
    quiet=st.one_of(st.none(), st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1])),
)
def test_nothing_waits_longer_than_eight_days(pace: Pace, found_on: date, days_left: int, quiet: tuple[time, time] | None):
    start, end = quiet or (None, None)
    choice = Choice(pace, start, end, found_on=found_on)
    moments = [at(found_on) + timedelta(minutes=10 * step) for step in range(6 * 24 * 8)]
    is_open = any(not quiet or not _within(moment.time(), quiet) for moment in moments)
    assert not is_open or any(is_time_to_send(choice, days_left, moment) for moment in moments)


def _within(at: time, quiet: tuple[time, time]) -> bool:
    start, end = quiet
    return start <= at < end if start < end else not end <= at < start


def test_a_pause_holds_mail_back_and_its_end_lets_it_go(queued_here: Settings, mail_server: Post):
    with make.saved():
        change_pause(a_watcher().id, is_paused=True)
    for _ in range(3):
        deliver_on(queued_here)
    delivery = the_delivery()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 0)
    assert delivery.reason == "It waits for the time that its reader chose."
    assert mail_server.mails == []
    with make.saved():
        change_pause(a_watcher().id, is_paused=False)
    deliver_on(queued_here)
    assert len(mail_server.mails) == 1
    plain = mail_server.mails[0].get_body(("plain",))
    assert plain is not None
    link = sealed_account(a_watcher().id, str(queued_here.secret_key))
    assert f"Pause all mail: https://directory.example/pause/{link}" in plain.get_content()


def test_a_weekly_pace_sends_on_monday(queued_here: Settings, mail_server: Post):
    with make.saved():
        change_choice(a_watcher().id, Pace.WEEKLY, None, None)
    assert TODAY.strftime("%A") == "Friday"
    deliver_on(queued_here, TODAY + days(2))
    assert mail_server.mails == []
    deliver_on(queued_here, TODAY + days(3))
    assert len(mail_server.mails) == 1


def test_a_snooze_holds_back_the_next_warning_too_but_not_the_last(queued_here: Settings, mail_server: Post):
    deliver_on(queued_here)
    with make.saved():
        snooze(a_watcher().id, the_delivery().alert, END + days(90), TODAY)
    for day in (END - days(14), END - days(7), END - days(1)):
        scan_on(queued_here, day)
        deliver_on(queued_here, day)
    assert len(mail_server.mails) == 1
    scan_on(queued_here, END)
    deliver_on(queued_here, END)
    assert len(mail_server.mails) == 2
    states = list(db.session.scalars(sa.select(Delivery.state)))
    assert states.count(DeliveryState.SENT) == 2
    assert states.count(DeliveryState.WAITING) == 0


@pytest.mark.parametrize("hours", [(time(22), None), (None, time(7)), (time(7), time(7))])
def test_half_quiet_hours_are_refused(app: Flask, hours: tuple[time | None, time | None]):
    with pytest.raises(BadInput), make.saved():
        change_choice(a_watcher().id, Pace.AT_ONCE, *hours)


def test_only_our_own_link_names_an_account(app: Flask):
    with make.saved():
        account_id = a_watcher().id
    assert opened_account(sealed_account(account_id, "secret"), "secret") == account_id
    assert opened_account(sealed_account(account_id, "another"), "secret") is None
    assert opened_account("nonsense", "secret") is None
