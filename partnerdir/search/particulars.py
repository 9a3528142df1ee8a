"""Particulars: what is read of each service besides its words, needs and areas, for narrowing and for distance."""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from partnerdir.database import as_given
from partnerdir.directory.models import Location, Organisation, Service, ServiceAtLocation
from partnerdir.directory.rules import Referral, Taking
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty, EndKind, Renewal, outlook_on
from partnerdir.geography.models import Postcode
from partnerdir.geography.rules import read_code
from partnerdir.search.queries import Ids, list_areas_served
from partnerdir.search.traits import is_free, list_traits

Said = tuple[Any, ...]  # a row of _WINDOWS but its key

AT_ONCE = 500  # ids in one statement
NOT_FUNDED, FOR_GOOD = 0, date.max.toordinal()
YOUNGEST, OLDEST = 0, 120


class Spot(NamedTuple):
    """A place that anybody may know, in degrees, with the name of its town; roughly, in the middle of its postcode district."""

    latitude: float
    longitude: float
    town: str
    area_id: uuid.UUID | None
    is_rough: bool = False


class Paid(NamedTuple):
    """A funding window, as far as it says until when a service is paid for; many services share the same."""

    starts_on: date | None
    ends_on: date | None
    end_kind: EndKind
    is_essential: bool
    certainty: Certainty
    renewal: Renewal
    decision_due_on: date | None = None
    confirmed_on: date | None = None


class Particulars(NamedTuple):
    """What narrows a list to one service, and where it is; never a place that is confidential."""

    key: Any  # the service's id, as the database's driver gives it
    traits: frozenset[str]
    youngest: int
    oldest: int
    funded_until: int  # the last day as an ordinal
    served_ids: frozenset[uuid.UUID]
    spots: tuple[Spot, ...]


def list_particulars(connection: Connection, day: date, service_ids: Ids | None = None) -> Iterator[Particulars]:
    """The particulars of these services, or of all."""
    every = None if service_ids is None else list(service_ids)
    parts = [None] if every is None else [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]
    for part in parts:
        funded, spots = _funded_until(connection, day, part), _spots(connection, part)
        served = list_areas_served(connection, part)
        for row in connection.execute(_only(_COLUMNS, Service.id, part)):
            yield Particulars(
                row.key,
                _traits(*row[3:9], is_free(row.fees_description)),
                YOUNGEST if row.minimum_age is None else row.minimum_age,
                OLDEST if row.maximum_age is None else row.maximum_age,
                funded.get(row.key, NOT_FUNDED),
                served.get(row.key, frozenset()),
                tuple(spots.get(row.key, ())),
            )


def _text(column: Any) -> Any:
    # A list of codes as it is written: few different ones occur, and each is then read once.
    return sa.cast(column, sa.String)


_COLUMNS = sa.select(
    as_given(Service.id).label("key"),
    Service.minimum_age,
    Service.maximum_age,
    _text(Service.ways),
    _text(Service.circumstances),
    _text(Service.languages),
    _text(Service.accessibility),
    as_given(Service.referral),
    as_given(Service.taking),
    Service.fees_description,
)
_WINDOWS = sa.select(
    as_given(FundingWindow.service_id).label("key"),
    FundingWindow.starts_on,
    FundingWindow.ends_on,
    as_given(FundingWindow.end_kind),
    FundingWindow.is_essential,
    as_given(FundingWindow.certainty),
    as_given(FundingWindow.renewal),
)
# Where a confidential service is must not be told by its distance from anywhere; any mark wins.
_SPOTS = (
    sa.select(
        as_given(ServiceAtLocation.service_id).label("key"),
        Location.latitude,
        Location.longitude,
        Location.city,
        Location.area_id,
        Location.postal_code,
    )
    .select_from(ServiceAtLocation)
    .join(Location, Location.id == ServiceAtLocation.location_id)
    .join(Service, Service.id == ServiceAtLocation.service_id)
    .join(Organisation, Organisation.id == Service.organisation_id)
    .where(~Location.is_confidential, ~Service.is_confidential, ~Organisation.is_confidential)
)


@lru_cache(maxsize=50_000)
def _traits(
    ways: str, circumstances: str, languages: str, accessibility: str, referral: str, taking: str, costs_nothing: bool
) -> frozenset[str]:
    way, who, spoken, access = (json.loads(text) if text else [] for text in (ways, circumstances, languages, accessibility))
    return list_traits(way, who, spoken, access, Referral(referral), Taking(taking), costs_nothing)


def _funded_until(connection: Connection, day: date, part: Sequence[uuid.UUID] | None) -> dict[Any, int]:
    windows: dict[Any, tuple[Said, ...]] = {}
    for key, *said in connection.execute(_only(_WINDOWS, FundingWindow.service_id, part)):
        windows[key] = (*windows.get(key, ()), tuple(said))
    return {key: _until(found, day) for key, found in windows.items()}


@lru_cache(maxsize=50_000)
def _until(windows: tuple[Said, ...], day: date) -> int:
    outlook = outlook_on([_paid(*said) for said in windows], day)
    if not outlook.is_covered:
        return NOT_FUNDED
    return FOR_GOOD if outlook.funded_until is None else outlook.funded_until.toordinal()


def _paid(starts_on: date | None, ends_on: date | None, end_kind: str, essential: bool, certainty: str, renewal: str) -> Paid:
    return Paid(starts_on, ends_on, EndKind(end_kind), essential, Certainty(certainty), Renewal(renewal))


def _spots(connection: Connection, part: Sequence[uuid.UUID] | None) -> dict[Any, list[Spot]]:
    """The public places of services; one that has only a postcode is in the middle of that, or else of its district."""
    rows = connection.execute(_only(_SPOTS, ServiceAtLocation.service_id, part)).all()
    written = {row.postal_code for row in rows if row.latitude is None or row.longitude is None}
    codes = {text: code for text in written if (code := read_code(text))}
    middles = _middles(connection, {code.text for code in codes.values()} | {code.district.text for code in codes.values()})
    spots = defaultdict(list)
    for row in rows:
        if row.latitude is not None and row.longitude is not None:
            spots[row.key].append(Spot(row.latitude, row.longitude, row.city, row.area_id))
        elif code := codes.get(row.postal_code):
            known = code if code.text in middles else code.district
            if known.text in middles:
                spots[row.key].append(Spot(*middles[known.text], row.city, row.area_id, is_rough=known != code))
    return spots


def _middles(connection: Connection, codes: Iterable[str]) -> dict[str, tuple[float, float]]:
    asked, found = sorted(codes), {}
    for start in range(0, len(asked), AT_ONCE):
        columns = sa.select(Postcode.code, Postcode.latitude, Postcode.longitude)
        for code, *middle in connection.execute(columns.where(Postcode.code.in_(asked[start : start + AT_ONCE]))):
            found[code] = (middle[0], middle[1])
    return found


def _only(query: sa.Select[Any], column: Any, ids: Sequence[uuid.UUID] | None) -> sa.Select[Any]:
    return query if ids is None else query.where(column.in_(ids))
