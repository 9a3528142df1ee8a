"""What one row of a source says of one service, in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from partnerdir.directory.models import Location, Organisation, OrganisationIdentifier, Phone, Service
from partnerdir.exchange.columns import FaultyRow


@dataclass(frozen=True)
class Body:
    """An organisation as a source names it."""

    identifier: str
    name: str
    website: str = ""


@dataclass(frozen=True)
class Payment:
    """The window of a grant, and the fund that it is from."""

    funder: Body
    fund: str
    fields: Mapping[str, date | Decimal | str | None]


@dataclass(frozen=True)
class Listing:
    """What a source says of a service."""

    organisation: Body
    fields: Mapping[str, Any]
    needs: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    place: Mapping[str, Any] | None = None
    place_note: str = ""
    hours: str = ""
    payment: Payment | None = None

    def __post_init__(self) -> None:
        refuse_too_long(Service, self.fields)
        refuse_too_long(Organisation, {"name": self.organisation.name, "website": self.organisation.website})
        refuse_too_long(OrganisationIdentifier, {"identifier": self.organisation.identifier})
        refuse_too_long(Location, self.place or {})
        for number in self.phones:
            refuse_too_long(Phone, {"number": number})


@dataclass(frozen=True)
class Entry:
    """One row ready to be applied: its key, where it stands, what the source said and what we make of that."""

    key: str
    where: str
    row: dict[str, Any]
    listing: Listing
    left_out: tuple[str, ...] = field(default=())


def refuse_too_long(model: type[Any], fields: Mapping[str, Any]) -> None:
    """Refuses a text that its column cannot hold; PostgreSQL would fail half way. Raises: FaultyRow."""
    for name, value in fields.items():
        most = LENGTHS[model].get(name)
        if most and isinstance(value, str) and len(value) > most:
            raise FaultyRow(f"the {name.replace('_', ' ')} is {len(value):,} characters long; {most} is the most we keep")


MODELS: tuple[type[Any], ...] = (Service, Organisation, OrganisationIdentifier, Location, Phone)
LENGTHS = {
    model: {
        column.name: column.type.length
        for column in model.__table__.columns
        if isinstance(column.type, sa.String) and column.type.length
    }
    for model in MODELS
}
