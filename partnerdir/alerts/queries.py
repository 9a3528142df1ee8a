"""What is asked of watches, alerts and the outbox."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partnerdir.alerts.models import Alert, AlertChoice, Delivery, Watch
from partnerdir.alerts.rules import LEASE, LONGEST_WAIT, ChannelName, DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Service

MOST_AT_ONCE = 500  # accounts asked about in one question
bare_channel = sa.type_coerce(Delivery.channel, sa.String)


def list_watches(account_id: uuid.UUID) -> list[Watch]:
    """What an account watches, in order of the services' names."""
    query = (
        sa.select(Watch)
        .join(Watch.service)
        .where(Watch.account_id == account_id, Watch.service_id.is_not(None))
        .options(joinedload(Watch.service).selectinload(Service.organisation))
        .order_by(sa.func.lower(Service.name), Service.id)
    )
    return list(db.session.scalars(query))


def find_watch(account_id: uuid.UUID, service_id: uuid.UUID) -> Watch | None:
    """This account's watch on this service."""
    return db.session.scalar(sa.select(Watch).where(Watch.account_id == account_id, Watch.service_id == service_id))


def list_wider_watches(account_id: uuid.UUID) -> list[Watch]:
    """The organisations, the lists, and the needs in an area, that an account watches, in order of their names."""
    query = sa.select(Watch).where(Watch.account_id == account_id, Watch.service_id.is_(None))
    subjects = (joinedload(Watch.organisation), joinedload(Watch.need), joinedload(Watch.area), joinedload(Watch.shortlist))
    return sorted(db.session.scalars(query.options(*subjects)), key=lambda watch: watch.subject.lower())


def find_wider_watch(account_id: uuid.UUID, **subject: uuid.UUID) -> Watch | None:
    """This account's watch on an organisation_id, on a need in an area (need_id, area_id), or on a list (shortlist_id)."""
    return db.session.scalar(sa.select(Watch).filter_by(account_id=account_id, **subject))


def list_watches_of_list(shortlist_id: uuid.UUID) -> list[Watch]:
    """Everybody's watches on a list."""
    return list(db.session.scalars(sa.select(Watch).where(Watch.shortlist_id == shortlist_id)))


def find_watch_by_id(watch_id: uuid.UUID) -> Watch | None:
    """The watch with this id, which an unsubscribe link names."""
    return db.session.get(Watch, watch_id)


def is_free(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a delivery waits, its time has come, and nobody holds it.

    A time too far ahead to have been set by a right clock counts as come.
    """
    return sa.and_(
        Delivery.state == DeliveryState.WAITING,
        (Delivery.next_try_at <= now) | (Delivery.next_try_at > now + 2 * LONGEST_WAIT),
        is_held_by_nobody(now),
    )


def is_held_by_nobody(now: datetime) -> sa.ColumnElement[bool]:
    """Whether no process holds a delivery, or one that must be dead."""
    return Delivery.claim_ends_at.is_(None) | (Delivery.claim_ends_at < now) | (Delivery.claim_ends_at > now + 2 * LEASE)


@dataclass(frozen=True)
class Pile:
    """What waits for one person over one channel and has not been tried; or a batch that was tried, which stays as it is.

    The channel is the bare word, so that a row with a wrong one is found like every other.
    """

    account_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    channel: str
    batch_id: uuid.UUID | None

    @property
    def is_of(self) -> sa.ColumnElement[bool]:
        """Whether a delivery lies on it."""
        return sa.and_(
            Delivery.state == DeliveryState.WAITING,
            Delivery.account_id == self.account_id,
            Delivery.contact_id == self.contact_id,
            bare_channel == self.channel,
            Delivery.batch_id == self.batch_id,
        )


def list_free_piles(now: datetime, limit: int, without: Collection[str] = ()) -> list[Pile]:
    """The piles from which something may be tried now, the longest waiting first, `without` those of these channels."""
    columns = (Delivery.account_id, Delivery.contact_id, bare_channel, Delivery.batch_id)
    query = (
        sa.select(*columns)
        .where(is_free(now), bare_channel.not_in(without))
        .group_by(*columns)
        .order_by(sa.func.min(Delivery.next_try_at), Delivery.account_id)
        .limit(limit)
    )
    return [Pile(*row) for row in db.session.execute(query)]


def require_delivery(delivery_id: uuid.UUID) -> Delivery:
    """The delivery with its alert, its service and whom it goes to."""
    query = (
        sa.select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(
            joinedload(Delivery.account),
            joinedload(Delivery.alert).joinedload(Alert.service).joinedload(Service.organisation),
        )
    )
    return db.session.scalars(query).one()


def list_services_of(delivery_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """The services that these deliveries are about."""
    query = sa.select(Alert.service_id).join(Delivery, Delivery.alert_id == Alert.id).where(Delivery.id.in_(delivery_ids))
    return [service_id for service_id in db.session.scalars(query.distinct()) if service_id]


def count_waiting() -> int:
    """How many deliveries wait to be sent."""
    query = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.WAITING)
    return db.session.scalar(query) or 0


def list_channels(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[ChannelName, ...]]:
    """The channels that each of these accounts wants to be told over; mail, where they chose nothing."""
    wanted = list(dict.fromkeys(account_ids))
    found: dict[uuid.UUID, tuple[ChannelName, ...]] = dict.fromkeys(wanted, (ChannelName.EMAIL,))
    for start in range(0, len(wanted), MOST_AT_ONCE):
        chosen = sa.select(AlertChoice).where(AlertChoice.account_id.in_(wanted[start : start + MOST_AT_ONCE]))
        found |= {choice.account_id: _channels_of(choice) for choice in db.session.scalars(chosen)}
    return found


def _channels_of(choice: AlertChoice) -> tuple[ChannelName, ...]:
    mail = (ChannelName.EMAIL,) if choice.wants_mail else ()
    return (*mail, ChannelName.WEBHOOK) if choice.webhook_url else mail
