"""Listings in any number: the real ones first, then made-up ones with the words of the real ones as often as they have them."""

import csv
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from partnerdir.directory.models import (
    Location,
    Need,
    Organisation,
    Phone,
    Service,
    ServiceArea,
    ServiceAtLocation,
    service_need,
)
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.models import Fund, Funder, FundingWindow
from partnerdir.geography.models import Area, AreaKind

SHARED = Path(__file__).parents[3] / "shared" / "data"
TOWNS = 60
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "har", "bour", "lin", "mar", "ne", "port", "quay", "sel", "tor", "wick", "yar")


@dataclass(frozen=True)
class Listing:
    """One service, as far as searching goes."""

    name: str
    organisation: str
    description: str
    need: tuple[str, str]  # the name of the need above, and of the need
    area: str


def real_listings() -> list[Listing]:
    """The care services and the grants' projects that are at hand; none where there is no real data."""
    if not SHARED.is_dir():
        return []
    return [*_care_services(), *_projects()]


def _care_services() -> Iterator[Listing]:
    path = SHARED / "services" / "care-inspectorate-2025-02-28.csv"
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            kind = f"{row['CareService']} {row['Subtype']} {row['AdditionalSubtypes']} for {row['Client_group']}"
            yield Listing(
                name=row["ServiceName"],
                organisation=row["ServiceProvider"],
                description=f"{kind} in {row['Service_town']}, {row['ServiceType']}",
                need=(row["CareService"], row["Subtype"] or row["CareService"]),
                area=row["Council_Area_Name"],
            )


def _projects() -> Iterator[Listing]:
    path = SHARED / "grants" / "lloyds-bank-foundation.json"
    for grant in json.loads(path.read_text(encoding="utf-8"))["grants"]:
        recipient = grant["recipientOrganization"][0]
        programme = grant.get("grantProgramme", [{}])[0].get("title", "Grants")
        yield Listing(
            name=grant["title"],
            organisation=recipient["name"],
            description=grant.get("description", ""),
            need=("Projects", programme),
            area="",  # the file says where the charity is, not whom it serves
        )


def invented_listings(random: Random, count: int = 500) -> list[Listing]:
    """Listings of invented words, some of which are frequent and most of which are rare, where there are no real ones."""
    words = ["".join(random.choices(SYLLABLES, k=random.randint(2, 4))) for _ in range(3000)]
    often = [1 / rank for rank in range(1, len(words) + 1)]

    def some(least: int, most: int) -> str:
        return " ".join(random.choices(words, often, k=random.randint(least, most)))

    needs = [(some(1, 2), some(1, 3)) for _ in range(40)]
    areas = [some(1, 2) for _ in range(30)]
    return [Listing(some(1, 5), some(2, 4), some(5, 50), random.choice(needs), random.choice(areas)) for _ in range(count)]


def listings_like(models: list[Listing], random: Random) -> Iterator[Listing]:
    """Made-up listings without end, from the words and the frequencies of others."""
    words = [word for listing in models for word in listing.description.split()]
    lengths = [len(listing.description.split()) for listing in models]
    while True:
        first, second, third = random.choices(models, k=3)
        yield Listing(
            name=" ".join([*first.name.split()[:3], *second.name.split()[-2:]]),
            organisation=third.organisation,
            description=" ".join(random.choices(words, k=random.choice(lengths))),
            need=random.choice(models).need,
            area=first.area,
        )


def listings(count: int, random: Random) -> list[Listing]:
    """So many listings: real ones as far as there are any, in a random order, then made-up ones."""
    models = real_listings() or invented_listings(random)
    real = random.sample(models, min(count, len(models)))
    return [*real, *islice(listings_like(models, random), count - len(real))]


def insert(connection: Connection, made: list[Listing], random: Random) -> None:
    """Puts listings into empty tables, at once and without a change log."""
    needs = _insert_needs(connection, {listing.need for listing in made})
    areas = _insert_areas(connection, {listing.area for listing in made if listing.area})
    ids = _insert_services(connection, made, random)
    also = random.choices(made, k=len(made))
    has_need = {
        (service_id, needs[other.need])
        for service_id, listing, extra in zip(ids, made, also, strict=True)
        for other in (listing, extra)[: random.choice((1, 1, 2))]
    }
    connection.execute(sa.insert(service_need), [{"service_id": s, "need_id": n} for s, n in has_need])
    _insert(
        connection,
        ServiceArea,
        [
            {"service_id": service_id, "area_id": areas[listing.area]}
            for service_id, listing in zip(ids, made, strict=True)
            if listing.area
        ],
    )
    _insert_places(connection, ids, random)
    _insert(connection, Phone, [{"service_id": service_id, "number": "01632 960000"} for service_id in ids])
    _insert_windows(connection, ids, random)


