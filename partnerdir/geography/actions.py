"""What is done to the map: writes only, never commits."""

import uuid

from partnerdir.database import db
from partnerdir.geography.models import Area, AreaKind, Postcode


def add_area(name: str, code: str, kind: AreaKind, parent_id: uuid.UUID | None = None) -> Area:
    """Adds a named part of the map."""
    area = Area(name=name, code=code, kind=kind, parent_id=parent_id)
    db.session.add(area)
    return area


def add_postcode(code: str, latitude: float, longitude: float, area_id: uuid.UUID | None) -> Postcode:
    """Adds a postcode with the point in its middle, in degrees."""
    postcode = Postcode(code=code, latitude=latitude, longitude=longitude, area_id=area_id)
    db.session.add(postcode)
    return postcode
