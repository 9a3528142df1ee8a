"""What must hold of every outlook, whatever the windows; the oracle of money.py walks the days one by one."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from partnerdir.funding import rules, spans
from partnerdir.funding.doubts import doubts
from partnerdir.funding.rules import (
    Certainty,
    EndKind,
    Outlook,
    OutlookState,
    nearest_threshold,
    outlook_on,
    passed_thresholds,
    public_line,
)
from tests.funding.money import NEWEST, Money, day_of, days, draw_money, list_covered_days, windows

brief = settings(max_examples=60, deadline=None)
ONE_DAY = timedelta(days=1)
unconfirmed = draw_money(certainties=(Certainty.AGREED_VERBALLY, Certainty.APPLIED_FOR, Certainty.REFUSED))
any_date = st.none() | st.sampled_from([date.min, date.max]) | st.dates()
anything = st.builds(
    Money,
    starts_on=any_date,
    ends_on=any_date,
    end_kind=st.sampled_from(list(EndKind)),
    is_essential=st.booleans(),
    certainty=st.sampled_from(list(Certainty)),
    renewal=st.sampled_from(list(rules.Renewal)),
    decision_due_on=any_date,
    confirmed_on=any_date,
)


def disagrees_with_oracle(known: list[Money], day: date) -> bool:
    """Whether the outlook's cover is another than the one found by walking the days."""
    covered = set(list_covered_days(known))
    outlook = outlook_on(known, day)
    if outlook.is_covered != (day in covered):
        return True
    last = day
    while last in covered:
        last += ONE_DAY
    until = None if day not in covered or last > NEWEST else last - ONE_DAY
    again = min((other for other in covered if other > last), default=None)
    return (outlook.funded_until, outlook.covered_again_on) != (until, again)


@brief
@given(windows, days)
def test_the_cover_is_what_walking_the_days_one_by_one_finds(known: list[Money], day: date) -> None:
    assert not disagrees_with_oracle(known, day)


def _ends_a_day_early(window: Money) -> spans.Span | None:
    span = spans_as_they_are(window)
    return span and spans.Span(span.first, span.after - 1)


def _joins_without_touching(these: Iterable[spans.Span]) -> list[spans.Span]:
    apart: list[spans.Span] = []
    for span in sorted(these):
        if apart and span.first < apart[-1].after:
            span = spans.Span(apart[-1].first, max(apart.pop().after, span.after))
        apart.append(span)
    return apart


def _forgets_the_longer(these: Iterable[spans.Span]) -> list[spans.Span]:
    last: list[spans.Span] = []
    for span in sorted(these):
        if last and span.first <= last[-1].after:
            span = spans.Span(last.pop().first, span.after)
        last.append(span)
    return last


def _counts_what_is_only_hoped_for(known: Iterable[Money]) -> list[Money]:
    return [money for money in known if money.certainty != Certainty.REFUSED]


def _joins_what_runs_side_by_side(these: Iterable[spans.Span]) -> spans.Course:
    return spans.Course(spans.joined(these), [])


def _lets_any_money_decide(known: Iterable[Money]) -> list[Money]:
    return [money for money in known if money.certainty == Certainty.CONFIRMED]


def _never_begins_again(these: Iterable[spans.Span]) -> spans.Course:
    runs, losses = spans.course_of(these)
    return spans.Course(runs[:1], losses)


spans_as_they_are = rules.span_of
FAULTS: list[tuple[Any, str, Any]] = [
    (rules, "span_of", _ends_a_day_early),
    (rules, "joined", _joins_without_touching),
    (rules, "joined", _forgets_the_longer),
    (rules, "confirmed_windows", _counts_what_is_only_hoped_for),
    (rules, "course_of", _joins_what_runs_side_by_side),
    (rules, "course_of", _never_begins_again),
    (rules, "deciding_windows", _lets_any_money_decide),
    (rules, "ALWAYS", day_of(100).toordinal()),
    (spans, "HANDOVER_DAYS", 89),
    (spans, "HANDOVER_DAYS", 91),
]


