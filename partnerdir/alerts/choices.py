"""How soon a person is told: their pace, their quiet hours, their pause, and what they asked to be told of later."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer

from partnerdir import clock
from partnerdir.alerts.escalation import is_passed_on
from partnerdir.alerts.models import Alert, AlertChoice, AlertReceipt, Delivery
from partnerdir.alerts.rules import LONGEST_WAIT, AlertKind, DeliveryState, Pace
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.languages import gettext

URGENT_DAYS = 14  # so near an end it is urgent
URGENT = (AlertKind.ENDED, AlertKind.PAUSED, AlertKind.CLOSED, AlertKind.AUDIT_DIFFERENCE)
# These tell of a day that comes, and are urgent when it is near; the others are news that can wait.
OF_A_DAY = (
    AlertKind.ENDING,
    AlertKind.PART_ENDING,
    AlertKind.EXTENDED,
    AlertKind.BROUGHT_FORWARD,
    AlertKind.CONTACT_LEAVING,
    AlertKind.ROUTE_AT_RISK,
)
MORNING = time(8)  # when mails of a daily or weekly pace go out
PURPOSE = "pause all mail"


@dataclass(frozen=True)
class Choice:
    """What decides when one delivery may go out; who chose nothing is told of what is urgent at once, else on Mondays."""

    pace: Pace = Pace.WEEKLY
    quiet_from: time | None = None
    quiet_until: time | None = None
    is_paused: bool = False
    asks_again_on: date | None = None
    found_on: date | None = None
    urgent_pace: Pace = Pace.AT_ONCE


CHOSE_NOTHING = Choice()


def is_time_to_send(choice: Choice, days_left: int | None, now: datetime, is_urgent: bool = False) -> bool:
    """Whether a mail may go out at this civil time; `days_left` to the end are below nought after it.

    A pause and quiet hours hold everything back. A snooze ends on its day, and the last day and the end itself break
    through it, and through every pace. What is urgent has a pace of its own. A pace asks whether the moment has come,
    never whether it is now, so that a machine that was down then sends later.
    """
    if choice.is_paused or _is_quiet(choice, now.time()):
        return False
    if breaks_through(days_left):
        return True
    if choice.asks_again_on and now.date() < choice.asks_again_on:
        return False
    pace = choice.urgent_pace if is_urgent else choice.pace
    if pace is Pace.AT_ONCE or choice.found_on is None:
        return True
    goes_on = choice.found_on
    if pace is Pace.WEEKLY:
        goes_on += timedelta(days=-goes_on.weekday() % 7)  # that Monday, or the next one
    return now.date() > goes_on or (now.date() == goes_on and now.time() >= MORNING)


def is_urgent(kind: AlertKind, days_left: int | None) -> bool:
    """Whether an alert is urgent: what has stopped, and whatever comes within 14 days."""
    return kind in URGENT or (kind in OF_A_DAY and days_left is not None and days_left <= URGENT_DAYS)


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

    What is only rehearsed goes at once, and so does what goes to a service's own contact, who has no choices here. What is
    passed on because nobody knows of an end waits for no pace.
    """
    account_id, alert = delivery.account_id, delivery.alert
    if delivery.rehearsed_on or account_id is None:
        return None
    kept, civil = find_choice(account_id) or CHOSE_NOTHING, clock.civil_time(clock.now())
    days_left = (alert.ends_on - day).days if alert.ends_on and alert.kind in (*URGENT, *OF_A_DAY) else None
    is_for_a_post = is_passed_on(delivery)
    choice = Choice(
        kept.pace,
        kept.quiet_from,
        kept.quiet_until,
        kept.is_paused,
        find_snooze(account_id, alert),
        alert.found_on,
        Pace.AT_ONCE if is_for_a_post else kept.urgent_pace,
    )
    if is_time_to_send(choice, days_left, civil, is_for_a_post or is_urgent(alert.kind, days_left)):
        return None
    # Whoever ends a pause is looked at then; quiet hours and mornings begin and end with a full hour.
    return LONGEST_WAIT if choice.is_paused else timedelta(hours=1) - timedelta(minutes=civil.minute, seconds=civil.second)


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


def change_choice(
    account_id: uuid.UUID,
    pace: Pace,
    quiet_from: time | None,
    quiet_until: time | None,
    *,
    urgent_pace: Pace = Pace.AT_ONCE,
) -> AlertChoice:
    """Keeps how soon, what is urgent and what is not, and when not; what waits is looked at anew. Raises: BadInput."""
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_from" if quiet_from is None else "quiet_until"
        raise BadInput({missing: gettext("Choose both times, or neither.")})
    if quiet_from is not None and quiet_from == quiet_until:
        raise BadInput({"quiet_until": gettext("Quiet hours must end at another time than they begin.")})
    choice = _kept(account_id)
    choice.pace, choice.urgent_pace = pace, urgent_pace
    choice.quiet_from, choice.quiet_until = quiet_from, quiet_until
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
