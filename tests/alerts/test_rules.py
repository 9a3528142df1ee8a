"""What the rules of alerts say."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partnerdir.alerts.rules import (
    AFTER_THE_END,
    FIRST_WAIT,
    LONGEST_WAIT,
    AlertKind,
    Fact,
    fact_on,
    facts_on,
    is_news,
    is_told,
    late_fact_on,
    moved_fact_on,
    reason_to_drop,
    thresholds_passed,
    wait_before_try,
)
from partnerdir.funding.rules import Outlook, OutlookState

DAY = date(2027, 3, 1)
THRESHOLDS = (180, 90, 30, 7, 0)


def ending(days: int, threshold: int) -> Fact:
    return Fact(AlertKind.ENDING, DAY + timedelta(days), threshold)


def covered(days: int) -> Outlook:
    return Outlook(OutlookState.ENDING, funded_until=DAY + timedelta(days), ends_on=DAY + timedelta(days), days_left=days)


def test_an_end_within_a_threshold_is_worth_telling_at_the_nearest_one_passed() -> None:
    assert fact_on(covered(31), THRESHOLDS) == ending(31, 90)
    assert fact_on(covered(30), THRESHOLDS) == ending(30, 30)
    assert fact_on(covered(29), THRESHOLDS) == ending(29, 30)
    assert fact_on(covered(0), THRESHOLDS) == ending(0, 0)


def test_an_end_beyond_every_threshold_is_not_worth_telling_yet() -> None:
    assert fact_on(covered(181), THRESHOLDS) is None


def test_a_service_without_an_end_or_without_dates_has_nothing_to_tell() -> None:
    assert fact_on(Outlook(OutlookState.ONGOING), THRESHOLDS) is None
    assert fact_on(Outlook(OutlookState.UNKNOWN), THRESHOLDS) is None


def test_a_part_that_ends_is_not_told_as_the_end_of_the_service() -> None:
    part = Outlook(OutlookState.PART_ENDING, funded_until=None, ends_on=DAY + timedelta(5), days_left=None)
    assert fact_on(part, THRESHOLDS) is None


def test_lapsed_late_and_gap_all_mean_that_the_money_has_ended() -> None:
    for state in (OutlookState.LAPSED, OutlookState.DECISION_LATE, OutlookState.GAP):
        assert fact_on(Outlook(state, ends_on=DAY - timedelta(1)), THRESHOLDS) == Fact(
            AlertKind.ENDED, DAY - timedelta(1), AFTER_THE_END
        )


def test_money_that_has_yet_to_begin_has_not_ended() -> None:
    assert fact_on(Outlook(OutlookState.GAP, covered_again_on=DAY + timedelta(9)), THRESHOLDS) is None


def test_thresholds_passed_together_are_listed_nearest_first() -> None:
    assert thresholds_passed(ending(25, 30), DAY, THRESHOLDS) == (30, 90, 180)
    assert thresholds_passed(Fact(AlertKind.ENDED, DAY, AFTER_THE_END), DAY, THRESHOLDS) == (AFTER_THE_END,)


def test_nobody_is_told_twice_or_told_a_farther_warning_after_a_nearer_one() -> None:
    assert is_told(ending(25, 30), None, [])
    assert is_told(ending(25, 30), None, [180, 90])
    assert not is_told(ending(25, 30), None, [90, 30])
    assert not is_told(ending(25, 30), None, [7])


def test_what_had_ended_when_a_watch_began_is_not_told_and_what_ends_later_is() -> None:
    ended = Fact(AlertKind.ENDED, DAY, AFTER_THE_END)
    assert is_told(ended, None, [])
    assert not is_told(ended, DAY, [])
    assert not is_told(ended, DAY + timedelta(1), [])
    assert is_told(ended, DAY - timedelta(1), [])
    assert is_told(ending(5, 7), DAY + timedelta(30), [])


def test_a_queued_alert_is_dropped_with_its_reason() -> None:
    alert = ending(25, 30)
    assert reason_to_drop(alert, alert, is_active=True, is_watching=True) == ""
    assert "closed" in reason_to_drop(alert, alert, is_active=False, is_watching=True)
    assert "stopped watching" in reason_to_drop(alert, alert, is_active=True, is_watching=False)
    assert "date changed" in reason_to_drop(alert, None, is_active=True, is_watching=True)
    assert "date changed" in reason_to_drop(alert, ending(26, 30), is_active=True, is_watching=True)
    assert "end came" in reason_to_drop(alert, Fact(AlertKind.ENDED, alert.ends_on, -1), is_active=True, is_watching=True)
    assert "nearer warning" in reason_to_drop(alert, ending(25, 7), is_active=True, is_watching=True)


def test_a_clock_put_back_does_not_drop_what_is_queued() -> None:
    assert reason_to_drop(ending(25, 30), ending(25, 90), is_active=True, is_watching=True) == ""


@given(st.integers(1, 1000), st.floats(0, 1))
def test_waits_grow_from_a_minute_to_six_hours_and_a_fifth_at_the_most(attempts: int, chance: float) -> None:
    wait = wait_before_try(attempts, chance)
    assert FIRST_WAIT * 0.8 <= wait <= LONGEST_WAIT * 1.2
    assert wait <= wait_before_try(attempts + 1, chance)


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_late_decision_is_told_once_in_each_week(due_days_ago: int, later: int) -> None:
    due = DAY - timedelta(due_days_ago)
    outlook = Outlook(OutlookState.FUNDED, funded_until=DAY + timedelta(900), decision_due_on=due)
    now, then = late_fact_on(outlook, DAY), late_fact_on(outlook, DAY + timedelta(later))
    assert (now is None) == (due_days_ago == 0)
    assert then is not None
    if now is not None:
        same_week = due_days_ago // 7 == (due_days_ago + later) // 7
        assert is_told(then, None, [now.threshold]) != same_week
        assert not is_told(now, None, [then.threshold])


def test_the_first_week_after_the_end_is_left_to_the_alert_that_it_ended() -> None:
    late = Outlook(OutlookState.DECISION_LATE, ends_on=DAY)
    assert [late_fact_on(late, DAY + timedelta(day)) for day in (1, 6)] == [None, None]
    assert late_fact_on(late, DAY + timedelta(7)) == Fact(AlertKind.DECISION_LATE, DAY, -1)
    assert late_fact_on(Outlook(OutlookState.LAPSED, ends_on=DAY), DAY + timedelta(7)) is None


def test_a_part_that_ends_is_told_at_the_nearest_threshold() -> None:
    part = Outlook(OutlookState.PART_ENDING, ends_on=DAY + timedelta(5))
    assert facts_on(part, DAY, THRESHOLDS) == (Fact(AlertKind.PART_ENDING, DAY + timedelta(5), 7),)


def test_an_end_that_moved_is_later_or_earlier_than_the_one_that_was_told() -> None:
    open_ended, past = Outlook(OutlookState.ONGOING), Outlook(OutlookState.LAPSED, ends_on=DAY)
    assert moved_fact_on(covered(9), DAY + timedelta(9), "x") is None
    assert moved_fact_on(past, DAY + timedelta(9), "x") is None
    assert moved_fact_on(open_ended, None, "x") is None
    cases: dict[AlertKind, list[tuple[Outlook, date | None]]] = {
        AlertKind.EXTENDED: [(covered(9), DAY), (open_ended, DAY)],
        AlertKind.BROUGHT_FORWARD: [(covered(9), DAY + timedelta(10)), (covered(9), None)],
    }
    for kind, moves in cases.items():
        for outlook, told_until in moves:
            assert moved_fact_on(outlook, told_until, "x") == Fact(kind, outlook.funded_until, mark="x")


def test_the_key_of_a_fact_names_what_makes_it_that_fact() -> None:
    assert ending(30, 30).key("service:1") == "ending:service:1:2027-03-31:30"
    assert ending(30, 30).key("service:1", 90) == "ending:service:1:2027-03-31:90"
    assert Fact(AlertKind.PAUSED, mark="7").key("service:1") == "paused:service:1:7"


def test_what_changed_before_a_watch_began_is_no_news() -> None:
    changed = Fact(AlertKind.PAUSED, details={"changed_on": "2027-03-01"})
    assert is_news(changed, DAY)
    assert not is_news(changed, DAY + timedelta(1))
    assert is_news(ending(5, 7), DAY)
