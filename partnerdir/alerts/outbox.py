"""The outbox: claims what waits for one person, sends it, marks it; safe in any number of processes, at any time.

The one room file that commits: the claim must be in the database before the mail is on its way, and no transaction may
be open while a mail server is slow. A process that dies in between leaves a claim that runs out, and a later one sends
the same batch again under the same Message-ID.
"""

import logging
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.digests import digest_of
from partnerdir.alerts.errors import NotDelivered, Unreachable
from partnerdir.alerts.fallbacks import add_fallbacks
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.notices import Notice
from partnerdir.alerts.queries import Pile, bare_channel, is_free, is_held_by_nobody, list_free_piles
from partnerdir.alerts.readings import HELD, Reading, read
from partnerdir.alerts.rules import (
    LEASE,
    LONGEST_WAIT,
    LONGEST_WAIT_FOR_SERVER,
    ChannelName,
    DeliveryState,
    wait_before_try,
)
from partnerdir.database import db, writing
from partnerdir.settings import Settings

AT_ONCE = 100
MOST_IN_ONE = 500  # so that a reader's mail is whole, and is made well within a lease
Counts = Counter[DeliveryState]
log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way for a notice to travel."""

    @property
    def off_because(self) -> str:
        """Why nothing can go this way as things are set; empty when it can."""

    def send(self, notice: Notice) -> None:
        """Sends it. Raises: NotDelivered."""


@dataclass(frozen=True)
class Claim:
    """The right to send these deliveries as one notice, for as long as a lease lasts; `attempts` counts each one's tries."""

    attempts: Mapping[uuid.UUID, int]
    ends_at: datetime
    channel: str
    batch_id: uuid.UUID | None  # what they were sent as before, if they were


def send_waiting(
    channels: Mapping[ChannelName, Channel], settings: Settings, is_stopping: Callable[[], bool] = lambda: False
) -> Counts:
    """Sends what waits and says how many deliveries ended in which state; stops between two messages when asked to.

    Raises: Unreachable, when a channel is down and what waits for it must go on waiting; the others went out.
    """
    counts: Counts = Counter()
    off = {str(name): channel.off_because for name, channel in channels.items() if channel.off_because}
    for name, reason in off.items():
        _say_why_it_waits(name, reason)
    down: dict[str, Unreachable] = {}
    while not is_stopping() and (piles := list_free_piles(clock.now(), AT_ONCE, without={*off, *down})):
        for pile in piles:
            if is_stopping() or pile.channel in down:
                continue
            claim = claimed(pile)
            try:
                counts += _send_claimed(claim, channels, settings) if claim else Counter()
            except Unreachable as error:
                down[pile.channel] = error
    for trouble in down.values():
        raise trouble
    return counts


def claimed(pile: Pile) -> Claim | None:
    """Claims a pile by one conditional update, committed; None when another process was first.

    What is free brings along what was held back for its reader and never tried, so that all that may go, goes in one.
    """
    now = clock.now()
    joins = is_held_by_nobody(now) if pile.batch_id else is_free(now) | (is_held_by_nobody(now) & (Delivery.attempts == 0))
    lying = sa.select(Delivery.id).where(pile.is_of, joins).order_by(Delivery.next_try_at, Delivery.id).limit(MOST_IN_ONE)
    update = (
        sa.update(Delivery)
        .where(Delivery.id.in_(lying.with_for_update()))
        .values(claim_ends_at=now + LEASE, attempts=Delivery.attempts + 1)
        .returning(Delivery.id, Delivery.attempts)
        .execution_options(synchronize_session=False)
    )
    with writing(by="outbox") as session:
        attempts = dict(session.execute(update).all())
    return Claim(attempts, now + LEASE, pile.channel, pile.batch_id) if attempts else None


def _send_claimed(claim: Claim, channels: Mapping[ChannelName, Channel], settings: Settings) -> Counts:
    reading = read(claim.attempts, settings, is_again=claim.batch_id is not None)
    batch_id = claim.batch_id or reading.batch_id
    counts = _left_out(claim, reading)
    going = list(reading.notices)
    if not going or not _is_still_ours(claim, going, batch_id):
        return counts
    try:
        notices = list(reading.notices.values())
        notice = replace(notices[0], id=batch_id) if len(notices) == 1 else digest_of(notices, batch_id, settings)
        channels[ChannelName(claim.channel)].send(notice)
    except NotDelivered as error:
        if error.permanent:
            return counts + _mark(claim, going, DeliveryState.FAILED, reason=str(error))
        is_down = isinstance(error, Unreachable)
        counts += _mark_for_later(claim, going, str(error), LONGEST_WAIT_FOR_SERVER if is_down else LONGEST_WAIT, error.wait)
        if is_down:
            raise
        return counts
    except Exception as error:
        log.exception("Deliveries %s could not be sent.", going)
        return counts + _mark_for_later(claim, going, f"{type(error).__name__}: {error}")
    return counts + _mark(claim, going, DeliveryState.SENT, sent_at=clock.now(), reason="")