@pytest.mark.parametrize(("module", "name", "fault"), FAULTS)
def test_the_oracle_finds_a_planted_fault(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, fault: Any) -> None:
    monkeypatch.setattr(module, name, fault)
    near = st.builds(
        lambda end, kept: [
            Money(None, day_of(end), is_essential=kept),
            Money(day_of(30), day_of(200), is_essential=kept),
        ],
        st.sampled_from([28, 29, 30, 118, 119, 120]),
        st.booleans(),
    )
    find(
        st.tuples(st.booleans().flatmap(lambda is_near: near if is_near else windows), days),
        lambda case: disagrees_with_oracle(*case),
        settings=settings(max_examples=3000, phases=[Phase.generate], database=None, deadline=None),
        random=random.Random(4),
    )


@brief
@given(windows, days, st.randoms(use_true_random=False))
def test_the_order_of_windows_never_matters(known: list[Money], day: date, shuffler: random.Random) -> None:
    shuffled = list(known)
    shuffler.shuffle(shuffled)
    assert _as_set(outlook_on(shuffled, day)) == _as_set(outlook_on(known, day))
    assert doubts(shuffled, day) == doubts(known, day)


def _as_set(outlook: Outlook) -> tuple[Outlook, frozenset[Any]]:
    return replace(outlook, ending_windows=()), frozenset(outlook.ending_windows)


@brief
@given(windows, unconfirmed, days)
def test_money_not_confirmed_changes_only_what_is_expected(known: list[Money], hoped: Money, day: date) -> None:
    plain = replace(outlook_on(known, day), expected_until=None)
    assert replace(outlook_on([*known, hoped], day), expected_until=None) == plain


@brief
@given(windows, draw_money(certainties=(Certainty.REFUSED,)), days)
def test_a_refused_window_changes_nothing(known: list[Money], refused: Money, day: date) -> None:
    assert outlook_on([*known, refused], day) == outlook_on(known, day)
    assert doubts([*known, refused], day) == doubts(known, day)


@brief
@given(windows, draw_money(), st.floats(0, 1), days)
def test_a_window_entered_in_two_touching_halves_means_the_same(
    known: list[Money], whole: Money, part: float, day: date
) -> None:
    first, last = whole.starts_on or day_of(-10), whole.ends_on or day_of(300)
    assume(whole.end_kind != EndKind.UNKNOWN and first < last)
    cut = first + timedelta(days=int(part * ((last - first).days - 1)))
    kind = EndKind.FIXED if whole.end_kind == EndKind.OPEN_ENDED else whole.end_kind
    halves = [replace(whole, ends_on=cut, end_kind=kind), replace(whole, starts_on=cut + ONE_DAY)]
    split, plain = outlook_on([*known, *halves], day), outlook_on([*known, whole], day)
    assert replace(split, ending_windows=()) == replace(plain, ending_windows=())


@brief
@given(windows, days)
def test_the_date_stays_the_same_from_day_to_day_until_it_comes(known: list[Money], day: date) -> None:
    until = outlook_on(known, day).funded_until
    assume(until is not None)
    assert until is not None
    for later in {until, *(day + timedelta(days=number) for number in range(0, (until - day).days, 5))}:
        outlook = outlook_on(known, later)
        assert (outlook.funded_until, outlook.days_left) == (until, (until - later).days)


@brief
@given(windows, days, st.integers(-400, 400))
def test_moving_everything_by_some_days_moves_the_answer(known: list[Money], day: date, by: int) -> None:
    outlook, moved = outlook_on(known, day), outlook_on([_moved(money, by) for money in known], day + timedelta(by))
    assert moved == replace(_moved(outlook, by), ending_windows=tuple(_moved(w, by) for w in outlook.ending_windows))


def _moved(record: Any, by: int) -> Any:
    found = {name: value for name, value in vars(record).items() if isinstance(value, date)}
    return replace(record, **{name: value + timedelta(by) for name, value in found.items()})


