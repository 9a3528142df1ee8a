"""What is stored of watches, alerts and their deliveries."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir.accounts.models import Account
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState
from partnerdir.database import Moment, Record, db, one_of
from partnerdir.directory.models import Service


class Watch(Record, db.Model):
    """An account's wish to be told of a service."""

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)

    account: Mapped[Account] = relationship()
    service: Mapped[Service] = relationship()

    __table_args__ = (sa.UniqueConstraint("account_id", "service_id"),)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its service."""
        return self.service_id


class Alert(Record, db.Model):
    """One fact worth telling, once: the kind, the service, the end day and the threshold make it unique."""

    kind: Mapped[AlertKind] = mapped_column(one_of(AlertKind))
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    ends_on: Mapped[date] = mapped_column()
    threshold: Mapped[int] = mapped_column()
    found_on: Mapped[date] = mapped_column()
    is_superseded: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship()

    __table_args__ = (sa.UniqueConstraint("kind", "service_id", "ends_on", "threshold"),)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its service."""
        return self.service_id


class Delivery(Record, db.Model):
    """One alert to one person over one channel: a row of the outbox."""

    unlogged = ("state", "claimed_until", "attempts", "next_try_at", "sent_at", "last_error")

    alert_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alert.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    channel: Mapped[ChannelName] = mapped_column(one_of(ChannelName), default=ChannelName.EMAIL)
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState), default=DeliveryState.WAITING)
    claimed_until: Mapped[datetime | None] = mapped_column("claim_ends_at", Moment)
    next_try_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(sa.Text, default="")

    alert: Mapped[Alert] = relationship()
    account: Mapped[Account] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("alert_id", "account_id", "channel"),
        sa.Index("ix_delivery_state_next_try_at", "state", "next_try_at"),
    )
