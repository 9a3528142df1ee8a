"""What a reader may see of a service. Pages take places, contacts and numbers from here, never from the records."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_security import current_user

from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.directory.models import Contact, Location, Phone, Schedule, Service
from partnerdir.directory.queries import (
    list_all_areas_served,
    list_areas_of_places,
    list_numbers,
    list_numbers_of_organisations,
    list_posts_with_numbers,
)
from partnerdir.directory.rules import Marked, is_confidential, is_in_post, may_be_seen
from partnerdir.web.access import is_staff


@dataclass(frozen=True)
class Reader:
    """Whoever reads the page, as far as secrets go; an address kept secret is for those who look after it."""

    is_staff: bool = False
    may_see_secret_addresses: bool = False


@dataclass(frozen=True)
class Place:
    """One place of a service, with the address only where this reader may know it."""

    location: Location | None
    is_secret: bool
    description: str
    schedules: list[Schedule]


def reader() -> Reader:
    """Whoever reads the page now."""
    roles = current_user.role_names if current_user.is_authenticated else []
    return Reader(is_staff(), has_rank(roles, RoleName.COORDINATOR))


def list_places(service: Service, reader: Reader) -> list[Place]:
    """Where the service is, as far as this reader may know."""
    places = []
    for place in service.places:
        is_secret = is_confidential([service, service.organisation, place.location])
        is_shown = reader.may_see_secret_addresses or not is_secret
        places.append(
            Place(
                location=place.location if is_shown else None,
                is_secret=is_secret,
                description=place.description if is_shown else "",
                schedules=[hours for hours in service.schedules if hours.service_at_location_id == place.id],
            )
        )
    return places


def list_contacts(service: Service, reader: Reader, today: date) -> list[Contact]:
    """Whom this reader may reach: the public those in post, staff also those who are about to come."""
    return [
        contact
        for contact in service.contacts
        if may_be_seen(contact, reader.is_staff)
        and (is_in_post(contact, today) or (reader.is_staff and contact.first_on is not None and today < contact.first_on))
    ]


def list_phones(service: Service) -> list[Phone]:
    """The service's own numbers, or its organisation's where it has none."""
    return service.phones or service.organisation.phones


def first_number(service: Service, today: date) -> str:
    """The number to ring first that anybody may know; empty where there is none."""
    of_contacts = [phone for contact in list_contacts(service, Reader(), today) for phone in contact.phones]
    return next((phone.number for phone in [*service.phones, *of_contacts, *service.organisation.phones]), "")


def area_ids(service: Service) -> set[uuid.UUID]:
    """The areas that the service serves, or where its places are as far as anybody may know."""
    served = {area.area_id for area in service.areas_served}
    places = [place.location for place in service.places]
    shown = [location for location in places if not is_confidential([service, service.organisation, location])]
    return served or {location.area_id for location in shown if location.area_id}


def first_numbers(services: Sequence[Service], today: date) -> dict[uuid.UUID, str]:
    """The same of many services that are known by name only; the records are asked for no more than is needed."""
    numbers = {service_id: number for service_id, number in reversed(list_numbers([one.id for one in services])) if service_id}
    silent = [service.id for service in services if service.id not in numbers]
    for post in list_posts_with_numbers(silent) if silent else ():
        if may_be_seen(post, is_staff=False) and is_in_post(post, today):
            numbers.setdefault(post.service_id, post.number)
    asked = {service.id: service.organisation_id for service in services if service.id not in numbers}
    theirs = dict(reversed(list_numbers_of_organisations(list(asked.values())))) if asked else {}
    return numbers | {service_id: theirs[asked[service_id]] for service_id in asked if asked[service_id] in theirs}


def areas_of(services: Sequence[Service]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The areas of each of many services that are known by name only, as `area_ids` says them."""
    areas: dict[uuid.UUID, set[uuid.UUID]] = {service.id: set() for service in services}
    for service_id, area_id in list_all_areas_served(list(areas)):
        areas[service_id].add(area_id)
    rest = [one.id for one in services if not areas[one.id] and not is_confidential([one, one.organisation])]
    for place in list_areas_of_places(rest) if rest else ():
        if place.area_id and not place.is_confidential:
            areas[place.service_id].add(place.area_id)
    return areas


def is_address_secret(service: Service) -> bool:
    """Whether any address of the service is kept from the public."""
    marks: list[Marked] = [service, service.organisation, *(place.location for place in service.places)]
    return is_confidential(marks)


def public_name(name: str) -> str:
    """Who checked something, as far as anybody may know: a post or a body, not somebody's e-mail address."""
    return "" if "@" in name else name


def is_sensitive(service: Service) -> bool:
    """Whether reading about the service could put somebody in danger, so that its title must not tell."""
    return service.is_sensitive or any(need.is_sensitive for need in service.needs)