@brief
@given(windows, days)
def test_the_outlook_is_unknown_just_when_nothing_that_decides_is_dated(known: list[Money], day: date) -> None:
    deciding = rules.deciding_windows(known)
    is_unknown = all(money.end_kind == EndKind.UNKNOWN for money in deciding)
    assert (outlook_on(known, day).state == OutlookState.UNKNOWN) == is_unknown
    assert (public_line(outlook_on(known, day), day) is None) == is_unknown


@brief
@given(windows, days, st.integers(1, 200))
def test_extending_the_window_that_decides_never_brings_the_date_forward(known: list[Money], day: date, by: int) -> None:
    before = outlook_on(known, day)
    assume(before.funded_until is not None and before.state != OutlookState.PART_ENDING)
    index = next(number for number, money in enumerate(known) if money in before.ending_windows)
    _assert_not_earlier(before, outlook_on(_with_one_extended(known, index, by), day))


@brief
@given(st.lists(draw_money(essential=False), min_size=1, max_size=5), st.data(), days, st.integers(1, 200))
def test_extending_any_contributing_window_never_brings_the_date_forward(
    known: list[Money], data: st.DataObject, day: date, by: int
) -> None:
    index = data.draw(st.sampled_from([number for number, money in enumerate(known)]))
    _assert_not_earlier(outlook_on(known, day), outlook_on(_with_one_extended(known, index, by), day))


def _with_one_extended(known: list[Money], index: int, by: int) -> list[Money]:
    ends_on = known[index].ends_on
    longer = replace(known[index], ends_on=ends_on and ends_on + timedelta(by))
    return [*known[:index], longer, *known[index + 1 :]]


def _assert_not_earlier(before: Outlook, after: Outlook) -> None:
    assert after.is_covered or not before.is_covered
    if before.is_covered and after.funded_until is not None:
        assert before.funded_until is not None
        assert after.funded_until >= before.funded_until


@brief
@given(st.lists(anything, max_size=6), st.sampled_from([date.min, date.max]) | st.dates(), st.lists(st.integers(-5, 400)))
def test_every_set_of_windows_has_an_outlook(known: list[Money], day: date, thresholds: list[int]) -> None:
    outlook = outlook_on(known, day, thresholds)
    assert (outlook.days_left is None) == (outlook.funded_until is None)
    assert outlook.funded_until is None or (outlook.is_covered and outlook.funded_until >= day)
    assert outlook.expected_until is None or outlook.expected_until >= (outlook.funded_until or day)
    assert (public_line(outlook, day) is None) == (outlook.state == OutlookState.UNKNOWN)
    doubts(known, day)


@brief
@given(st.sets(st.integers(-30, 400), min_size=1), st.sets(st.integers(0, 365), max_size=9))
def test_what_is_recorded_of_thresholds_does_not_depend_on_which_days_the_scan_ran(
    days_left_at_scans: set[int], thresholds: set[int]
) -> None:
    recorded: set[int] = set()
    told: list[int] = []
    for days_left in sorted(days_left_at_scans, reverse=True):
        nearest = nearest_threshold(days_left, thresholds)
        if nearest is not None and nearest not in recorded:
            told.append(nearest)
        recorded |= set(passed_thresholds(days_left, thresholds))
    assert recorded == {threshold for threshold in thresholds if min(days_left_at_scans) <= threshold}
    assert told == sorted(set(told), reverse=True), "nothing is told twice, nor a far threshold after a near one"
    assert told[-1:] == ([min(recorded)] if recorded else [])


PURE: list[Callable[..., Any]] = [outlook_on, doubts]


@pytest.mark.parametrize("rule", PURE)
def test_windows_may_come_from_any_iterable_once(rule: Callable[..., Any]) -> None:
    known = [Money(ends_on=day_of(10)), Money(ends_on=day_of(20), is_essential=False)]
    assert rule(iter(known), day_of(1)) == rule(known, day_of(1))
