"""What is stored of the map."""

import uuid
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir.database import Base, Record, one_of


class AreaKind(StrEnum):
    """How large an area is."""

    NATION = "nation"
    COUNCIL = "council"
    WARD = "ward"


class Area(Record, Base):
    """A named part of the map, in a tree."""

    name: Mapped[str] = mapped_column(sa.String(200))
    code: Mapped[str] = mapped_column(sa.String(60), unique=True)
    kind: Mapped[AreaKind] = mapped_column(one_of(AreaKind))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("area.id"), index=True)

    parent: Mapped["Area | None"] = relationship(remote_side="Area.id")


class Postcode(Record, Base):
    """A full postcode or an outcode, with a point in the middle of it."""

    code: Mapped[str] = mapped_column(sa.String(10), unique=True)
    latitude: Mapped[float] = mapped_column()
    longitude: Mapped[float] = mapped_column()
    area_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("area.id"), index=True)

    area: Mapped[Area | None] = relationship()
