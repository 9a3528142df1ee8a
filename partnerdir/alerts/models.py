"""What is stored of watches, alerts and their deliveries."""

import uuid
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState, Fact, Pace
from partnerdir.database import Base, Moment, Record, one_of
from partnerdir.directory.models import Contact, Need, Organisation, Service
from partnerdir.geography.models import Area
from partnerdir.lists.models import Shortlist


class Watch(Record, Base):
    """An account's wish to be told of a service, all that an organisation runs, a route (a need in an area), or a shortlist."""

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    service_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    need_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("need.id"), index=True)
    area_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    shortlist_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("shortlist.id", ondelete="CASCADE"), index=True)
    began_on: Mapped[date] = mapped_column(default=clock.today)
    # The end that had passed when the watch began: the watcher saw it then, and is not told of it.
    already_ended_on: Mapped[date | None] = mapped_column()

    account: Mapped[Account] = relationship()
    service: Mapped[Service] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    need: Mapped[Need | None] = relationship()
    area: Mapped[Area | None] = relationship()
    shortlist: Mapped[Shortlist | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("account_id", "service_id"),
        sa.UniqueConstraint("account_id", "organisation_id"),
        sa.UniqueConstraint("account_id", "need_id", "area_id"),
        sa.UniqueConstraint("account_id", "shortlist_id"),
        sa.CheckConstraint(
            "CASE WHEN service_id IS NULL THEN 0 ELSE 1 END + CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN need_id IS NULL THEN 0 ELSE 1 END + CASE WHEN shortlist_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_subject",
        ),
        sa.CheckConstraint("need_id IS NULL OR area_id IS NOT NULL", name="route_has_area"),
        sa.CheckConstraint("area_id IS NULL OR need_id IS NOT NULL", name="route_has_need"),
    )

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account: who watches is no part of a service's history."""
        return self.account_id

    @property
    def subject(self) -> str:
        """What is watched, by name."""
        if self.need and self.area:
            return f"{self.need.name} in {self.area.name}"
        if self.shortlist:
            return f"the list “{self.shortlist.name}”"
        return self.organisation.name if self.organisation else self.service.name


class MovedWatch(Base):
    """A watch on a service that was merged, as it was, so that it can come back when the merge is undone."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    # The service that was watched.
    merged_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), index=True)
    began_on: Mapped[date] = mapped_column()
    already_ended_on: Mapped[date | None] = mapped_column()
    # Their watch on the service that is left; new where they did not watch that one before.
    watch_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("watch.id", ondelete="SET NULL"), index=True)
    is_new: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.UniqueConstraint("account_id", "merged_id"),)


class Alert(Base):
    """One fact worth telling, once: its key says what the fact is, and is unique.

    Alerts and deliveries are a ledger of their own, so the change log does not repeat them.
    """

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    kind: Mapped[AlertKind] = mapped_column(one_of(AlertKind))
    service_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id"))
    need_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("need.id"))
    area_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("area.id"))
    ends_on: Mapped[date | None] = mapped_column()
    threshold: Mapped[int | None] = mapped_column()
    mark: Mapped[str] = mapped_column(sa.String(60), default="")
    # Plain values that the words need and that nothing else keeps, such as the end before this one.
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    found_on: Mapped[date] = mapped_column()
    is_superseded: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship()
    need: Mapped[Need | None] = relationship()
    area: Mapped[Area | None] = relationship()

    __table_args__ = (sa.Index("ix_alert_service_id_kind_ends_on", "service_id", "kind", "ends_on"),)

    @property
    def fact(self) -> Fact:
        """The fact it tells."""
        return Fact(self.kind, self.ends_on, self.threshold, self.mark or "", self.details or {})


class Delivery(Base):
    """One alert to one person, or to a service's own contact, over one channel: a row of the outbox."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    alert_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alert.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    channel: Mapped[ChannelName] = mapped_column(one_of(ChannelName), default=ChannelName.EMAIL)
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState), default=DeliveryState.WAITING)
    # Why this person gets it, as a sentence.
    why: Mapped[str] = mapped_column(sa.Text, default="")
    # The day that a scan took for today when it was told to; empty when it was today.
    rehearsed_on: Mapped[date | None] = mapped_column()
    next_try_at: Mapped[datetime] = mapped_column(Moment)
    claim_ends_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    # When it was sent or dropped, and something else of the same service may have become due by that.
    settled_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    # When a contact who was asked to confirm a service answered.
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    # What went, or is to go, in one notice with it; kept until it is sent, so that a second try is the same notice again.
    batch_id: Mapped[uuid.UUID | None] = mapped_column()
    # Why the last try failed, or why it was dropped.
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # The delivery that failed for good, in whose place this one goes to somebody else.
    stands_in_for_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("delivery.id"), index=True)

    alert: Mapped[Alert] = relationship()
    account: Mapped[Account | None] = relationship()
    contact: Mapped[Contact | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("alert_id", "account_id", "channel"),
        sa.UniqueConstraint("alert_id", "contact_id", "channel"),
        sa.Index("ix_delivery_state_next_try_at", "state", "next_try_at"),
    )


