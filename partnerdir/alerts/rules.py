"""What is true of alerts and their deliveries."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from partnerdir.funding.rules import Outlook, OutlookState, nearest_threshold, passed_thresholds
from partnerdir.languages import gettext_noop


class AlertKind(StrEnum):
    """What an alert tells."""

    ENDING = "ending"
    ENDED = "ended"
    DECISION_LATE = "decision_late"
    PART_ENDING = "part_ending"
    EXTENDED = "extended"
    BROUGHT_FORWARD = "brought_forward"
    PAUSED = "paused"
    CLOSED = "closed"
    REOPENED = "reopened"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_LEAVING = "contact_leaving"
    ROUTE_AT_RISK = "route_at_risk"
    REVIEW_DUE = "review_due"
    AUDIT_DIFFERENCE = "audit_difference"
    NEW_MATCH = "new_match"


class ChannelName(StrEnum):
    """How an alert travels."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Pace(StrEnum):
    """How soon a person is told of what is not urgent."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


MOVED = (AlertKind.EXTENDED, AlertKind.BROUGHT_FORWARD)
OF_AN_END = (AlertKind.ENDING, AlertKind.ENDED, AlertKind.EXTENDED, AlertKind.BROUGHT_FORWARD)
# Why an alert is dropped whose fact is no longer so, where it is not that an end date changed.
OUTRUN = {
    AlertKind.DECISION_LATE: gettext_noop("The decision, or its day, was recorded before this was sent."),
    AlertKind.EXTENDED: gettext_noop("The end moved again, or a nearer warning says the new one."),
    AlertKind.BROUGHT_FORWARD: gettext_noop("The end moved again, or a nearer warning says the new one."),
    AlertKind.PAUSED: gettext_noop("The service's status changed again before this was sent."),
    AlertKind.CLOSED: gettext_noop("The service's status changed again before this was sent."),
    AlertKind.REOPENED: gettext_noop("The service's status changed again before this was sent."),
    AlertKind.CONTACT_LEAVING: gettext_noop("The contact, or its last day, changed before this was sent."),
    AlertKind.CONTACT_CHANGED: gettext_noop("Whom to ring changed again, or it was too long ago, before this was sent."),
    AlertKind.ROUTE_AT_RISK: gettext_noop(
        "The end, or who else is left for the same need and area, changed before this was sent."
    ),
    AlertKind.REVIEW_DUE: gettext_noop("Somebody confirmed it before this was sent."),
    AlertKind.NEW_MATCH: gettext_noop("The service closed before this was sent."),
}
REVIEW_AFTER_DAYS = 180  # unless a setting says otherwise
AFTER_THE_END = -1  # the threshold of `ended`: on the first day without money, the days left are below nought
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LONGEST_WAIT_FOR_SERVER = timedelta(minutes=10)  # when nothing could be sent, no one mail is to blame
# Longer than the slowest sending can take: a mail is given up within half a minute, and the longest digest is made in less.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Fact:
    """What a day makes worth telling of one service."""

    kind: AlertKind
    ends_on: date | None = None
    threshold: int | None = None

    # What tells it from another of its kind when no day does, such as the change that it tells of.
    mark: str = ""
    details: Mapping[str, str] = field(default_factory=dict, compare=False)

    def key(self, subject: str, threshold: int | None = None) -> str:
        """What makes it this fact and no other; of another threshold than its own when one is given."""
        number = self.threshold if threshold is None else threshold
        parts = (self.kind, subject, self.ends_on, number, self.mark or None)
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True)
class Watcher:
    """An active account that is to be told of a service, and why; or the service's own contact, which has no account.

    `watch_id` is the watch that says so, where one does.
    """

    account_id: uuid.UUID | None
    email: str
    service_name: str
    already_ended_on: date | None
    began_on: date
    watch_id: uuid.UUID | None
    why: str
    contact_id: uuid.UUID | None = None

    @property
    def hearer_id(self) -> uuid.UUID | None:
        """The account, or the contact."""
        return self.account_id or self.contact_id


@dataclass(frozen=True)
class Due:
    """A fact that is due and who is to be told of it; `passed` are the thresholds it has passed."""

    service_id: uuid.UUID
    service_name: str
    fact: Fact
    passed: tuple[int | None, ...]
    watchers: tuple[Watcher, ...]


def fact_on(outlook: Outlook, thresholds: Iterable[int]) -> Fact | None:
    """What an outlook makes worth telling on its day, at the nearest threshold (in days) that is passed."""
    if outlook.is_covered:
        if outlook.funded_until is None or outlook.days_left is None:
            return None
        nearest = nearest_threshold(outlook.days_left, thresholds)
        return None if nearest is None else Fact(AlertKind.ENDING, outlook.funded_until, nearest)
    return None if outlook.ends_on is None else Fact(AlertKind.ENDED, outlook.ends_on, AFTER_THE_END)


def facts_on(outlook: Outlook, day: date, thresholds: Sequence[int]) -> tuple[Fact, ...]:
    """Everything that an outlook makes worth telling on its day."""
    facts = (fact_on(outlook, thresholds), part_fact_on(outlook, day, thresholds), late_fact_on(outlook, day))
    return tuple(fact for fact in facts if fact)


def part_fact_on(outlook: Outlook, day: date, thresholds: Iterable[int]) -> Fact | None:
    """That one of several moneys ends within a threshold (in days) while the service goes on."""
    if outlook.state is not OutlookState.PART_ENDING or outlook.ends_on is None:
        return None
    nearest = nearest_threshold((outlook.ends_on - day).days, thresholds)
    return None if nearest is None else Fact(AlertKind.PART_ENDING, outlook.ends_on, nearest)


def late_fact_on(outlook: Outlook, day: date) -> Fact | None:
    """That an answer is overdue; its threshold is the number of whole weeks since, below nought.

    While there is money the weeks count from the day the decision was due; after the end they count from the end,
    and the first of them is left to the alert that the money has ended.
    """
    if outlook.is_covered:
        since, first = outlook.decision_due_on, 0
    else:
        since, first = (outlook.ends_on if outlook.state is OutlookState.DECISION_LATE else None), 1
    if since is None or day <= since:
        return None
    weeks = (day - since).days // 7
    return Fact(AlertKind.DECISION_LATE, since, -weeks) if weeks >= first else None


def moved_fact_on(outlook: Outlook, told_until: date | None, told_at: str) -> Fact | None:
    """That the end is later or earlier than the one somebody was told of last (None: that there is none).

    `told_at` tells that telling from every other, so that an end which moves there and back is told each time.
    """
    until = outlook.funded_until
    if not outlook.is_covered or until == told_until:
        return None
    is_later = until is None or (told_until is not None and until > told_until)
    details = {"before": told_until.isoformat()} if told_until else {}
    return Fact(AlertKind.EXTENDED if is_later else AlertKind.BROUGHT_FORWARD, until, mark=told_at, details=details)


def is_told(fact: Fact, already_ended_on: date | None, told: Iterable[int | None]) -> bool:
    """Whether a watcher is told: not twice, not of what they saw when the watch began, not a farther warning after a nearer.

    `already_ended_on` is the end that had passed when the watch began; `told` are the thresholds they were told of
    this kind and end.
    """
    if fact.kind is AlertKind.ENDED and _is_old(fact.ends_on, already_ended_on):
        return False
    return all(_order(fact.threshold) < _order(threshold) for threshold in told)


def is_news(fact: Fact, began_on: date) -> bool:
    """Whether a watch that began on this day is late enough to be told: what changed before it, its watcher saw."""
    changed_on = fact.details.get("changed_on")
    return changed_on is None or date.fromisoformat(changed_on) >= began_on


def _is_old(ends_on: date | None, already_ended_on: date | None) -> bool:
    return ends_on is not None and already_ended_on is not None and ends_on <= already_ended_on


def _order(threshold: int | None) -> int:
    """Nearer thresholds come after farther ones; a fact without one is told once."""
    return 0 if threshold is None else threshold


def thresholds_passed(fact: Fact, day: date, thresholds: Iterable[int]) -> tuple[int | None, ...]:
    """The thresholds that a fact has passed on the day, the nearest first; all but that one are superseded."""
    if fact.ends_on is None or fact.kind not in (AlertKind.ENDING, AlertKind.PART_ENDING):
        return (fact.threshold,)
    return passed_thresholds((fact.ends_on - day).days, thresholds)


def reason_to_drop(alert: Fact, now: Fact | None, is_active: bool, is_watching: bool) -> str:
    """Why a queued alert must not be sent any more, as a sentence; empty when it still must.

    `now` is what the present makes of the same thing; None when nothing is left to tell of it.
    """
    if not is_active:
        return gettext_noop("The account was closed before this was sent.")
    if not is_watching:
        return gettext_noop("They stopped watching before this was sent.")
    if now is None or now.ends_on != alert.ends_on:
        return OUTRUN.get(alert.kind, gettext_noop("The end date changed before this was sent."))
    if alert.kind is AlertKind.ROUTE_AT_RISK and now.threshold != alert.threshold:
        return OUTRUN[alert.kind]
    if now.kind != alert.kind:
        return OUTRUN.get(alert.kind, gettext_noop("The end came, or moved, before this was sent."))
    if _order(now.threshold) < _order(alert.threshold):
        return gettext_noop("A nearer warning takes its place.")
    return ""


def wait_before_try(attempts: int, chance: float, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """How long to wait after so many failed tries: a minute, doubling up to the longest.

    `chance`, from 0 to 1, moves it by a fifth either way, so that what failed together is not tried together.
    """
    wait = min(FIRST_WAIT * (1 << min(attempts - 1, 20)), longest)
    return wait * (0.8 + 0.4 * chance)
