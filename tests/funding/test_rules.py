"""What a service's windows mean, one example for each rule."""

from datetime import date

import pytest

from partnerdir.funding.rules import (
    Certainty,
    EndKind,
    OutlookState,
    PublicKind,
    PublicLine,
    Renewal,
    days_until_end,
    nearest_threshold,
    outlook_on,
    passed_thresholds,
    public_line,
    window_problems,
)
from tests.funding.money import Money

TODAY = date(2026, 11, 23)
END_OF_MARCH = date(2027, 3, 31)
APRIL_FIRST = date(2027, 4, 1)
A_YEAR_LATER = date(2028, 3, 31)
LAST_MARCH = date(2026, 3, 31)
THIS_YEAR = Money(date(2026, 4, 1), END_OF_MARCH)
NEXT_YEAR = Money(APRIL_FIRST, A_YEAR_LATER)


def test_a_service_without_windows_is_unknown() -> None:
    outlook = outlook_on([], TODAY)
    assert (outlook.state, outlook.is_covered, outlook.funded_until) == (OutlookState.UNKNOWN, False, None)


def test_a_window_whose_end_is_not_known_is_never_shown_as_safe() -> None:
    for ends_on in (None, END_OF_MARCH):
        outlook = outlook_on([Money(date(2026, 4, 1), ends_on, EndKind.UNKNOWN)], TODAY)
        assert outlook.state == OutlookState.UNKNOWN
        assert public_line(outlook, TODAY) is None


def test_a_window_that_counts_for_nothing_does_not_decide_the_end() -> None:
    known = [THIS_YEAR, Money(ends_on=END_OF_MARCH, end_kind=EndKind.UNKNOWN), Money(APRIL_FIRST, END_OF_MARCH)]
    assert outlook_on(known, TODAY).ending_windows == (THIS_YEAR,)


def test_essential_money_without_a_known_end_is_not_made_safe_by_a_contribution() -> None:
    known = [Money(end_kind=EndKind.UNKNOWN), Money(ends_on=A_YEAR_LATER, is_essential=False)]
    assert outlook_on(known, TODAY).state == OutlookState.UNKNOWN


def test_an_open_ended_window_makes_the_service_ongoing() -> None:
    outlook = outlook_on([Money(date(2020, 1, 1), end_kind=EndKind.OPEN_ENDED)], TODAY)
    assert (outlook.state, outlook.funded_until, outlook.days_left) == (OutlookState.ONGOING, None, None)


def test_a_window_without_a_first_day_has_always_paid() -> None:
    assert outlook_on([Money(ends_on=END_OF_MARCH)], date.min).funded_until == END_OF_MARCH


def test_the_last_day_is_funded_with_no_days_left() -> None:
    outlook = outlook_on([THIS_YEAR], END_OF_MARCH)
    assert (outlook.state, outlook.days_left, outlook.is_covered) == (OutlookState.ENDING, 0, True)


def test_the_day_after_the_last_has_lapsed() -> None:
    outlook = outlook_on([THIS_YEAR], APRIL_FIRST)
    assert (outlook.state, outlook.ends_on, outlook.funded_until) == (OutlookState.LAPSED, END_OF_MARCH, None)
    assert outlook.ending_windows == (THIS_YEAR,)
    assert days_until_end(outlook, APRIL_FIRST) == -1


@pytest.mark.parametrize(("days_left", "state"), [(181, OutlookState.FUNDED), (180, OutlookState.ENDING)])
def test_a_service_is_ending_from_the_first_threshold_on(days_left: int, state: OutlookState) -> None:
    day = date.fromordinal(END_OF_MARCH.toordinal() - days_left)
    assert outlook_on([THIS_YEAR], day).state == state


def test_the_coordinator_may_set_other_thresholds() -> None:
    assert outlook_on([THIS_YEAR], TODAY, thresholds=(30, 7)).state == OutlookState.FUNDED
    assert outlook_on([THIS_YEAR], END_OF_MARCH, thresholds=()).state == OutlookState.FUNDED


def test_windows_that_touch_join() -> None:
    assert outlook_on([NEXT_YEAR, THIS_YEAR], TODAY).funded_until == A_YEAR_LATER


