"""What is stored of shortlists, saved searches and how far somebody has read; a worker's own words stay out of the log."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.database import Base, Moment, Record
from partnerdir.directory.models import Organisation, Service
from partnerdir.lists.rules import LONGEST_NAME


class Shortlist(Record, Base):
    """Services that somebody put together, under a word of their own."""

    unlogged = ("name",)  # whoever deletes a list deletes its name

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    made_on: Mapped[date] = mapped_column(default=clock.today)

    account: Mapped[Account] = relationship()
    entries: Mapped[list["ShortlistEntry"]] = relationship(cascade="all, delete-orphan")
    shares: Mapped[list["ShortlistShare"]] = relationship(cascade="all, delete-orphan")


class _PartOfShortlist:
    """A record that belongs to one shortlist and is filed under it."""

    shortlist_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("shortlist.id", ondelete="CASCADE"), index=True)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its list: who keeps a service is no part of the service's history."""
        return self.shortlist_id


class ShortlistEntry(_PartOfShortlist, Record, Base):
    """A service on a list, who put it there, and since when."""

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), index=True)
    added_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    added_on: Mapped[date] = mapped_column(default=clock.today)

    __table_args__ = (sa.UniqueConstraint("shortlist_id", "service_id"),)


class ShortlistShare(_PartOfShortlist, Record, Base):
    """That a list is open to one colleague, or to everybody of an organisation, and whether they may add to it."""

    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    may_add: Mapped[bool] = mapped_column(default=False)

    account: Mapped[Account | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("shortlist_id", "account_id"),
        sa.UniqueConstraint("shortlist_id", "organisation_id"),
        sa.CheckConstraint("(account_id IS NULL) <> (organisation_id IS NULL)", name="one_reader"),
    )


class SavedSearch(Record, Base):
    """A question that somebody wants asked again every day, to be told of what matches it newly."""

    unlogged = ("name", "question", "looked_on", "is_too_wide")

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    # The question's fields as JSON: words, need, place and the rest.
    question: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    made_on: Mapped[date] = mapped_column(default=clock.today)
    # The civil day on which it was asked last; empty until the first time.
    looked_on: Mapped[date | None] = mapped_column(index=True)
    # Whether so much matched it the last time that nobody would read it.
    is_too_wide: Mapped[bool] = mapped_column(default=False)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account."""
        return self.account_id


class SearchMatch(Base):
    """A service that has matched a saved search before; the daily look's own memory, and no record of the change log."""

    search_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Service.id, ondelete="CASCADE"), primary_key=True, index=True)


class ReadingMark(Record, Base):
    """Up to which moment somebody says that they have read what changed."""

    unlogged = ("read_at",)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    read_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account."""
        return self.account_id
