"""What is asked of watches, alerts and the outbox."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.rules import LEASE, LONGEST_WAIT, DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Service


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
    """The organisations, and the needs in an area, that an account watches, in order of their names."""
    query = sa.select(Watch).where(Watch.account_id == account_id, Watch.service_id.is_(None))
    subjects = (joinedload(Watch.organisation), joinedload(Watch.need), joinedload(Watch.area))
    return sorted(db.session.scalars(query.options(*subjects)), key=lambda watch: watch.subject.lower())


def find_wider_watch(account_id: uuid.UUID, **subject: uuid.UUID) -> Watch | None:
    """This account's watch on an organisation (organisation_id), or on a need in an area (need_id, area_id)."""
    return db.session.scalar(sa.select(Watch).filter_by(account_id=account_id, **subject))


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
        Delivery.claim_ends_at.is_(None) | (Delivery.claim_ends_at < now) | (Delivery.claim_ends_at > now + 2 * LEASE),
    )


def list_free_deliveries(now: datetime, limit: int) -> list[uuid.UUID]:
    """The ids of deliveries that may be tried now, the longest waiting first."""
    query = sa.select(Delivery.id).where(is_free(now)).order_by(Delivery.next_try_at, Delivery.id).limit(limit)
    return list(db.session.scalars(query))


def require_delivery(delivery_id: uuid.UUID) -> Delivery:
    """The delivery with its alert, its service and the account it goes to."""
    query = (
        sa.select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(
            joinedload(Delivery.account),
            joinedload(Delivery.alert).joinedload(Alert.service).joinedload(Service.organisation),
        )
    )
    return db.session.scalars(query).one()


def count_waiting() -> int:
    """How many deliveries wait to be sent."""
    query = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.WAITING)
    return db.session.scalar(query) or 0
