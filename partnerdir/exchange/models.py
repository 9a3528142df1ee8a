"""What is stored of imports."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partnerdir.database import Base, Moment, Record


class ImportRun(Record, Base):
    """One import that was applied: of what file, by whom, what it did and what it refused and why."""

    unlogged = ("refused",)

    layout: Mapped[str] = mapped_column(sa.String(60), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(300))
    applied_at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column("applied_by", sa.String(200))
    counts: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)


class SourceRow(Base):
    """What a source last said of one service: its key there, and the values it gave."""

    __tablename__ = "source_row"

    layout: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    row: Mapped[dict[str, Any]] = mapped_column("last_values", sa.JSON)
    gone_on: Mapped[date | None] = mapped_column()
