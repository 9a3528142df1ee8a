"""What is true of the money behind a service, and the words that describe it.

Essential money is needed while it runs: where two essential windows pay side by side, the first to end without another
taking over stops the service (docs/decisions/0004-outlook.md says why, and what counts as taking over).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from partnerdir.funding.spans import ALWAYS, NEVER, Span, course_of, find_span_on, joined, last_day
from partnerdir.languages import gettext, gettext_noop


class EndKind(StrEnum):
    """How well the last day is known."""

    FIXED = "fixed"
    ESTIMATED = "estimated"
    OPEN_ENDED = "open_ended"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How sure the money is."""

    CONFIRMED = "confirmed"
    AGREED_VERBALLY = "agreed_verbally"
    APPLIED_FOR = "applied_for"
    REFUSED = "refused"


class Renewal(StrEnum):
    """Where the next round of the money stands."""

    NOT_STARTED = "not_started"
    APPLIED = "applied"
    EXTENSION_REQUESTED = "extension_requested"
    AGREED = "agreed"
    REFUSED = "refused"
    NOT_SOUGHT = "not_sought"


class OutlookState(StrEnum):
    """What a service's windows together mean on a day."""

    UNKNOWN = "unknown"
    ONGOING = "ongoing"
    FUNDED = "funded"
    ENDING = "ending"
    PART_ENDING = "part_ending"
    GAP = "gap"
    DECISION_LATE = "decision_late"
    LAPSED = "lapsed"


class PublicKind(StrEnum):
    """What the public may be told; a pending decision and a part that ends stay with staff."""

    ONGOING = "ongoing"
    FUNDED = "funded"
    ENDING = "ending"
    GAP = "gap"
    ENDED = "ended"


DEFAULT_THRESHOLDS = (180, 90, 60, 30, 14, 7, 1, 0)
PUBLIC_WARNING_DAYS = 90  # when staff get redundancy notice, a service may falter before its last day
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
WAITING_FOR_ANSWER = (Renewal.APPLIED, Renewal.EXTENSION_REQUESTED)
HOPED_FOR = (Certainty.AGREED_VERBALLY, Certainty.APPLIED_FOR)


class Window(Protocol):
    """A funding window, as far as these rules look at one; first and last day are both included."""

    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def end_kind(self) -> str: ...
    @property
    def is_essential(self) -> bool: ...
    @property
    def certainty(self) -> str: ...
    @property
    def renewal(self) -> str: ...
    @property
    def decision_due_on(self) -> date | None: ...
    @property
    def confirmed_on(self) -> date | None: ...


@dataclass(frozen=True)
class Outlook:
    """What a service's windows mean on a day.

    `ends_on` is the end that the state speaks of: of the cover, of the part that ends, or of the cover that is past.
    `days_left` and `is_estimated` always speak of the cover. A service that is ongoing has no `funded_until`.
    """

    state: OutlookState
    funded_until: date | None = None
    expected_until: date | None = None
    ends_on: date | None = None
    covered_again_on: date | None = None
    days_left: int | None = None
    is_estimated: bool = False
    ending_windows: tuple[Window, ...] = ()
    decision_due_on: date | None = None

    @property
    def is_covered(self) -> bool:
        """Whether the service is known to be paid for on the day."""
        return self.state in (OutlookState.ONGOING, OutlookState.FUNDED, OutlookState.ENDING, OutlookState.PART_ENDING)


@dataclass(frozen=True)
class PublicLine:
    """What the public may be told of a service's funding: true, calm, and without who pays."""

    kind: PublicKind
    ends_on: date | None = None
    covered_again_on: date | None = None
    is_estimated: bool = False