def _insert_services(connection: Connection, made: list[Listing], random: Random) -> list[uuid.UUID]:
    organisations = {name: uuid.uuid4() for name in {listing.organisation for listing in made}}
    _insert(connection, Organisation, [{"id": key, "name": name[:300]} for name, key in organisations.items()])
    ids = [uuid.uuid4() for _ in made]
    statuses = random.choices(list(ServiceStatus), [90, 5, 5], k=len(made))
    takings = random.choices(list(Taking), [50, 15, 10, 25], k=len(made))
    _insert(
        connection,
        Service,
        [
            {
                "id": service_id,
                "organisation_id": organisations[listing.organisation],
                "name": listing.name[:300],
                "summary": listing.description[:120],
                "description": listing.description,
                "status": status,
                "taking": taking,
            }
            for service_id, listing, status, taking in zip(ids, made, statuses, takings, strict=True)
        ],
    )
    return ids


def _insert_places(connection: Connection, service_ids: list[uuid.UUID], random: Random) -> None:
    """A place for each, most of them in one of a few towns."""
    towns = [(f"Town {number}", random.uniform(55, 58), random.uniform(-5, -2)) for number in range(TOWNS)]
    often = [1 / rank for rank in range(1, TOWNS + 1)]
    ids = [uuid.uuid4() for _ in service_ids]
    _insert(
        connection,
        Location,
        [
            {
                "id": key,
                "address_1": f"{number} Quay Street",
                "city": town,
                "latitude": random.gauss(latitude, 0.05),
                "longitude": random.gauss(longitude, 0.08),
            }
            for number, (key, (town, latitude, longitude)) in enumerate(
                zip(ids, random.choices(towns, often, k=len(ids)), strict=True)
            )
        ],
    )
    at = zip(service_ids, ids, strict=True)
    _insert(connection, ServiceAtLocation, [{"service_id": service_id, "location_id": key} for service_id, key in at])


def _insert_windows(connection: Connection, service_ids: list[uuid.UUID], random: Random) -> None:
    funder, fund = uuid.uuid4(), uuid.uuid4()
    _insert(connection, Funder, [{"id": funder, "name": "National Funder"}])
    _insert(connection, Fund, [{"id": fund, "funder_id": funder, "name": "Communities Fund"}])
    starts_on = date(2026, 4, 1)
    _insert(
        connection,
        FundingWindow,
        [
            {
                "service_id": service_id,
                "fund_id": fund,
                "starts_on": starts_on,
                "ends_on": starts_on + timedelta(days=random.randint(0, 1500)),
            }
            for service_id in service_ids
        ],
    )


def _insert(connection: Connection, model: type, rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(sa.insert(model), [{"id": uuid.uuid4(), "version": 1, **row} for row in rows])


def _insert_needs(connection: Connection, needs: set[tuple[str, str]]) -> dict[tuple[str, str], uuid.UUID]:
    above = {name: uuid.uuid4() for name in sorted({parent for parent, _ in needs})}
    below = {need: uuid.uuid4() for need in sorted(needs)}
    rows: list[tuple[uuid.UUID, uuid.UUID | None, str]] = [(key, None, name) for name, key in above.items()]
    rows += [(key, above[parent], name) for (parent, name), key in below.items()]
    _insert(
        connection,
        Need,
        [
            {"id": key, "parent_id": parent, "name": name, "code": f"need-{number}", "words": name.lower().split()}
            for number, (key, parent, name) in enumerate(rows)
        ],
    )
    return below


def _insert_areas(connection: Connection, names: set[str]) -> dict[str, uuid.UUID]:
    nation = uuid.uuid4()
    areas = {name: uuid.uuid4() for name in sorted(names)}
    rows = [(key, nation, name, AreaKind.COUNCIL) for name, key in areas.items()]
    _insert(connection, Area, [{"id": nation, "name": "The nation", "code": "nation", "kind": AreaKind.NATION}])
    _insert(
        connection,
        Area,
        [
            {"id": key, "parent_id": parent, "name": name[:200], "code": f"area-{number}", "kind": kind}
            for number, (key, parent, name, kind) in enumerate(rows)
        ],
    )
    return areas
