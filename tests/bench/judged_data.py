"""The directories that judged questions are asked of: the district, and real listings as their publishers give them."""

import csv
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask

from partnerdir import clock
from partnerdir.database import db, writing
from partnerdir.directory import actions
from partnerdir.directory.models import Organisation, Service
from partnerdir.exchange.demonstration import DISTRICT, NAMESPACE, add_demonstration
from partnerdir.exchange.grants import import_grants, read_grants
from partnerdir.exchange.layouts import CARE_INSPECTORATE, EDINBURGH_2014
from partnerdir.exchange.listings import import_listings, read_listings
from partnerdir.exchange.models import SourceRow
from partnerdir.geography.importing import import_map

# What a source says of each service, flat, by the id of the service: what answers are judged by.
Rows = dict[str, dict[str, str]]


def fill_district(_shared: Path) -> Rows:
    """The demonstration district."""
    with writing(by="judging"):
        add_demonstration(clock.today())
    area_names = {area["code"]: area["name"] for area in _district("areas")}
    return {
        str(uuid.uuid5(NAMESPACE, service["key"])): {
            "source": "district",
            "key": service["key"],
            "name": service["name"],
            "needs": " ".join(service["needs"]),
            "areas": " ".join(area_names[code] for code in service["areas"]),
            "text": f"{service['summary']} {service['description']}",
        }
        for service in _district("services")
    }


def _district(name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((DISTRICT / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def fill_scotland(shared: Path) -> Rows:
    """Every registered care service of Scotland, and the lists of Edinburgh's council."""
    for layout, name in ((CARE_INSPECTORATE, "care-inspectorate-2025-02-28"), (EDINBURGH_2014, "edinburgh-council-2014")):
        with writing(by="judging"):
            read = read_listings(layout, shared / "services" / f"{name}.csv")
            import_listings(layout, read, clock.today(), iter)
    with writing(by="judging"):
        import_map([shared / "geography" / name for name in ("scotland-council-areas.geojson", "scotland-outcodes.csv")])
    return _said_by_sources()


def fill_grants(shared: Path) -> Rows:
    """What the Lloyds Bank Foundation paid for."""
    with writing(by="judging"):
        import_grants(read_grants(shared / "grants" / "lloyds-bank-foundation.json"), clock.today(), iter)
    return _said_by_sources()


def _said_by_sources() -> Rows:
    rows: Rows = {}
    for said in db.session.query(SourceRow):
        flat = dict(_flat(said.row))
        rows.setdefault(str(said.service_id), {}).update(flat | {"source": said.layout, "key": said.key})
    db.session.expire_all()
    return rows


def _flat(row: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(row, dict):
        for key, value in row.items():
            yield from _flat(value, key)
    elif isinstance(row, list):
        for value in row[:1]:
            yield from _flat(value, name)
    elif row is not None:
        yield name, str(row)


def fill_illinois(shared: Path) -> Rows:
    """Legal aid in Illinois."""
    folder = shared / "services" / "illinois-hsds-1.1"
    rows: Rows = {}
    with writing(by="judging"):
        organisations = {row["id"]: Organisation(name=row["name"]) for row in _table(folder / "organizations.csv")}
        db.session.add_all(organisations.values())
        for row in _table(folder / "services.csv"):
            organisation = organisations.get(row["organization_id"]) or organisations.setdefault(
                row["organization_id"], Organisation(name="Legal aid")
            )
            db.session.add(organisation)
            description = " ".join((row["description"], row["application_process"], row["fees"]))
            service = Service(organisation=organisation, name=row["name"], description=description)
            db.session.add(service)
            db.session.flush()
            actions.change_service(service, {"url": row["url"]})
            rows[str(service.id)] = {**row, "source": "illinois", "key": row["id"], "organisation": organisation.name}
    return rows


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


DIRECTORIES: dict[str, Callable[[Path], Rows]] = {
    "district": fill_district,
    "scotland": fill_scotland,
    "grants": fill_grants,
    "illinois": fill_illinois,
}


def filled(app: Flask, directory: str, shared: Path) -> Rows:
    """Fills an empty site with one directory; what its sources say of each service."""
    with app.app_context():
        return DIRECTORIES[directory](shared)