def _left_out(claim: Claim, reading: Reading) -> Counts:
    """Marks what does not go: what is not true any more, what its reader holds back, what cannot be read."""
    counts: Counts = Counter()
    for reason, ids in _turned(reading.dropped).items():
        counts += _mark(claim, ids, DeliveryState.DROPPED, reason=reason)
    # Whatever others leave behind is no part of their batch any more: under its name it would be taken for a repetition.
    stays: dict[str, Any] = {"batch_id": None} if reading.notices else {}
    for wait, ids in _turned(reading.waits).items():
        next_try_at = clock.now() + wait
        counts += _mark(claim, ids, DeliveryState.WAITING, reason=HELD, next_try_at=next_try_at, attempts=0, **stays)
    for delivery_id, reason in reading.broken.items():
        counts += _mark_for_later(claim, [delivery_id], reason, **stays)
    return counts


def _turned(found: Mapping[uuid.UUID, Any]) -> dict[Any, list[uuid.UUID]]:
    turned: dict[Any, list[uuid.UUID]] = defaultdict(list)
    for delivery_id, value in found.items():
        turned[value].append(delivery_id)
    return turned


def _is_still_ours(claim: Claim, ids: Collection[uuid.UUID], batch_id: uuid.UUID) -> bool:
    """Writes down what goes as one, before it goes; whether all of it is still claimed by us."""
    with writing(by="outbox") as session:
        found: Any = session.execute(_update(claim, ids).values(batch_id=batch_id))
    if found.rowcount != len(ids):
        log.warning("Batch %s was not sent: it took longer to make ready than its claim lasts.", batch_id)
    return bool(found.rowcount == len(ids))


def _mark_for_later(
    claim: Claim,
    ids: Collection[uuid.UUID],
    reason: str,
    longest: timedelta = LONGEST_WAIT,
    asked_for: timedelta | None = None,
    **values: Any,
) -> Counts:
    tries = max(claim.attempts[delivery_id] for delivery_id in ids)
    wait = wait_before_try(tries, random.random(), longest)  # noqa: S311  # spreads retries; nothing secret
    next_try_at = clock.now() + (min(asked_for, LONGEST_WAIT) if asked_for else wait)
    return _mark(claim, ids, DeliveryState.WAITING, reason=reason, next_try_at=next_try_at, **values)


def _mark(claim: Claim, ids: Collection[uuid.UUID], state: DeliveryState, **values: Any) -> Counts:
    """Ends a claim with what came of these, unless it ran out and another process holds them now."""
    settled_at = clock.now() if state in (DeliveryState.SENT, DeliveryState.DROPPED) else None
    with writing(by="outbox") as session:
        marked: Any = session.execute(
            _update(claim, ids).values(state=state, claim_ends_at=None, settled_at=settled_at, **values)
        )
        if state is DeliveryState.FAILED:
            add_fallbacks(ids)
    if marked.rowcount < len(ids):
        log.warning("%s of the deliveries %s took longer than their claim.", len(ids) - marked.rowcount, list(ids))
    return Counter({state: len(ids)})


def _update(claim: Claim, ids: Iterable[uuid.UUID]) -> sa.Update:
    ours = sa.update(Delivery).where(Delivery.id.in_(list(ids)), Delivery.claim_ends_at == claim.ends_at)
    return ours.execution_options(synchronize_session=False)


def _say_why_it_waits(channel: str, reason: str) -> None:
    """Writes the reason beside whatever waits for a channel that is off."""
    waits = sa.and_(
        Delivery.state == DeliveryState.WAITING,
        bare_channel == channel,
        Delivery.reason != reason,
        is_held_by_nobody(clock.now()),
    )
    is_any = db.session.scalar(sa.select(sa.exists().where(waits)))
    db.session.rollback()
    if is_any:
        with writing(by="outbox") as session:
            session.execute(sa.update(Delivery).where(waits).values(reason=reason).execution_options(synchronize_session=False))
