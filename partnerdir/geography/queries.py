"""What is asked of the map."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.geography.models import Area


def list_areas() -> list[Area]:
    """Every area, in order of name."""
    return list(db.session.scalars(sa.select(Area).order_by(Area.name)))


def find_area(code: str) -> Area | None:
    """The area with this code."""
    return db.session.scalar(sa.select(Area).where(Area.code == code))


def list_area_names(area_ids: Iterable[uuid.UUID]) -> list[str]:
    """The names of these areas, in order."""
    return list(db.session.scalars(sa.select(Area.name).where(Area.id.in_(list(area_ids))).order_by(Area.name)))
