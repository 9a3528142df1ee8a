"""The outbox: claims a delivery, sends it, marks it; safe in any number of processes, at any time.

The one room file that commits: the claim must be in the database before the mail is on its way, and no transaction may
be open while a mail server is slow. A process that dies in between leaves a claim that runs out, and a later one sends
again under the same Message-ID.
"""

import logging
import random
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.choices import wait_of
from partnerdir.alerts.errors import NotDelivered, NotYet, Unreachable
from partnerdir.alerts.facts import find_fact_now, list_facts
from partnerdir.alerts.hearers import find_watcher
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.notices import Notice, notice_of
from partnerdir.alerts.queries import is_free, list_free_deliveries, require_delivery
from partnerdir.alerts.rules import (
    LEASE,
    LONGEST_WAIT,
    LONGEST_WAIT_FOR_SERVER,
    ChannelName,
    DeliveryState,
    reason_to_drop,
    wait_before_try,
)
from partnerdir.database import db, writing
from partnerdir.settings import Settings

AT_ONCE = 100
Counts = Counter[DeliveryState]
log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way for a notice to travel."""

    def send(self, notice: Notice) -> None:
        """Sends it. Raises: NotDelivered."""


@dataclass(frozen=True)
class Claim:
    """The right to send one delivery, for as long as a lease lasts."""

    delivery_id: uuid.UUID
    ends_at: datetime
    attempts: int


def send_waiting(
    channels: Mapping[ChannelName, Channel], settings: Settings, is_stopping: Callable[[], bool] = lambda: False
) -> Counts:
    """Sends what waits and says how many ended in which state; stops between two messages when asked to.

    Raises: Unreachable, when a channel is down and the rest must wait.
    """
    counts: Counts = Counter()
    while not is_stopping() and (delivery_ids := list_free_deliveries(clock.now(), AT_ONCE)):
        for delivery_id in delivery_ids:
            if is_stopping():
                break
            claim = claimed(delivery_id)
            if claim:
                counts[_send_claimed(claim, channels, settings)] += 1
    return counts


def claimed(delivery_id: uuid.UUID) -> Claim | None:
    """Claims a delivery by one conditional update, committed; None when another process was first."""
    now = clock.now()
    update = (
        sa.update(Delivery)
        .where(Delivery.id == delivery_id, is_free(now))
        .values(claim_ends_at=now + LEASE, attempts=Delivery.attempts + 1)
        .returning(Delivery.attempts)
        .execution_options(synchronize_session=False)
    )
    with writing(by="outbox") as session:
        attempts = session.scalar(update)
    return None if attempts is None else Claim(delivery_id, now + LEASE, attempts)


def _send_claimed(claim: Claim, channels: Mapping[ChannelName, Channel], settings: Settings) -> DeliveryState:
    try:
        notice, channel, reason = _read(claim.delivery_id, settings)
        if notice is None:
            return _mark(claim, DeliveryState.DROPPED, reason=reason)
        channels[channel].send(notice)
    except NotYet as held:
        return _mark(claim, DeliveryState.WAITING, reason=str(held), next_try_at=clock.now() + held.wait, attempts=0)
    except NotDelivered as error:
        if error.permanent:
            return _mark(claim, DeliveryState.FAILED, reason=str(error))
        if isinstance(error, Unreachable):
            _mark_for_later(claim, str(error), LONGEST_WAIT_FOR_SERVER)
            raise
        return _mark_for_later(claim, str(error))
    except Exception as error:
        # One row that cannot be read or worded must not stop the others.
        log.exception("Delivery %s could not be made ready.", claim.delivery_id)
        return _mark_for_later(claim, f"{type(error).__name__}: {error}")
    return _mark(claim, DeliveryState.SENT, sent_at=clock.now(), reason="")


def _read(delivery_id: uuid.UUID, settings: Settings) -> tuple[Notice | None, ChannelName, str]:
    """What to send and how, or why not to; leaves no transaction open. Raises: NotYet, when its reader chose so."""
    try:
        delivery = require_delivery(delivery_id)
        day = delivery.rehearsed_on or clock.today()
        service_id = delivery.alert.service.id
        facts = list_facts([service_id], day, settings.threshold_days)
        watcher = find_watcher(delivery.account_id, service_id)
        now = find_fact_now(delivery.alert, delivery.account_id, facts)
        reason = reason_to_drop(delivery.alert.fact, now, delivery.account.active, watcher is not None)
        if reason or watcher is None:
            return None, delivery.channel, reason
        if wait := wait_of(delivery, day):
            raise NotYet(wait)
        notice = notice_of(delivery, watcher, facts.outlooks[service_id], day, settings)
        return replace(notice, id=mail_id(delivery)), delivery.channel, reason
    finally:
        db.session.rollback()


def mail_id(delivery: Delivery) -> uuid.UUID:
    """What a mail is known by: one id for one fact and one person, even where a restored backup forgot that it was sent."""
    return uuid.uuid5(delivery.account_id, f"{delivery.alert.key} {delivery.channel}")


def _mark_for_later(claim: Claim, reason: str, longest: timedelta = LONGEST_WAIT) -> DeliveryState:
    wait = wait_before_try(claim.attempts, random.random(), longest)  # noqa: S311  # spreads retries; nothing secret
    return _mark(claim, DeliveryState.WAITING, reason=reason, next_try_at=clock.now() + wait)


def _mark(claim: Claim, state: DeliveryState, **values: Any) -> DeliveryState:
    """Ends a claim with what came of it, unless it ran out and another process holds the delivery now."""
    update = (
        sa.update(Delivery)
        .where(Delivery.id == claim.delivery_id, Delivery.claim_ends_at == claim.ends_at)
        .values(state=state, claim_ends_at=None, **values)
        .execution_options(synchronize_session=False)
    )
    with writing(by="outbox") as session:
        marked: Any = session.execute(update)
    if marked.rowcount == 0:
        log.warning("Delivery %s took longer than its claim.", claim.delivery_id)
    return state
