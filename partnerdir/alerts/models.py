"""What is stored of watches, alerts and their deliveries."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir.accounts.models import Account
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState, Fact
from partnerdir.database import Base, Moment, Record, one_of
from partnerdir.directory.models import Service


class Watch(Record, Base):
    """An account's wish to be told of a service."""

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    # The end that had passed when the watch began: the watcher saw it then, and is not told of it.
    already_ended_on: Mapped[date | None] = mapped_column()

    account: Mapped[Account] = relationship()
    service: Mapped[Service] = relationship()

    __table_args__ = (sa.UniqueConstraint("account_id", "service_id"),)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account: who watches is no part of a service's history."""
        return self.account_id


class Alert(Base):
    """One fact worth telling, once: the kind, the service, the end day and the threshold make it unique.

    Alerts and deliveries are a ledger of their own, so the change log does not repeat them.
    """

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[AlertKind] = mapped_column(one_of(AlertKind))
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    ends_on: Mapped[date] = mapped_column()
    threshold: Mapped[int] = mapped_column()
    found_on: Mapped[date] = mapped_column()
    is_superseded: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship()

    __table_args__ = (sa.UniqueConstraint("kind", "service_id", "ends_on", "threshold"),)

    @property
    def fact(self) -> Fact:
        """The fact it tells."""
        return Fact(self.kind, self.ends_on, self.threshold)


class Delivery(Base):
    """One alert to one person over one channel: a row of the outbox."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    alert_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alert.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    channel: Mapped[ChannelName] = mapped_column(one_of(ChannelName), default=ChannelName.EMAIL)
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState), default=DeliveryState.WAITING)
    # The day that a scan took for today when it was told to; empty when it was today.
    rehearsed_on: Mapped[date | None] = mapped_column()
    next_try_at: Mapped[datetime] = mapped_column(Moment)
    claim_ends_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    # Why the last try failed, or why it was dropped.
    reason: Mapped[str] = mapped_column(sa.Text, default="")

    alert: Mapped[Alert] = relationship()
    account: Mapped[Account] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("alert_id", "account_id", "channel"),
        sa.Index("ix_delivery_state_next_try_at", "state", "next_try_at"),
    )
