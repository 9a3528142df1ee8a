"""What is true of alerts and their deliveries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from partnerdir.funding.rules import Outlook, nearest_threshold, passed_thresholds


class AlertKind(StrEnum):
    """What an alert tells."""

    ENDING = "ending"
    ENDED = "ended"


class ChannelName(StrEnum):
    """How an alert travels."""

    EMAIL = "email"


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


AFTER_THE_END = -1  # the threshold of `ended`: on the first day without money, the days left are below nought
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LONGEST_WAIT_FOR_SERVER = timedelta(minutes=10)  # when nothing could be sent, no one mail is to blame
# Longer than the slowest sending can take: a mail server answers about nine times, each within twenty seconds.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Fact:
    """What a day makes worth telling of one service."""

    kind: AlertKind
    ends_on: date
    threshold: int


def fact_on(outlook: Outlook, thresholds: Iterable[int]) -> Fact | None:
    """What an outlook makes worth telling on its day, at the nearest threshold (in days) that is passed."""
    if outlook.is_covered:
        if outlook.funded_until is None or outlook.days_left is None:
            return None
        nearest = nearest_threshold(outlook.days_left, thresholds)
        return None if nearest is None else Fact(AlertKind.ENDING, outlook.funded_until, nearest)
    return None if outlook.ends_on is None else Fact(AlertKind.ENDED, outlook.ends_on, AFTER_THE_END)


def is_told(fact: Fact, already_ended_on: date | None, told: Iterable[int]) -> bool:
    """Whether a watcher is told: not twice, not of what they saw when the watch began, not a farther warning after a nearer.

    `already_ended_on` is the end that had passed when the watch began; `told` are the thresholds they were told of
    this kind and end.
    """
    if fact.kind == AlertKind.ENDED and already_ended_on is not None and fact.ends_on <= already_ended_on:
        return False
    return all(fact.threshold < threshold for threshold in told)


def thresholds_passed(fact: Fact, day: date, thresholds: Iterable[int]) -> tuple[int, ...]:
    """The thresholds that a fact has passed on the day, the nearest first; all but that one are superseded."""
    if fact.kind == AlertKind.ENDED:
        return (fact.threshold,)
    return passed_thresholds((fact.ends_on - day).days, thresholds)


def reason_to_drop(alert: Fact, now: Fact | None, is_active: bool, is_watching: bool) -> str:
    """Why a queued alert must not be sent any more, as a sentence; empty when it still must."""
    if not is_active:
        return "The account was closed before this was sent."
    if not is_watching:
        return "They stopped watching before this was sent."
    if now is None or now.ends_on != alert.ends_on:
        return "The end date changed before this was sent."
    if now.kind != alert.kind:
        return "The end came, or moved, before this was sent."
    if now.threshold < alert.threshold:
        return "A nearer warning takes its place."
    return ""


def wait_before_try(attempts: int, chance: float, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """How long to wait after so many failed tries: a minute, doubling up to the longest.

    `chance`, from 0 to 1, moves it by a fifth either way, so that what failed together is not tried together.
    """
    wait = min(FIRST_WAIT * (1 << min(attempts - 1, 20)), longest)
    return wait * (0.8 + 0.4 * chance)
