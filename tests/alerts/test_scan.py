"""The scan: what is due is queued for those who watch, once, whenever it runs."""

from datetime import date, timedelta

import pytest
from flask import Flask

from partnerdir import jobs
from partnerdir.alerts.models import Alert
from partnerdir.database import db
from partnerdir.funding.rules import Certainty, EndKind
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    TODAY,
    WORKER,
    a_watched_service,
    a_watcher,
    days,
    deliver_on,
    ledger,
    move_end,
    noon,
    scan_on,
    unwatch,
    watch,
)


def told() -> list[tuple[str, date, int]]:
    """What the worker was told or will be: kind, end, threshold."""
    return [
        (kind, ends_on, threshold)
        for email, kind, ends_on, threshold, state in ledger()
        if email == WORKER and state != "dropped"
    ]


def test_an_end_within_a_threshold_is_queued_once_however_often_the_scan_runs(settings_on_both: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25))
    scan_on(settings_on_both, TODAY, TODAY, TODAY)
    assert ledger() == [(WORKER, "ending", TODAY + days(25), 30, "waiting")]


def test_of_several_thresholds_passed_at_once_the_nearest_is_told_and_the_others_are_superseded(
    app: Flask, settings: Settings
) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25))
    scan_on(settings, TODAY)
    alerts = {alert.threshold: alert.is_superseded for alert in db.session.query(Alert)}
    assert alerts == {180: True, 90: True, 60: True, 30: False}


def test_every_threshold_is_told_on_its_day_to_a_machine_that_is_always_up(app: Flask, settings: Settings) -> None:
    end = TODAY + days(100)
    with make.saved():
        a_watched_service(end)
    scan_on(settings, *(TODAY + days(day) for day in range(105)))
    assert told() == [("ending", end, threshold) for threshold in (180, 90, 60, 30, 14, 7, 1, 0)] + [("ended", end, -1)]


@pytest.mark.parametrize(
    ("days_left", "threshold"), [(181, None), (180, 180), (1, 1), (0, 0)], ids=["too far", "first", "tomorrow", "today"]
)
def test_the_edges_of_the_thresholds(app: Flask, settings: Settings, days_left: int, threshold: int | None) -> None:
    with make.saved():
        a_watched_service(TODAY + days(days_left))
    scan_on(settings, TODAY)
    assert [found for _, _, found in told()] == ([] if threshold is None else [threshold])


def test_nine_days_of_downtime_across_thresholds_tell_the_nearest_only(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(15))
    scan_on(settings, TODAY, TODAY + days(9))
    assert [threshold for _, _, threshold in told()] == [30, 7]


def test_sixty_days_of_downtime_past_the_end_still_tell_that_it_ended(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(10))
    scan_on(settings, TODAY + days(70), TODAY + days(71))
    assert told() == [("ended", TODAY + days(10), -1)]


def test_the_last_day_is_a_day_with_money_and_the_next_is_not(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY)
    scan_on(settings, TODAY, TODAY + days(1))
    assert told() == [("ending", TODAY, 0), ("ended", TODAY, -1)]