def outlook_on(windows: Iterable[Window], day: date, thresholds: Sequence[int] = DEFAULT_THRESHOLDS) -> Outlook:
    """What the windows of one service together mean on the day; thresholds are days before an end."""
    known, today = list(windows), day.toordinal()
    cover = _cover(known)
    now = find_span_on(cover, today)
    outlook = _covered(known, now, today, thresholds) if now else _not_covered(known, cover, today)
    later = min((span.first for span in cover if span.first > today), default=None)
    return replace(
        outlook,
        expected_until=_expected_until(known, cover, today),
        covered_again_on=date.fromordinal(later) if later else None,
        decision_due_on=min(
            (w.decision_due_on for w in outlook.ending_windows if w.decision_due_on and is_waiting(w)), default=None
        ),
    )


def _covered(known: list[Window], now: Span, today: int, thresholds: Sequence[int]) -> Outlook:
    horizon = today + max(thresholds, default=-1)
    part_after = _part_after(known, today, horizon)
    if now.after - 1 <= horizon:
        state, ends_after = OutlookState.ENDING, now.after
    elif part_after:
        state, ends_after = OutlookState.PART_ENDING, part_after
    else:
        state, ends_after = OutlookState.ONGOING if now.after == NEVER else OutlookState.FUNDED, now.after
    funded_until = last_day(now.after)
    whose = _contributing_windows(known) if state == OutlookState.PART_ENDING else deciding_windows(known)
    return Outlook(
        state=state,
        funded_until=funded_until,
        ends_on=last_day(ends_after),
        days_left=None if funded_until is None else now.after - 1 - today,
        is_estimated=_is_estimated(_ending_windows(deciding_windows(known), funded_until)),
        ending_windows=_ending_windows(whose, last_day(ends_after)),
    )


def _not_covered(known: list[Window], cover: list[Span], today: int) -> Outlook:
    ended_after = max((span.after for span in cover if span.after <= today), default=None)
    ends_on = last_day(ended_after) if ended_after else None
    ending = _ending_windows(deciding_windows(known), ends_on)
    if not cover:
        state = OutlookState.UNKNOWN
    elif any(span.first > today for span in cover):
        state = OutlookState.GAP
    else:
        state = OutlookState.DECISION_LATE if any(map(is_waiting, ending)) else OutlookState.LAPSED
    return Outlook(state=state, ends_on=ends_on, is_estimated=_is_estimated(ending), ending_windows=ending)


def confirmed_windows(known: Iterable[Window]) -> list[Window]:
    """Those whose money is confirmed; only these say until when a service is funded."""
    return [window for window in known if window.certainty == Certainty.CONFIRMED]


def deciding_windows(known: Iterable[Window]) -> list[Window]:
    """The confirmed windows that decide whether the service runs: the essential ones, or all where none is."""
    confirmed = confirmed_windows(known)
    return [window for window in confirmed if window.is_essential] or confirmed


def _contributing_windows(known: list[Window]) -> list[Window]:
    return [window for window in confirmed_windows(known) if not window.is_essential]


def _ending_windows(windows: list[Window], ends_on: date | None) -> tuple[Window, ...]:
    return tuple(w for w in windows if ends_on and w.ends_on == ends_on and span_of(w))


def is_waiting(window: Window) -> bool:
    """Whether its renewal is asked for and not answered."""
    return window.renewal in WAITING_FOR_ANSWER


def _is_estimated(windows: Iterable[Window]) -> bool:
    return any(window.end_kind == EndKind.ESTIMATED for window in windows)


def span_of(window: Window) -> Span | None:
    """The days it pays for; None where its end is not known or its days are impossible."""
    if window.end_kind == EndKind.UNKNOWN or (window.ends_on is None and window.end_kind != EndKind.OPEN_ENDED):
        return None
    first = ALWAYS if window.starts_on is None else window.starts_on.toordinal()
    after = NEVER if window.ends_on is None else window.ends_on.toordinal() + 1
    return Span(first, after) if first < after else None


def _list_spans(windows: Iterable[Window]) -> list[Span]:
    return [span for span in map(span_of, windows) if span]


def _cover(known: list[Window]) -> list[Span]:
    """The stretches of days on which the service is paid for, none touching another."""
    deciding = deciding_windows(known)
    spans = _list_spans(deciding)
    return course_of(spans).runs if any(window.is_essential for window in deciding) else joined(spans)