def test_a_single_day_between_windows_is_a_gap() -> None:
    late = Money(date(2027, 4, 2), A_YEAR_LATER)
    before, between = outlook_on([THIS_YEAR, late], TODAY), outlook_on([THIS_YEAR, late], APRIL_FIRST)
    assert (before.funded_until, before.covered_again_on) == (END_OF_MARCH, date(2027, 4, 2))
    assert (between.state, between.ends_on, between.covered_again_on) == (
        OutlookState.GAP,
        END_OF_MARCH,
        date(2027, 4, 2),
    )


def test_a_service_that_has_not_begun_is_in_a_gap_with_nothing_ended() -> None:
    outlook = outlook_on([NEXT_YEAR], TODAY)
    assert (outlook.state, outlook.ends_on, outlook.covered_again_on) == (OutlookState.GAP, None, APRIL_FIRST)


def test_a_fund_that_overlaps_for_a_handover_takes_over() -> None:
    successor = Money(date(2027, 1, 1), A_YEAR_LATER)
    for day in (TODAY, date(2027, 2, 1), APRIL_FIRST):
        assert outlook_on([THIS_YEAR, successor], day).funded_until == A_YEAR_LATER


def test_of_two_essential_windows_side_by_side_the_first_to_end_stops_the_service() -> None:
    longer = Money(date(2026, 4, 1), A_YEAR_LATER)
    before, after = outlook_on([THIS_YEAR, longer], TODAY), outlook_on([THIS_YEAR, longer], APRIL_FIRST)
    assert (before.funded_until, before.ending_windows) == (END_OF_MARCH, (THIS_YEAR,))
    assert (after.state, after.ends_on) == (OutlookState.LAPSED, END_OF_MARCH)


def test_essential_money_that_begins_after_a_loss_begins_the_service_again() -> None:
    known = [THIS_YEAR, Money(date(2026, 4, 1), A_YEAR_LATER), Money(date(2027, 6, 1), A_YEAR_LATER)]
    assert outlook_on(known, APRIL_FIRST).state == OutlookState.GAP
    assert outlook_on(known, date(2027, 6, 1)).funded_until == A_YEAR_LATER


def test_a_service_begun_again_stops_when_that_money_ends_though_older_money_still_pays() -> None:
    older = Money(date(2026, 4, 1), A_YEAR_LATER)
    known = [THIS_YEAR, older, Money(date(2027, 5, 1), date(2027, 5, 31))]
    assert outlook_on(known, date(2027, 5, 1)).funded_until == date(2027, 5, 31)
    assert outlook_on(known, date(2027, 6, 1)).state == OutlookState.LAPSED


def test_contributions_do_not_keep_a_service_without_its_essential_money() -> None:
    contribution = Money(date(2026, 4, 1), A_YEAR_LATER, is_essential=False)
    assert outlook_on([THIS_YEAR, contribution], TODAY).funded_until == END_OF_MARCH


def test_where_nothing_is_essential_the_service_goes_on_while_any_money_pays() -> None:
    known = [Money(ends_on=END_OF_MARCH, is_essential=False), Money(ends_on=A_YEAR_LATER, is_essential=False)]
    outlook = outlook_on(known, TODAY)
    assert (outlook.state, outlook.ends_on, outlook.funded_until) == (
        OutlookState.PART_ENDING,
        END_OF_MARCH,
        A_YEAR_LATER,
    )
    assert outlook.ending_windows == (known[0],)


def test_a_contribution_that_ends_beside_open_ended_money_is_a_part_ending() -> None:
    known = [Money(end_kind=EndKind.OPEN_ENDED), Money(ends_on=END_OF_MARCH, is_essential=False)]
    outlook = outlook_on(known, TODAY)
    assert (outlook.state, outlook.ends_on, outlook.days_left) == (OutlookState.PART_ENDING, END_OF_MARCH, None)
    assert days_until_end(outlook, TODAY) == 128
    assert outlook.ending_windows == (known[1],)


@pytest.mark.parametrize(
    ("days_left", "state"),
    [(181, OutlookState.ONGOING), (180, OutlookState.PART_ENDING), (0, OutlookState.PART_ENDING)],
)
def test_a_part_is_ending_from_the_first_threshold_to_its_last_day(days_left: int, state: OutlookState) -> None:
    known = [Money(end_kind=EndKind.OPEN_ENDED), Money(ends_on=END_OF_MARCH, is_essential=False)]
    assert outlook_on(known, date.fromordinal(END_OF_MARCH.toordinal() - days_left)).state == state
    assert outlook_on(known, APRIL_FIRST).state == OutlookState.ONGOING