def test_a_changed_end_date_is_told_anew(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    scan_on(settings, TODAY)
    move_end(service_id, TODAY + days(27))
    scan_on(settings, TODAY, TODAY)
    assert told() == [("ending", TODAY + days(25), 30), ("ending", TODAY + days(27), 30)]


def test_an_end_moved_away_and_back_after_it_was_told_is_not_told_again(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    scan_on(settings, TODAY)
    deliver_on(settings)
    move_end(service_id, TODAY + days(300))
    move_end(service_id, TODAY + days(25))
    scan_on(settings, TODAY)
    assert len(ledger()) == 1


def test_an_end_moved_away_and_back_before_it_was_sent_is_told_once(settings_on_both: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    scan_on(settings_on_both, TODAY)
    move_end(service_id, TODAY + days(300))
    assert deliver_on(settings_on_both) == {"dropped": 1}
    move_end(service_id, TODAY + days(25))
    scan_on(settings_on_both, TODAY)
    assert deliver_on(settings_on_both) == {"sent": 1}
    assert len(ledger()) == 1


def test_an_end_corrected_to_a_day_that_is_past_is_told_as_ended(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(300)).id
    scan_on(settings, TODAY)
    move_end(service_id, TODAY - days(40))
    scan_on(settings, TODAY)
    assert told() == [("ended", TODAY - days(40), -1)]


def test_whoever_begins_to_watch_after_the_end_is_not_told_of_it(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY - days(400))
    scan_on(settings, TODAY)
    assert ledger() == []


def test_whoever_begins_to_watch_late_is_told_the_warning_that_stands_but_no_older_one(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(25))
    scan_on(settings, TODAY)
    with make.saved():
        watch(service, "late@housing.example", day=TODAY + days(3))
    scan_on(settings, TODAY + days(3), TODAY + days(4))
    assert [row for row in ledger() if row[0] != WORKER] == [
        ("late@housing.example", "ending", TODAY + days(25), 30, "waiting")
    ]
    assert len(told()) == 1


def test_a_clock_a_day_ahead_and_back_again_tells_nothing_twice(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(31))
    scan_on(settings, TODAY + days(1), TODAY, TODAY + days(1))
    assert [threshold for _, _, threshold in told()] == [30]


def test_a_clock_in_1970_tells_nothing(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(31), starts_on=TODAY - days(300))
    with noon(date(1970, 1, 2)):
        assert jobs.scan(settings) == []


def test_a_day_that_began_in_the_civil_zone_counts_before_it_begins_in_utc(app: Flask, settings: Settings) -> None:
    end = date(2027, 7, 31)
    with make.saved():
        a_watched_service(end, day=date(2027, 7, 1))
    with noon(date(2027, 7, 30)) as traveller:
        traveller.shift(timedelta(hours=11, minutes=30))  # 23:30 UTC is half past midnight in London
        jobs.scan(settings)
    assert told() == [("ending", end, 0)]


def test_the_29th_of_february_is_a_day_like_any_other(app: Flask, settings: Settings) -> None:
    end = date(2028, 2, 29)
    with make.saved():
        a_watched_service(end)
    scan_on(settings, end - days(30), end, end + days(1))
    assert [(kind, threshold) for kind, _, threshold in told()] == [("ending", 30), ("ending", 0), ("ended", -1)]


def test_money_that_is_only_hoped_for_ends_nothing(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25), certainty=Certainty.APPLIED_FOR)
    scan_on(settings, TODAY)
    assert ledger() == []


def test_a_window_that_another_takes_over_from_is_no_end(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(25))
        make.a_window(service, TODAY + days(500), fund=make.a_fund("Next", "Another"), starts_on=TODAY + days(26))
    scan_on(settings, TODAY)
    assert ledger() == []


def test_of_two_essential_windows_side_by_side_the_first_end_is_told(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(TODAY + days(25), starts_on=TODAY - days(300))
        make.a_window(service, TODAY + days(500), fund=make.a_fund("Side", "Another"), starts_on=TODAY - days(300))
    scan_on(settings, TODAY, TODAY + days(26))
    assert told() == [("ending", TODAY + days(25), 30), ("ended", TODAY + days(25), -1)]


def test_money_without_an_end_and_ends_that_are_not_known_tell_nothing(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(None, "Open", end_kind=EndKind.OPEN_ENDED)
        a_watched_service(None, "Unknown", end_kind=EndKind.UNKNOWN)
    scan_on(settings, TODAY)
    assert ledger() == []


def test_services_that_nobody_watches_or_only_closed_accounts_are_passed_over(settings_on_both: Settings) -> None:
    with make.saved():
        unwatch(a_watched_service(TODAY + days(25), "Unwatched"))
        a_watched_service(TODAY + days(25), "Watched")
        a_watcher().active = False
    scan_on(settings_on_both, TODAY)
    assert ledger() == []
    with make.saved():
        a_watcher().active = True
    scan_on(settings_on_both, TODAY)
    assert len(ledger()) == 1


def test_a_day_can_be_rehearsed_and_then_nothing_is_recorded(app: Flask) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25))
    answer = app.test_cli_runner().invoke(args=["alerts", "scan", "--on", TODAY.isoformat()])
    assert answer.exit_code == 0
    assert f"{WORKER}: Funding for Harbour Family Support ends on 9 February 2027, in 3 weeks." in answer.output
    assert "1 to be told. Nothing was queued." in answer.output
    assert ledger() == []


def test_a_scan_reads_no_more_often_for_many_services_than_for_few(
    app: Flask, settings: Settings, statements: list[str]
) -> None:
    scan_on(settings, TODAY)
    counts = []
    for day, number in enumerate((2, 30), start=1):
        with make.saved():
            for n in range(number):
                a_watched_service(TODAY + days(900 + n), f"Service {number}.{n}")
        statements.clear()
        scan_on(settings, TODAY + days(day))
        counts.append(len(statements))
    assert counts[0] >= counts[1] > 0


def test_a_later_scan_of_the_day_writes_no_more_than_its_mark(app: Flask, settings: Settings, statements: list[str]) -> None:
    with make.saved():
        for number in range(30):
            a_watched_service(TODAY + days(900 + number), f"Service {number}")
    scan_on(settings, TODAY)
    statements.clear()
    scan_on(settings, TODAY)
    assert 0 < len(statements) < 30
    written = [said for said in statements if said.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [said for said in written if not said.startswith("UPDATE scan_mark")] == []