def _part_after(known: list[Window], today: int, horizon: int) -> int | None:
    """The day after contributing money that nothing replaces ends, where that is near."""
    losses = course_of(_list_spans(_contributing_windows(known))).losses
    return next((after for after in losses if today <= after - 1 <= horizon), None)


def _expected_until(known: list[Window], cover: list[Span], today: int) -> date | None:
    """The last day if all that is hoped for comes; None where that adds nothing, or has no known end."""
    needs_essential = any(window.is_essential for window in confirmed_windows(known))
    hoped = [w for w in known if w.certainty in HOPED_FOR and (w.is_essential or not needs_essential)]
    now, then = find_span_on(cover, today), find_span_on(joined([*cover, *_list_spans(hoped)]), today)
    return last_day(then.after) if then and (now is None or then.after > now.after) else None


def passed_thresholds(days_left: int, thresholds: Iterable[int] = DEFAULT_THRESHOLDS) -> tuple[int, ...]:
    """The thresholds that are due with so many days left, the nearest first; whatever day the scan runs."""
    return tuple(sorted({threshold for threshold in thresholds if days_left <= threshold}))


def nearest_threshold(days_left: int, thresholds: Iterable[int] = DEFAULT_THRESHOLDS) -> int | None:
    """The one threshold to tell of those passed; the others are superseded."""
    return next(iter(passed_thresholds(days_left, thresholds)), None)


def days_until_end(outlook: Outlook, day: date) -> int | None:
    """Days from the day to the end that the outlook's state speaks of; below nought when it is past."""
    return None if outlook.ends_on is None else (outlook.ends_on - day).days


def public_line(outlook: Outlook, day: date) -> PublicLine | None:
    """What the public may be told on the day; None when nothing is known, which is never shown as safe."""
    if outlook.state == OutlookState.UNKNOWN:
        return None
    if outlook.is_covered:
        until = outlook.funded_until
        is_near = until is not None and (until - day).days <= PUBLIC_WARNING_DAYS
        kind = PublicKind.ONGOING if until is None else PublicKind.ENDING if is_near else PublicKind.FUNDED
        return PublicLine(kind, until, outlook.covered_again_on, outlook.is_estimated)
    kind = PublicKind.GAP if outlook.state == OutlookState.GAP else PublicKind.ENDED
    return PublicLine(kind, outlook.ends_on, outlook.covered_again_on, outlook.is_estimated)


def window_problems(starts_on: date | None, ends_on: date | None, end_kind: str | None) -> list[tuple[str, str]]:
    """What is wrong with the days of a window, as (field, sentence), one a field; no kind counts as fixed."""
    problems = {name: _year_problem(day) for name, day in (("starts_on", starts_on), ("ends_on", ends_on))}
    if ends_on is None and end_kind in (None, EndKind.FIXED, EndKind.ESTIMATED):
        problems["ends_on"] = gettext("Enter the last day, or choose that it is open-ended or not known.")
    elif ends_on is not None and end_kind == EndKind.OPEN_ENDED:
        problems["ends_on"] = gettext("Remove the last day, or choose fixed or estimated instead of open-ended.")
    elif ends_on is not None and end_kind == EndKind.UNKNOWN:
        problems["ends_on"] = gettext("Remove the last day, or choose fixed or estimated instead of not known.")
    elif ends_on is not None and starts_on is not None and ends_on < starts_on and not any(problems.values()):
        problems["ends_on"] = gettext("The last day must be the same as or after the first day.")
    return [(name, sentence) for name, sentence in problems.items() if sentence]


def _year_problem(day: date | None) -> str | None:
    if day is None or EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return None
    ahead = gettext_noop("Check the year: %(year)s is too far ahead.")
    return gettext(
        ahead if day.year > LATEST_YEAR else gettext_noop("Check the year: %(year)s is too long ago."), year=day.year
    )