def test_a_contribution_that_another_replaces_is_no_part_ending() -> None:
    known = [
        Money(ends_on=A_YEAR_LATER),
        Money(date(2025, 4, 1), END_OF_MARCH, is_essential=False),
        Money(APRIL_FIRST, A_YEAR_LATER, is_essential=False),
    ]
    assert outlook_on(known, TODAY).state == OutlookState.FUNDED


@pytest.mark.parametrize("renewal", [Renewal.APPLIED, Renewal.EXTENSION_REQUESTED])
def test_past_the_end_with_a_renewal_unanswered_the_decision_is_late(renewal: Renewal) -> None:
    window = Money(ends_on=LAST_MARCH, renewal=renewal, decision_due_on=date(2026, 2, 1))
    outlook = outlook_on([window], TODAY)
    assert (outlook.state, outlook.decision_due_on) == (OutlookState.DECISION_LATE, date(2026, 2, 1))


@pytest.mark.parametrize("renewal", [Renewal.NOT_STARTED, Renewal.AGREED, Renewal.REFUSED, Renewal.NOT_SOUGHT])
def test_past_the_end_with_nothing_asked_or_all_answered_it_has_lapsed(renewal: Renewal) -> None:
    outlook = outlook_on([Money(ends_on=LAST_MARCH, renewal=renewal, decision_due_on=LAST_MARCH)], TODAY)
    assert (outlook.state, outlook.decision_due_on) == (OutlookState.LAPSED, None)


@pytest.mark.parametrize("certainty", [Certainty.AGREED_VERBALLY, Certainty.APPLIED_FOR])
def test_money_hoped_for_is_expected_and_moves_nothing_else(certainty: Certainty) -> None:
    hoped = Money(APRIL_FIRST, A_YEAR_LATER, certainty=certainty)
    outlook = outlook_on([THIS_YEAR, hoped], TODAY)
    assert (outlook.funded_until, outlook.expected_until) == (END_OF_MARCH, A_YEAR_LATER)
    assert outlook_on([hoped], APRIL_FIRST).state == OutlookState.UNKNOWN
    assert outlook_on([hoped], APRIL_FIRST).expected_until == A_YEAR_LATER


def test_money_hoped_for_after_a_break_is_not_expected_without_one() -> None:
    hoped = Money(date(2027, 5, 1), A_YEAR_LATER, certainty=Certainty.APPLIED_FOR)
    assert outlook_on([THIS_YEAR, hoped], TODAY).expected_until is None


def test_a_hoped_for_contribution_does_not_extend_essential_money() -> None:
    hoped = Money(APRIL_FIRST, A_YEAR_LATER, certainty=Certainty.APPLIED_FOR, is_essential=False)
    assert outlook_on([THIS_YEAR, hoped], TODAY).expected_until is None


def test_a_refused_window_never_counts() -> None:
    refused = Money(APRIL_FIRST, A_YEAR_LATER, certainty=Certainty.REFUSED)
    assert outlook_on([THIS_YEAR, refused], TODAY) == outlook_on([THIS_YEAR], TODAY)


def test_an_estimated_end_is_said_to_be_one() -> None:
    assert outlook_on([Money(ends_on=END_OF_MARCH, end_kind=EndKind.ESTIMATED)], TODAY).is_estimated
    guess_beside = Money(ends_on=END_OF_MARCH, end_kind=EndKind.ESTIMATED, is_essential=False)
    assert not outlook_on([THIS_YEAR, guess_beside], TODAY).is_estimated
    estimated_before = [Money(ends_on=END_OF_MARCH, end_kind=EndKind.ESTIMATED), NEXT_YEAR]
    assert not outlook_on(estimated_before, TODAY).is_estimated


def test_the_last_day_of_the_calendar_has_an_outlook() -> None:
    assert outlook_on([Money(ends_on=date.max)], date.max).funded_until == date.max
    assert outlook_on([Money(starts_on=date.max, end_kind=EndKind.OPEN_ENDED)], TODAY).covered_again_on == date.max


