"""Why a date may be wrong, one example for each reason."""

from dataclasses import replace
from datetime import date

import pytest

from partnerdir.funding.doubts import Doubt, doubts
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from tests.funding.money import Money

TODAY = date(2026, 11, 23)
SURE = Money(date(2026, 4, 1), date(2027, 3, 31), confirmed_on=date(2026, 10, 1))
NEXT = replace(SURE, starts_on=date(2027, 4, 1), ends_on=date(2028, 3, 31))


def test_a_fixed_end_confirmed_lately_raises_no_doubt() -> None:
    assert doubts([SURE], TODAY) == ()


@pytest.mark.parametrize(
    ("windows", "doubt"),
    [
        ([SURE, replace(SURE, ends_on=None, end_kind=EndKind.UNKNOWN)], Doubt.UNKNOWN_END),
        ([replace(SURE, end_kind=EndKind.ESTIMATED)], Doubt.ESTIMATED_END),
        ([replace(SURE, confirmed_on=date(2026, 5, 23))], Doubt.NOT_CONFIRMED_LATELY),
        ([replace(SURE, confirmed_on=None)], Doubt.NOT_CONFIRMED_LATELY),
        ([SURE, replace(NEXT, certainty=Certainty.AGREED_VERBALLY)], Doubt.VERBAL_ONLY),
        ([replace(SURE, renewal=Renewal.APPLIED, decision_due_on=date(2026, 11, 22))], Doubt.DECISION_OVERDUE),
        ([SURE, Money(ends_on=TODAY, certainty=Certainty.AGREED_VERBALLY)], Doubt.VERBAL_ONLY),
        (
            [SURE, replace(NEXT, certainty=Certainty.APPLIED_FOR, decision_due_on=date(2026, 11, 22))],
            Doubt.DECISION_OVERDUE,
        ),
        ([replace(SURE, renewal=Renewal.AGREED)], Doubt.RENEWAL_NOT_RECORDED),
        ([SURE, replace(SURE, ends_on=date(2028, 3, 31))], Doubt.OTHERS_PAY_LONGER),
    ],
)
def test_a_reason_to_ask_first_is_named(windows: list[Money], doubt: Doubt) -> None:
    assert doubts(windows, TODAY) == (doubt,)


@pytest.mark.parametrize(
    "windows",
    [
        [replace(SURE, confirmed_on=date(2026, 5, 24))],
        [replace(SURE, renewal=Renewal.APPLIED, decision_due_on=TODAY)],
        [replace(SURE, renewal=Renewal.AGREED), NEXT],
        [replace(SURE, renewal=Renewal.AGREED), replace(NEXT, starts_on=date(2027, 5, 1))],
        [SURE, Money(ends_on=date(2026, 11, 22), certainty=Certainty.AGREED_VERBALLY)],
        [Money(date(2020, 4, 1), date(2026, 3, 31), renewal=Renewal.APPLIED, decision_due_on=date(2026, 2, 1)), SURE],
        [SURE, replace(SURE, certainty=Certainty.REFUSED, end_kind=EndKind.UNKNOWN, ends_on=None)],
    ],
)
def test_what_is_answered_replaced_or_refused_raises_no_doubt(windows: list[Money]) -> None:
    assert doubts(windows, TODAY) == ()


def test_essential_money_that_still_pays_after_a_loss_is_pointed_out() -> None:
    assert Doubt.OTHERS_PAY_LONGER in doubts([SURE, replace(SURE, ends_on=date(2028, 3, 31))], date(2027, 4, 1))
