"""How soon a person is told: their pace, their quiet hours, their pause, and what they asked to be told of later."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer

from partnerdir import clock
from partnerdir.alerts.models import Alert, AlertChoice, AlertReceipt, Delivery
from partnerdir.alerts.rules import LONGEST_WAIT, AlertKind, DeliveryState, Pace
from partnerdir.database import db
from partnerdir.errors import BadInput

URGENT_DAYS = 14  # so near the end nothing waits for a pace
MORNING = time(8)  # when mails of a daily or weekly pace go out
PURPOSE = "pause all mail"


@dataclass(frozen=True)
class Choice:
    """What decides when one delivery may go out; who chose nothing is told at once."""

    pace: Pace = Pace.AT_ONCE
    quiet_from: time | None = None
    quiet_until: time | None = None
    is_paused: bool = False
    asks_again_on: date | None = None
    found_on: date | None = None


def is_time_to_send(choice: Choice, days_left: int | None, now: datetime) -> bool:
    """Whether a mail may go out at this civil time; `days_left` to the end are below nought after it.

    A pause and quiet hours hold everything back. A snooze ends on its day, and the last day and the end itself break
    through it. A pace is only for what is farther away than 14 days; it asks whether the moment has come, never whether
    it is now, so that a machine that was down then sends later.
    """
    if choice.is_paused or _is_quiet(choice, now.time()):
        return False
    if breaks_through(days_left):
        return True
    if choice.asks_again_on and now.date() < choice.asks_again_on:
        return False
    if choice.pace is Pace.AT_ONCE or choice.found_on is None or days_left is None or days_left <= URGENT_DAYS:
        return True
    goes_on = choice.found_on
    if choice.pace is Pace.WEEKLY:
        goes_on += timedelta(days=-goes_on.weekday() % 7)  # that Monday, or the next one
    return now.date() > goes_on or (now.date() == goes_on and now.time() >= MORNING)


def breaks_through(days_left: int | None) -> bool:
    """Whether a snooze gives way: on the last day, and once money has ended."""
    return days_left is not None and days_left <= 0


def _is_quiet(choice: Choice, at: time) -> bool:
    start, end = choice.quiet_from, choice.quiet_until
    if start is None or end is None:
        return False
    return start <= at < end if start < end else at >= start or at < end


def wait_of(delivery: Delivery, day: date) -> timedelta | None:
    """How long a delivery waits before it is looked at again because of what its reader chose; None when it may go.

    What is only rehearsed goes at once.
    """
    if delivery.rehearsed_on:
        return None
    choice, alert = _choice_for(delivery), delivery.alert
    civil = clock.civil_time(clock.now())
    days_left = (alert.ends_on - day).days if alert.ends_on else None
    if is_time_to_send(choice, days_left, civil):
        return None
    # Whoever ends a pause is looked at then; quiet hours and mornings begin and end with a full hour.
    return LONGEST_WAIT if choice.is_paused else timedelta(hours=1) - timedelta(minutes=civil.minute, seconds=civil.second)


def _choice_for(delivery: Delivery) -> Choice:
    kept = find_choice(delivery.account_id) or AlertChoice(pace=Pace.AT_ONCE, is_paused=False)
    asks_again_on = find_snooze(delivery.account_id, delivery.alert)
    return Choice(kept.pace, kept.quiet_from, kept.quiet_until, kept.is_paused, asks_again_on, delivery.alert.found_on)


def find_choice(account_id: uuid.UUID) -> AlertChoice | None:
    """What an account chose; None where it chose nothing yet."""
    return db.session.scalar(sa.select(AlertChoice).where(AlertChoice.account_id == account_id))


def find_snooze(account_id: uuid.UUID, alert: Alert) -> date | None:
    """Until when this account asked to hear no more of the end that this alert tells of."""
    same_end = Alert.id == alert.id
    if alert.kind is AlertKind.ENDING and alert.service_id and alert.ends_on:
        same_end = sa.and_(Alert.kind == AlertKind.ENDING, Alert.service_id == alert.service_id, Alert.ends_on == alert.ends_on)
    query = sa.select(sa.func.max(AlertReceipt.asks_again_on)).join(AlertReceipt.alert)
    return db.session.scalar(query.where(AlertReceipt.account_id == account_id, same_end))


def change_choice(account_id: uuid.UUID, pace: Pace, quiet_from: time | None, quiet_until: time | None) -> AlertChoice:
    """Keeps how soon, and when not; what waits is looked at anew. Raises: BadInput."""
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_from" if quiet_from is None else "quiet_until"
        raise BadInput({missing: "Choose both times, or neither."})
    if quiet_from is not None and quiet_from == quiet_until:
        raise BadInput({"quiet_until": "Quiet hours must end at another time than they begin."})
    choice = _kept(account_id)
    choice.pace, choice.quiet_from, choice.quiet_until = pace, quiet_from, quiet_until
    look_again(account_id)
    return choice


def change_pause(account_id: uuid.UUID, is_paused: bool) -> AlertChoice:
    """Pauses all mail to an account, or lets it flow again."""
    choice = _kept(account_id)
    choice.is_paused = is_paused
    look_again(account_id)
    return choice


def look_again(account_id: uuid.UUID) -> None:
    """Lets what waits for an account, and has not failed, be looked at now."""
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.account_id == account_id, Delivery.state == DeliveryState.WAITING, Delivery.attempts == 0)
        .values(next_try_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _kept(account_id: uuid.UUID) -> AlertChoice:
    choice = find_choice(account_id)
    if choice is None:
        choice = AlertChoice(account_id=account_id)
        db.session.add(choice)
    return choice


def sealed_account(account_id: uuid.UUID, secret: str) -> str:
    """The id as a token for the link that pauses all mail."""
    return str(URLSafeSerializer(secret, salt=PURPOSE).dumps(account_id.hex))


def opened_account(token: str, secret: str) -> uuid.UUID | None:
    """The id that was sealed; None when the token was not made here."""
    try:
        return uuid.UUID(hex=URLSafeSerializer(secret, salt=PURPOSE).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
