"""What is stored of funders, their funds and the days they pay for."""

import uuid
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir.database import Base, Record, one_of
from partnerdir.directory.models import Service
from partnerdir.funding.rules import Certainty, EndKind, Renewal


class Funder(Record, Base):
    """Who pays."""

    name: Mapped[str] = mapped_column(sa.String(300))
    identifier: Mapped[str | None] = mapped_column(sa.String(100), unique=True)


class Fund(Record, Base):
    """A named pot of a funder's."""

    funder_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("funder.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(300))

    funder: Mapped[Funder] = relationship()

    __table_args__ = (sa.UniqueConstraint("funder_id", "name"),)


class FundingWindow(Record, Base):
    """The days between which a fund pays for a service; both days are included."""

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    fund_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    starts_on: Mapped[date | None] = mapped_column(index=True)
    ends_on: Mapped[date | None] = mapped_column(index=True)
    end_kind: Mapped[EndKind] = mapped_column(one_of(EndKind), default=EndKind.FIXED)
    amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 2))
    currency: Mapped[str] = mapped_column(sa.String(3), default="GBP")
    is_essential: Mapped[bool] = mapped_column(default=True)
    certainty: Mapped[Certainty] = mapped_column(one_of(Certainty), default=Certainty.CONFIRMED)
    renewal: Mapped[Renewal] = mapped_column(one_of(Renewal), default=Renewal.NOT_STARTED)
    decision_due_on: Mapped[date | None] = mapped_column()
    confirmed_on: Mapped[date | None] = mapped_column(index=True)
    confirmed_by: Mapped[str] = mapped_column(sa.String(200), default="")
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    grant_id: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    note: Mapped[str] = mapped_column(sa.Text, default="")

    service: Mapped[Service] = relationship()
    fund: Mapped[Fund] = relationship()

    __table_args__ = (
        sa.CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="days"),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
        sa.CheckConstraint("end_kind <> 'open_ended' OR ends_on IS NULL", name="open_ended"),
        sa.CheckConstraint("end_kind NOT IN ('fixed', 'estimated') OR ends_on IS NOT NULL", name="dated"),
        sa.Index("ix_funding_window_service_id_ends_on", "service_id", "ends_on"),
        sa.Index("ix_funding_window_service_id_certainty_ends_on", "service_id", "certainty", "ends_on"),
        sa.Index("ix_funding_window_renewal_decision_due_on", "renewal", "decision_due_on"),
    )

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its service."""
        return self.service_id