def test_words_from_a_file_count_as_the_vocabulary_does() -> None:
    window = Money(ends_on=LAST_MARCH, end_kind="fixed", certainty="confirmed", renewal="applied")
    assert outlook_on([window], TODAY).state == "decision_late"


def test_a_threshold_is_due_on_its_day_and_on_every_day_after() -> None:
    assert passed_thresholds(31) == (60, 90, 180)
    assert passed_thresholds(30) == passed_thresholds(15) == (30, 60, 90, 180)
    assert nearest_threshold(15) == 30
    assert nearest_threshold(0) == nearest_threshold(-9) == 0
    assert (passed_thresholds(181), nearest_threshold(181)) == ((), None)


@pytest.mark.parametrize(
    ("windows", "day", "line"),
    [
        ([], TODAY, None),
        ([Money(end_kind=EndKind.OPEN_ENDED)], TODAY, PublicLine(PublicKind.ONGOING)),
        ([THIS_YEAR], TODAY, PublicLine(PublicKind.FUNDED, END_OF_MARCH)),
        ([THIS_YEAR], date(2026, 12, 31), PublicLine(PublicKind.ENDING, END_OF_MARCH)),
        ([THIS_YEAR], date(2026, 12, 30), PublicLine(PublicKind.FUNDED, END_OF_MARCH)),
        ([THIS_YEAR], APRIL_FIRST, PublicLine(PublicKind.ENDED, END_OF_MARCH)),
        (
            [Money(ends_on=END_OF_MARCH, end_kind=EndKind.ESTIMATED, renewal=Renewal.APPLIED)],
            APRIL_FIRST,
            PublicLine(PublicKind.ENDED, END_OF_MARCH, is_estimated=True),
        ),
        ([NEXT_YEAR], TODAY, PublicLine(PublicKind.GAP, None, APRIL_FIRST)),
        (
            [Money(ends_on=A_YEAR_LATER), Money(ends_on=END_OF_MARCH, is_essential=False)],
            TODAY,
            PublicLine(PublicKind.FUNDED, A_YEAR_LATER),
        ),
    ],
)
def test_the_public_is_told_what_is_true_and_nothing_of_parts_and_decisions(
    windows: list[Money], day: date, line: PublicLine | None
) -> None:
    assert public_line(outlook_on(windows, day), day) == line


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "end_kind", "fields"),
    [
        (date(2026, 4, 1), END_OF_MARCH, EndKind.FIXED, []),
        (END_OF_MARCH, END_OF_MARCH, EndKind.FIXED, []),
        (date(1990, 1, 1), date(2100, 12, 31), EndKind.FIXED, []),
        (None, None, EndKind.OPEN_ENDED, []),
        (None, None, EndKind.UNKNOWN, []),
        (None, None, EndKind.FIXED, ["ends_on"]),
        (None, None, None, ["ends_on"]),
        (None, None, EndKind.ESTIMATED, ["ends_on"]),
        (None, END_OF_MARCH, EndKind.OPEN_ENDED, ["ends_on"]),
        (None, END_OF_MARCH, EndKind.UNKNOWN, ["ends_on"]),
        (APRIL_FIRST, END_OF_MARCH, EndKind.FIXED, ["ends_on"]),
        (date(1989, 12, 31), END_OF_MARCH, EndKind.FIXED, ["starts_on"]),
        (date(9999, 1, 1), END_OF_MARCH, EndKind.FIXED, ["starts_on"]),
        (date(202, 4, 1), date(2101, 1, 1), EndKind.FIXED, ["starts_on", "ends_on"]),
    ],
)
def test_impossible_days_are_named_at_their_field(
    starts_on: date | None, ends_on: date | None, end_kind: str | None, fields: list[str]
) -> None:
    assert [name for name, _ in window_problems(starts_on, ends_on, end_kind)] == fields


def test_a_mistyped_year_is_said_plainly() -> None:
    sentence = "Check the year: 9999 is too far ahead."
    assert window_problems(None, date(9999, 3, 31), EndKind.FIXED) == [("ends_on", sentence)]
    assert window_problems(date(202, 4, 1), None, EndKind.UNKNOWN) == [("starts_on", "Check the year: 202 is too long ago.")]
