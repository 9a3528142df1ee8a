"""What a reader may see of a service. Pages take places, contacts and numbers from here, never from the records."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask_security import current_user

from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.directory.models import Contact, Location, Phone, Schedule, Service
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
