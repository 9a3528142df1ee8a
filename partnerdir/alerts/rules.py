"""What is true of alerts and their deliveries."""

from datetime import timedelta
from enum import StrEnum


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


LONGEST_WAIT = timedelta(hours=6)


def wait_before_try(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: one minute, doubling, six hours at the most."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 20)), LONGEST_WAIT)
