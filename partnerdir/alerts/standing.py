"""The auditor's own reading of what windows make true on a day. Pure, and shared with no scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from partnerdir.alerts.histories import Values
from partnerdir.alerts.rules import AlertKind

BEFORE_ALL_DAYS, AFTER_ALL_DAYS = 0, date.max.toordinal() + 1
# Essential money that takes over may run beside the old for ninety days (docs/decisions/0004-outlook.md).
DAYS_LOOKED_BACK = 91
WEEK = 7
ASKED_FOR = ("applied", "extension_requested")
WITH_WARNINGS = (AlertKind.ENDING, AlertKind.PART_ENDING)


@dataclass(frozen=True)
class Standing:
    """What is true of a service on a day: its money ends, or has ended, with this last day; or whatever a mark tells apart."""

    kind: AlertKind
    ends_on: date | None = None
    mark: str = ""


class Money:
    """What a service's windows make of its days, read once: the stretches that are paid for, and when a part of it is lost."""

    def __init__(self, windows: Iterable[Values]) -> None:
        confirmed = [window for window in windows if window["certainty"] == "confirmed"]
        essential = [window for window in confirmed if window["is_essential"]]
        self.contributing = [window for window in confirmed if not window["is_essential"]]
        self.deciding = essential or confirmed
        losses = _list_losses(self.deciding, are_all_needed=bool(essential))
        self.stretches = [(first, after - 1) for first, after in losses if first is not None]
        self.parts = [after - 1 for _, after in _list_losses(self.contributing, are_all_needed=True)]

    def made_on(self, day: date, thresholds: Sequence[int]) -> set[Standing]:
        """All that it makes worth telling on the day; the farthest threshold (in days) says what is near."""
        horizon = max(thresholds, default=-1)
        found = (self.standing_on(day), self.part_ending_on(day, horizon), self.decision_late_on(day, horizon))
        return {standing for standing in found if standing}

    def standing_on(self, day: date) -> Standing | None:
        """Whether it ends, or has ended, as things are on the day; None where no end is known."""
        is_paid, until = self.paid_until(day)
        if is_paid:
            return Standing(AlertKind.ENDING, until) if until else None
        past = max((last for _, last in self.stretches if last < day.toordinal()), default=None)
        return None if past is None else Standing(AlertKind.ENDED, date.fromordinal(past))

    def paid_until(self, day: date) -> tuple[bool, date | None]:
        """Whether there is money on the day, and until when without a break; None where no end of it is known."""
        now = next((stretch for stretch in self.stretches if stretch[0] <= day.toordinal() <= stretch[1]), None)
        return now is not None, date.fromordinal(now[1]) if now and now[1] != AFTER_ALL_DAYS else None

    def part_ending_on(self, day: date, horizon: int) -> Standing | None:
        """That money which only contributes ends within so many days, while the service is paid for beyond them."""
        is_paid, until = self.paid_until(day)
        today = day.toordinal()
        if not is_paid or (until and until.toordinal() <= today + horizon):
            return None
        near = next((last for last in self.parts if today <= last <= today + horizon), None)
        return None if near is None else Standing(AlertKind.PART_ENDING, date.fromordinal(near))

    def decision_late_on(self, day: date, horizon: int) -> Standing | None:
        """That an answer on the money that ends, or has ended, is overdue; its day is the one since when."""
        is_paid, until = self.paid_until(day)
        if not is_paid:
            return self._decision_late_after_end(day)
        part = self.part_ending_on(day, horizon)
        asked_for = _list_asked_for(self.contributing if part else self.deciding, part.ends_on if part else until)
        due = [window["decision_due_on"] for window in asked_for if window.get("decision_due_on")]
        since = date.fromisoformat(min(due)) if due else day
        return Standing(AlertKind.DECISION_LATE, since) if since < day else None

    def _decision_late_after_end(self, day: date) -> Standing | None:
        ended = self.standing_on(day)
        if ended is None or ended.ends_on is None or any(first > day.toordinal() for first, _ in self.stretches):
            return None
        is_late = (day - ended.ends_on).days >= WEEK and _list_asked_for(self.deciding, ended.ends_on)
        return Standing(AlertKind.DECISION_LATE, ended.ends_on) if is_late else None


def first_day_due(standing: Standing, threshold: int | None) -> date:
    """The first day on which this is due: so many days before the end, or weeks after the day that an answer was due."""
    if standing.ends_on is None or threshold is None:
        return date.min
    if standing.kind is AlertKind.DECISION_LATE:
        return standing.ends_on + timedelta(days=max(1, -threshold * WEEK))
    if standing.kind is AlertKind.ENDED or standing.kind in WITH_WARNINGS:
        return date.fromordinal(standing.ends_on.toordinal() - threshold)
    return date.min


def nearest_passed(standing: Standing, day: date, thresholds: Iterable[int]) -> int | None:
    """The smallest threshold that is due on the day; the end itself counts as minus one, as the ledger writes it."""
    if standing.ends_on is None:
        return None
    if standing.kind is AlertKind.ENDED:
        return -1 if standing.ends_on < day else None
    if standing.kind is AlertKind.DECISION_LATE:
        return -((day - standing.ends_on).days // WEEK)
    return min((threshold for threshold in thresholds if first_day_due(standing, threshold) <= day), default=None)


def _list_asked_for(windows: Iterable[Values], ends_on: date | None) -> list[Values]:
    """Those that end on the day and whose renewal was asked for and not answered."""
    last = ends_on.isoformat() if ends_on else None
    return [w for w in windows if last and w.get("ends_on") == last and w["renewal"] in ASKED_FOR and _days_paid(w)]


def _list_losses(windows: Iterable[Values], are_all_needed: bool) -> list[tuple[int | None, int]]:
    """Each day on which money is lost, and the first day of the stretch that it ends; None where none was running."""
    paid = [days for window in windows if (days := _days_paid(window))]
    turns = sorted({first for first, _ in paid} | {last + 1 for _, last in paid})

    def paying(day: int) -> int:
        return sum(first <= day <= last for first, last in paid)

    losses: list[tuple[int | None, int]] = []
    began, is_running = BEFORE_ALL_DAYS, False
    for day in turns:
        now = paying(day)
        if not is_running and now > paying(day - 1):
            began, is_running = day, True
            continue
        looked_at = max(began, day - DAYS_LOOKED_BACK)
        fewest = min(paying(earlier) for earlier in (looked_at, *(turn for turn in turns if looked_at < turn < day)))
        if now < fewest and (are_all_needed or now == 0):
            losses.append((began if is_running else None, day))
            is_running = False
    return losses


def _days_paid(window: Values) -> tuple[int, int] | None:
    # The log of a window that was removed leaves out what was empty.
    starts_on, ends_on, end_kind = window.get("starts_on"), window.get("ends_on"), window["end_kind"]
    if end_kind == "unknown" or (ends_on is None and end_kind != "open_ended"):
        return None
    first = date.fromisoformat(starts_on).toordinal() if starts_on else BEFORE_ALL_DAYS
    last = date.fromisoformat(ends_on).toordinal() if ends_on else AFTER_ALL_DAYS
    return (first, last) if first <= last else None