# What a person does with what they are told, and how they wish to be told.


class AlertReceipt(Record, Base):
    """What a person said to an alert: that they know, when to ask again, whom they gave it to."""

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("alert.id"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    asks_again_on: Mapped[date | None] = mapped_column()
    handed_to_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)

    alert: Mapped[Alert] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=account_id)
    handed_to: Mapped[Account | None] = relationship(foreign_keys=handed_to_id)

    __table_args__ = (sa.UniqueConstraint("alert_id", "account_id"),)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account, as its watches are."""
        return self.account_id


class AlertChoice(Record, Base):
    """How a person wishes to be told; who has none is told of what is urgent at once, and of the rest on Mondays."""

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    pace: Mapped[Pace] = mapped_column(one_of(Pace), default=Pace.WEEKLY)
    # Of what is urgent: what has ended, closed or been paused, and what ends within 14 days.
    urgent_pace: Mapped[Pace] = mapped_column(one_of(Pace, "urgent_pace"), default=Pace.AT_ONCE)
    # Civil times between which no mail is sent; both or neither.
    quiet_from: Mapped[time | None] = mapped_column()
    quiet_until: Mapped[time | None] = mapped_column()
    is_paused: Mapped[bool] = mapped_column(default=False)
    wants_mail: Mapped[bool] = mapped_column(default=True)
    # Where a machine of theirs is told as well; such an address is often a secret by itself.
    webhook_url: Mapped[str] = mapped_column(sa.Text, default="")

    unlogged = ("webhook_url",)

    account: Mapped[Account] = relationship()

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account, as its watches are."""
        return self.account_id


class FeedAddress(Record, Base):
    """The secret address of a person's calendar and news feed; only its fingerprint is kept."""

    unlogged = ("fingerprint",)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64), unique=True)

    account: Mapped[Account] = relationship()

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account, as its watches are."""
        return self.account_id


# What scans keep: when one service's watchers are warned, and how far the last scan looked.


class ServiceThresholds(Record, Base):
    """How many days before an end the watchers of one service are warned, where that differs from everybody else's."""

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), unique=True)
    days: Mapped[list[int]] = mapped_column(sa.JSON)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its service."""
        return self.service_id


class ScanMark(Base):
    """How far the last scan that was completed looked; one row, and no record of its own in the change log."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The civil day up to which everything that is due was found.
    looked_for_on: Mapped[date] = mapped_column()
    # The last day on which everything was asked about, and not only what had changed or come due since.
    looked_at_all_on: Mapped[date] = mapped_column()
    # The settings that it was looked at with: days of warning, and days until a listing is looked at again.
    asked_with: Mapped[str] = mapped_column(sa.Text)
    # The newest line of the change log then.
    change_id: Mapped[int] = mapped_column(sa.BigInteger)
    looked_at: Mapped[datetime] = mapped_column(Moment)
