"""Loads the fictional district that a new installation shows, from the files in `district/`."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Contact, Location, Need, Service
from partnerdir.directory.queries import count_services, list_needs, list_organisations
from partnerdir.errors import Conflict
from partnerdir.exchange.demonstration_days import day_of, days_from
from partnerdir.funding import actions as funding
from partnerdir.funding.models import Fund
from partnerdir.geography import actions as geography
from partnerdir.geography.models import Area, AreaKind
from partnerdir.geography.queries import list_areas

DISTRICT = Path(__file__).parent / "district"
# Services of the demonstration have the same ids everywhere, so that whoever watches one can be named beforehand.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://strathorrel.example")
OF_A_SERVICE = (
    "name", "summary", "description", "url", "email", "status", "fees_description", "languages", "accessibility", "ways",
    "is_confidential", "is_sensitive", "minimum_age", "maximum_age", "circumstances", "referral", "taking",
)  # fmt: skip
CHECKED_BY = "Partnership coordinator"
OF_A_LOCATION = ("name", "address_1", "city", "postal_code", "latitude", "longitude", "is_confidential")
OF_A_WINDOW = ("end_kind", "currency", "is_essential", "certainty", "renewal", "confirmed_by", "note")

Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in to the demonstration, by post, and the services they watch."""

    title: str
    role: str
    email: str
    watched_service_ids: tuple[uuid.UUID, ...]


def people() -> list[Person]:
    """The people of the demonstration; whoever makes accounts gives them passwords."""
    watches = _records("watches")
    return [
        Person(
            person["title"],
            person["role"],
            person["email"],
            tuple(_service_id(watch["service"]) for watch in watches if watch["account"] == person["key"]),
        )
        for person in _records("people")
    ]


def add_demonstration(today: date) -> dict[str, int]:
    """Adds the whole district, its days counted from today; answers with how many of what. Raises: Conflict."""
    if count_services() or list_organisations() or list_needs() or list_areas():
        raise Conflict("The demonstration district can only be loaded into an empty directory.")
    areas = _add_areas(_records("areas"))
    for postcode in (postcodes := _records("postcodes")):
        geography.add_postcode(postcode["postcode"], postcode["latitude"], postcode["longitude"], areas[postcode["area"]].id)
    needs = _add_needs(_records("needs"))
    organisations = {record["key"]: _add_organisation(record) for record in _records("organisations")}
    db.session.flush()
    locations = {record["key"]: _add_location(record, areas) for record in _records("locations")}
    db.session.flush()
    for record in (services := _records("services")):
        service = _add_service(record, organisations[record["organisation"]], needs, areas)
        _add_parts(service, record, locations, today)
    db.session.flush()
    funds = _add_funders(_records("funders"))
    for record in (windows := _records("windows")):
        _add_window(record, funds, today)
    db.session.flush()
    return {
        "areas": len(areas),
        "postcodes": len(postcodes),
        "needs": len(needs),
        "organisations": len(organisations),
        "services": len(services),
        "funds": len(funds),
        "funding windows": len(windows),
    }


def _records(name: str) -> Records:
    records: Records = json.loads((DISTRICT / f"{name}.json").read_text(encoding="utf-8"))
    return records


def _service_id(key: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, key)


def _add_areas(records: Records) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    for record in records:
        parent = areas[record["parent"]].id if record["parent"] else None
        areas[record["code"]] = geography.add_area(record["name"], record["code"], AreaKind(record["kind"]), parent)
    db.session.flush()
    return areas


def _add_needs(records: Records) -> dict[str, Need]:
    needs: dict[str, Need] = {}
    for record in records:
        needs[record["code"]] = directory.add_need(
            record["code"],
            record["name"],
            description=record["description"],
            words=record["words"],
            is_sensitive=record["is_sensitive"],
            parent_id=needs[record["parent"]].id if record["parent"] else None,
        )
    db.session.flush()
    return needs


def _add_organisation(record: dict[str, Any]) -> uuid.UUID:
    number = record["registered_identifier"]
    fields = {name: record[name] for name in ("description", "website", "email")}
    organisation = directory.add_organisation(record["name"], [number] if number else [], **fields)
    for phone in record["phones"]:
        directory.add_phone(organisation, phone["number"], phone["description"])
    return organisation.id


def _add_location(record: dict[str, Any], areas: dict[str, Area]) -> Location:
    fields = {name: record[name] for name in OF_A_LOCATION}
    return directory.add_location(area_id=areas[record["area"]].id if record["area"] else None, **fields)


def _add_service(record: dict[str, Any], organisation_id: uuid.UUID, needs: dict[str, Need], areas: dict[str, Area]) -> Service:
    return directory.add_service(
        organisation_id,
        needs=[needs[code] for code in record["needs"]],
        area_ids=[areas[code].id for code in record["areas"]],
        id=_service_id(record["key"]),
        **{name: record[name] for name in OF_A_SERVICE},
    )


def _add_parts(service: Service, record: dict[str, Any], locations: dict[str, Location], today: date) -> None:
    for key in record["locations"]:
        directory.add_service_at_location(service, locations[key])
    for phone in record["phones"]:
        directory.add_phone(service, phone["number"], phone["description"])
    for hours in record["schedule"]:
        times = {name: time.fromisoformat(hours[name]) if hours[name] else None for name in ("opens_at", "closes_at")}
        directory.add_schedule(service, byday=hours["byday"], description=hours["description"], **times)
    if record["checked_days_ago"] is not None:
        directory.verify_service(service, CHECKED_BY, today - timedelta(days=record["checked_days_ago"]))
    contacts = {contact["title"]: _add_contact(service, contact, today) for contact in record["contacts"]}
    for contact in record["contacts"]:
        if contact["successor"]:
            contacts[contact["title"]].successor = contacts[contact["successor"]]


def _add_contact(service: Service, record: dict[str, Any], today: date) -> Contact:
    return directory.add_contact(
        service,
        record["title"],
        phones=_filled([record["phone"]]),
        department=record["department"],
        email=record["email"],
        audience=record["audience"],
        first_on=days_from(today, record["first_on_days"]),
        last_on=days_from(today, record["last_on_days"]),
    )


def _add_funders(records: Records) -> dict[str, Fund]:
    funds: dict[str, Fund] = {}
    for record in records:
        funder = funding.add_funder(record["name"], record["identifier"])
        funds |= {fund["key"]: funding.add_fund(funder, fund["name"]) for fund in record["funds"]}
    db.session.flush()
    return funds


def _add_window(record: dict[str, Any], funds: dict[str, Fund], today: date) -> None:
    ago = record["confirmed_days_ago"]
    funding.add_window(
        _service_id(record["service"]),
        funds[record["fund"]].id,
        starts_on=day_of(record["starts"], today),
        ends_on=day_of(record["ends"], today),
        decision_due_on=day_of(record["decision_due"], today),
        confirmed_on=None if ago is None else today - timedelta(days=ago),
        amount=None if record["amount"] is None else Decimal(record["amount"]),
        source="demonstration",
        **{name: record[name] for name in OF_A_WINDOW},
    )


def _filled(texts: Iterable[str | None]) -> list[str]:
    return [text for text in texts if text]
