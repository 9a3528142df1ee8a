"""Why the dates of a service may be wrong: what staff see beside them, and the public does not."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from partnerdir.funding.rules import (
    HOPED_FOR,
    Certainty,
    Outlook,
    OutlookState,
    Renewal,
    Window,
    confirmed_windows,
    deciding_windows,
    is_waiting,
    outlook_on,
    span_of,
)


class Doubt(StrEnum):
    """One reason to ask before relying on a date."""

    UNKNOWN_END = "unknown_end"
    ESTIMATED_END = "estimated_end"
    NOT_CONFIRMED_LATELY = "not_confirmed_lately"
    VERBAL_ONLY = "verbal_only"
    DECISION_OVERDUE = "decision_overdue"
    RENEWAL_NOT_RECORDED = "renewal_not_recorded"
    OTHERS_PAY_LONGER = "others_pay_longer"


CONFIRMED_FOR_DAYS = 183  # half a year


def doubts(windows: Iterable[Window], day: date) -> tuple[Doubt, ...]:
    """Why the service's outlook on the day may be wrong; windows that are over and replaced raise none."""
    known = [window for window in windows if window.certainty != Certainty.REFUSED]
    outlook = outlook_on(known, day)
    confirmed, hoped = confirmed_windows(known), [w for w in known if w.certainty in HOPED_FOR]
    relied_on = [*outlook.ending_windows, *(w for w in deciding_windows(known) if not _is_over(w, day))]
    found = {
        Doubt.UNKNOWN_END: any(span_of(window) is None for window in confirmed),
        Doubt.ESTIMATED_END: outlook.is_estimated,
        Doubt.NOT_CONFIRMED_LATELY: any(not _is_confirmed_lately(window, day) for window in relied_on),
        Doubt.VERBAL_ONLY: any(w.certainty == Certainty.AGREED_VERBALLY and not _is_over(w, day) for w in hoped),
        Doubt.DECISION_OVERDUE: any(_is_overdue(window, day) for window in [*relied_on, *hoped]),
        Doubt.RENEWAL_NOT_RECORDED: outlook.covered_again_on is None
        and any(window.renewal == Renewal.AGREED for window in outlook.ending_windows),
        Doubt.OTHERS_PAY_LONGER: _is_outlasted(outlook, deciding_windows(known)),
    }
    return tuple(doubt for doubt, is_found in found.items() if is_found)


def _is_over(window: Window, day: date) -> bool:
    return window.ends_on is not None and window.ends_on < day


def _is_confirmed_lately(window: Window, day: date) -> bool:
    return window.confirmed_on is not None and (day - window.confirmed_on).days <= CONFIRMED_FOR_DAYS


def _is_overdue(window: Window, day: date) -> bool:
    is_asked = is_waiting(window) or window.certainty == Certainty.APPLIED_FOR
    return is_asked and window.decision_due_on is not None and window.decision_due_on < day


def _is_outlasted(outlook: Outlook, deciding: list[Window]) -> bool:
    """Whether essential money runs on beyond the end: then it may be taking over, or not be essential after all."""
    ends_on = outlook.funded_until if outlook.is_covered else outlook.ends_on
    if ends_on is None or outlook.state == OutlookState.UNKNOWN:
        return False
    spans = [span for span in map(span_of, deciding) if span]
    return any(span.first <= ends_on.toordinal() + 1 < span.after for span in spans)
