"""What could not be sent: what failed for good and nobody tried again, and what has been tried for more than a day."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import ChannelName, DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Contact
from partnerdir.errors import Missing

LONG = timedelta(days=1)
MOST = 500  # deliveries on one page; the count beside it says how many there are


@dataclass(frozen=True)
class Unsent:
    """What one reader was not told over one channel, for one reason; `instead` are those who hear it in their place."""

    account: Account | None
    contact: Contact | None
    channel: ChannelName
    reason: str
    has_failed: bool
    deliveries: tuple[Delivery, ...]
    instead: tuple[Account, ...]

    @property
    def first(self) -> Delivery:
        """The one that has been known of for longest."""
        return self.deliveries[0]


def is_unsent(day: date) -> sa.ColumnElement[bool]:
    """Whether a delivery could not be sent: failed for good, or found more than a day ago, tried, and still waiting."""
    told = aliased(Alert)  # so that a query which joins alerts for itself may ask this too
    is_old = sa.exists().where(told.id == Delivery.alert_id, told.found_on < day - LONG)
    is_stuck = (Delivery.state == DeliveryState.WAITING) & (Delivery.attempts > 0) & is_old
    return (Delivery.state == DeliveryState.FAILED) | is_stuck


def count_unsent(day: date) -> int:
    """How many deliveries could not be sent."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(is_unsent(day))) or 0


def count_failed() -> int:
    """How many deliveries failed for good and were not tried again."""
    failed = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.FAILED)
    return db.session.scalar(failed) or 0


def list_unsent(day: date) -> list[Unsent]:
    """What could not be sent, by reader and reason: what failed for good first, then by the reader."""
    query = (
        sa.select(Delivery)
        .join(Delivery.alert)
        .where(is_unsent(day))
        .options(
            joinedload(Delivery.account).selectinload(Account.roles),
            joinedload(Delivery.contact),
            joinedload(Delivery.alert).joinedload(Alert.service),
        )
        .order_by(Alert.found_on, Delivery.id)
        .limit(MOST)
    )
    groups: dict[tuple[object, ...], list[Delivery]] = defaultdict(list)
    for delivery in db.session.scalars(query).unique():
        reader_id = delivery.account_id or delivery.contact_id
        groups[delivery.state, reader_id, delivery.channel, delivery.reason].append(delivery)
    instead = _list_stand_ins(delivery.id for group in groups.values() for delivery in group)
    return sorted((_unsent(group, instead) for group in groups.values()), key=_order)


def _unsent(group: list[Delivery], instead: dict[uuid.UUID, list[Account]]) -> Unsent:
    first = group[0]
    people = {account.id: account for delivery in group for account in instead[delivery.id]}
    has_failed = first.state is DeliveryState.FAILED
    return Unsent(first.account, first.contact, first.channel, first.reason, has_failed, tuple(group), tuple(people.values()))


def _order(unsent: Unsent) -> tuple[bool, str, str]:
    return not unsent.has_failed, unsent.account.email if unsent.account else "", str(unsent.first.id)


def _list_stand_ins(delivery_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Account]]:
    """Who hears, or heard, in the place of whom each of these deliveries did not reach."""
    query = (
        sa.select(Delivery)
        .where(Delivery.stands_in_for_id.in_(list(delivery_ids)))
        .where(Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENT)))
        .options(joinedload(Delivery.account), selectinload(Delivery.account, Account.roles))
        .order_by(Delivery.id)
    )
    found: dict[uuid.UUID, list[Account]] = defaultdict(list)
    for delivery in db.session.scalars(query):
        if delivery.account is not None and delivery.stands_in_for_id is not None:
            found[delivery.stands_in_for_id].append(delivery.account)
    return found


def try_again(delivery_id: uuid.UUID, day: date) -> int:
    """Lets all that this delivery's reader was not told over its channel be tried now, and says how many those are.

    Raises: Missing, when the delivery could be sent after all.
    """
    delivery = db.session.scalar(sa.select(Delivery).where(Delivery.id == delivery_id, is_unsent(day)))
    if delivery is None:
        raise Missing("There is no such delivery that could not be sent.")
    reader = Delivery.contact_id == delivery.contact_id
    if delivery.account_id is not None:
        reader = Delivery.account_id == delivery.account_id
    query = sa.select(Delivery).where(is_unsent(day), reader, Delivery.channel == delivery.channel)
    unsent = db.session.scalars(query).all()
    for one in unsent:
        one.state, one.next_try_at = DeliveryState.WAITING, clock.now()
        one.attempts, one.claim_ends_at, one.reason = 0, None, ""
    return len(unsent)
