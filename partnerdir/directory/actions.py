"""What is done to the directory: writes only, never commits."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from partnerdir.database import db
from partnerdir.directory.models import (
    Contact,
    Location,
    Need,
    Organisation,
    OrganisationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from partnerdir.directory.rules import age_problems
from partnerdir.errors import BadInput
from partnerdir.languages import gettext


def add_organisation(name: str, identifiers: Iterable[str] = (), **fields: Any) -> Organisation:
    """Adds an organisation with the numbers that registers gave it."""
    organisation = Organisation(name=name, **fields)
    organisation.identifiers = [
        OrganisationIdentifier(organisation_id=organisation.id, identifier=number) for number in identifiers
    ]
    db.session.add(organisation)
    return organisation


def change_organisation(organisation: Organisation, fields: dict[str, Any]) -> None:
    """Changes what is given of an organisation."""
    for name, value in fields.items():
        setattr(organisation, name, value)


def add_need(code: str, name: str, **fields: Any) -> Need:
    """Adds a need to the tree."""
    need = Need(code=code, name=name, **fields)
    db.session.add(need)
    return need


def change_need(need: Need, words: Iterable[str], seen_version: int | None = None) -> None:
    """Makes these the words people use for a need. Raises: Conflict when it changed since `seen_version`."""
    need.refuse_stale(seen_version)
    need.words = list(dict.fromkeys(words))


def add_service(
    organisation_id: uuid.UUID,
    name: str,
    needs: Iterable[Need] = (),
    area_ids: Iterable[uuid.UUID] = (),
    phones: Iterable[str] = (),
    **fields: Any,
) -> Service:
    """Adds a service of an organisation. Raises: BadInput."""
    _refuse_impossible_ages(fields.get("minimum_age"), fields.get("maximum_age"))
    service = Service(organisation_id=organisation_id, name=name, **fields)
    service.needs = list(needs)
    service.areas_served = [ServiceArea(service_id=service.id, area_id=area_id) for area_id in area_ids]
    service.phones = [Phone(service_id=service.id, number=number) for number in phones]
    db.session.add(service)
    return service


def change_service(
    service: Service,
    fields: dict[str, Any],
    needs: Iterable[Need] | None = None,
    area_ids: Iterable[uuid.UUID] | None = None,
    phones: Iterable[str] | None = None,
    seen_version: int | None = None,
) -> None:
    """Changes what is given of a service. Raises: BadInput; Conflict when it changed since `seen_version`."""
    service.refuse_stale(seen_version)
    for name, value in fields.items():
        setattr(service, name, value)
    _refuse_impossible_ages(service.minimum_age, service.maximum_age)
    if needs is not None:
        service.needs = list(needs)
    if area_ids is not None:
        _change_areas_served(service, set(area_ids))
    if phones is not None:
        change_phones(service, phones)


def _change_areas_served(service: Service, area_ids: set[uuid.UUID]) -> None:
    kept = [served for served in service.areas_served if served.area_id in area_ids]
    new = area_ids - {served.area_id for served in kept}
    service.areas_served = kept + [ServiceArea(service_id=service.id, area_id=area_id) for area_id in new]


def change_phones(owner: Service | Contact, numbers: Iterable[str]) -> None:
    """Makes these the numbers of a service or a contact, keeping those that stay."""
    wanted = list(dict.fromkeys(number for number in numbers if number))
    kept = [phone for phone in owner.phones if phone.number in wanted]
    known = {phone.number for phone in kept}
    owner_column = "service_id" if isinstance(owner, Service) else "contact_id"
    owner.phones = kept + [Phone(number=number, **{owner_column: owner.id}) for number in wanted if number not in known]


def add_phone(owner: Service | Contact | Organisation, number: str, description: str = "") -> Phone:
    """Adds a number to ring to a service, a contact or an organisation."""
    owner_column = {Service: "service_id", Contact: "contact_id", Organisation: "organisation_id"}[type(owner)]
    phone = Phone(number=number, description=description, **{owner_column: owner.id})
    owner.phones.append(phone)
    return phone


def verify_service(service: Service, by: str, on: date) -> None:
    """Records that somebody checked the whole service on this day."""
    service.assured_by, service.assured_on = by, on


def add_location(**fields: Any) -> Location:
    """Adds a place."""
    location = Location(**fields)
    db.session.add(location)
    return location


def change_location(location: Location, fields: dict[str, Any]) -> None:
    """Changes what is given of a place."""
    for name, value in fields.items():
        setattr(location, name, value)


def retire_location(location: Location) -> None:
    """Removes a place where nothing is any more; the change log keeps that it was there."""
    db.session.delete(location)


def retire_place(service: Service, place: ServiceAtLocation) -> None:
    """Says that a service is no longer at one of its places."""
    service.places.remove(place)
    db.session.delete(place)


def add_service_at_location(service: Service, location: Location, description: str = "") -> ServiceAtLocation:
    """Says that a service is at a place."""
    place = ServiceAtLocation(service_id=service.id, location_id=location.id, description=description)
    db.session.add(place)
    return place


def add_schedule(service: Service, **fields: Any) -> Schedule:
    """Adds hours to a service."""
    schedule = Schedule(service_id=service.id, **fields)
    db.session.add(schedule)
    return schedule


def change_schedule(schedule: Schedule, fields: dict[str, Any]) -> None:
    """Changes what is given of a service's hours."""
    for name, value in fields.items():
        setattr(schedule, name, value)


def retire_schedule(service: Service, schedule: Schedule) -> None:
    """Removes hours that a service no longer keeps."""
    service.schedules.remove(schedule)
    db.session.delete(schedule)


def add_contact(service: Service, title: str, phones: Iterable[str] = (), **fields: Any) -> Contact:
    """Adds a post to reach a service by. Raises: BadInput."""
    contact = Contact(service_id=service.id, title=title, **fields)
    contact.phones = [Phone(contact_id=contact.id, number=number) for number in phones if number]
    _refuse_impossible_days(contact)
    db.session.add(contact)
    return contact


def change_contact(contact: Contact, fields: dict[str, Any], phones: Iterable[str], seen_version: int | None = None) -> None:
    """Changes a contact. Raises: BadInput; Conflict when it changed since `seen_version`."""
    contact.refuse_stale(seen_version)
    for name, value in fields.items():
        setattr(contact, name, value)
    _refuse_impossible_days(contact)
    change_phones(contact, phones)


def retire_contact(contact: Contact) -> None:
    """Removes a contact; the change log keeps that it was there."""
    db.session.delete(contact)


def _refuse_impossible_ages(minimum_age: int | None, maximum_age: int | None) -> None:
    problems = age_problems(minimum_age, maximum_age)
    if problems:
        raise BadInput(dict(problems))


def _refuse_impossible_days(contact: Contact) -> None:
    if contact.first_on and contact.last_on and contact.last_on < contact.first_on:
        raise BadInput({"last_on": gettext("The last day must be the same as or after the first day.")})
