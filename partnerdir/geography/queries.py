"""What is asked of the map."""

import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.geography.models import Area, Postcode
from partnerdir.geography.rules import Code, Precision

# Asked for every page of a service, hence made once.
_NAMES = sa.select(Area.name).where(Area.id.in_(sa.bindparam("ids", expanding=True))).order_by(Area.name)


class Middle(NamedTuple):
    """The middle of a postcode, or of a part of one, in degrees, the area that it or most of it is in, and of what it is."""

    latitude: float
    longitude: float
    area_id: uuid.UUID | None
    code: str


def list_areas() -> list[Area]:
    """Every area, in order of name."""
    return list(db.session.scalars(sa.select(Area).order_by(Area.name)))


def list_area_names_and_parents() -> Sequence[sa.Row[uuid.UUID, str, str, uuid.UUID | None]]:
    """The id, code, name and parent of every area, in order of name; much quicker than the areas themselves."""
    return db.session.execute(sa.select(Area.id, Area.code, Area.name, Area.parent_id).order_by(Area.name)).all()


def find_area(code: str) -> Area | None:
    """The area with this code."""
    return db.session.scalar(sa.select(Area).where(Area.code == code))


def list_area_names(area_ids: Iterable[uuid.UUID]) -> list[str]:
    """The names of these areas, in order."""
    return list(db.session.scalars(_NAMES, {"ids": list(area_ids)}))


def find_middle(code: Code) -> Middle | None:
    """Where a postcode is; a part of one that has no middle of its own is in the middle of the postcodes in it.

    Of a district of which only the middle is known, that is where each of its postcodes is.
    """
    exact = sa.select(Postcode.latitude, Postcode.longitude, Postcode.area_id).where(Postcode.code == code.text)
    if row := db.session.execute(exact).first():
        return Middle(*row, code.text)
    if code.precision is not Precision.UNIT and (part := _find_middle_of_part(code)):
        return part
    district = code.district
    if district == code or _find_middle_of_part(district):
        return None
    return find_middle(district)


def _find_middle_of_part(code: Code) -> Middle | None:
    start, first, last = (f"{code.text} ", "0AA", "9ZZ") if code.precision is Precision.OUTCODE else (code.text, "AA", "ZZ")
    counted = sa.func.count().label("postcodes")
    rows = db.session.execute(
        sa.select(Postcode.area_id, counted, sa.func.sum(Postcode.latitude), sa.func.sum(Postcode.longitude))
        # An index serves the first condition alone; the second holds where a database orders text without its spaces.
        .where(Postcode.code.between(start + first, start + last), Postcode.code.startswith(start))
        .group_by(Postcode.area_id)
        .order_by(counted.desc())
    ).all()
    if not rows:
        return None
    total = sum(row.postcodes for row in rows)
    return Middle(sum(row[2] for row in rows) / total, sum(row[3] for row in rows) / total, rows[0].area_id, code.text)


def count_postcodes() -> int:
    """How many postcodes and parts of postcodes have a middle."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Postcode)) or 0
