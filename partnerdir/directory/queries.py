"""What is asked of the directory."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from partnerdir.database import db
from partnerdir.directory.models import (
    Contact,
    Location,
    Need,
    Organisation,
    OrganisationIdentifier,
    Phone,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from partnerdir.errors import Missing

_SHOWN_IN_A_LIST = (
    joinedload(Service.organisation).selectinload(Organisation.phones),
    selectinload(Service.phones),
    selectinload(Service.areas_served),
    selectinload(Service.contacts).selectinload(Contact.phones),
    selectinload(Service.places).joinedload(ServiceAtLocation.location),
)
_SHOWN_ON_ITS_PAGE = (*_SHOWN_IN_A_LIST, selectinload(Service.needs), selectinload(Service.schedules))

# Asked at every search and for every page of a service, hence made once.
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_WHOLE = (
    sa.select(Service)
    .where(Service.id == sa.bindparam("id"))
    .options(
        joinedload(Service.organisation),
        selectinload(Service.contacts).selectinload(Contact.phones),
        selectinload(Service.places).joinedload(ServiceAtLocation.location),
    )
)
_NAMED = sa.select(Service).where(Service.id.in_(_IDS)).options(joinedload(Service.organisation))
_NUMBERS = sa.select(Phone.service_id, Phone.number).where(Phone.service_id.in_(_IDS))
_NUMBERS_OF_ORGANISATIONS = sa.select(Phone.organisation_id, Phone.number).where(Phone.organisation_id.in_(_IDS))
_POSTS = (
    sa.select(Contact.service_id, Contact.audience, Contact.is_confidential, Contact.first_on, Contact.last_on, Phone.number)
    .join(Phone, Phone.contact_id == Contact.id)
    .where(Contact.service_id.in_(_IDS))
    .order_by(Contact.title)
)
_AREAS_SERVED = sa.select(ServiceArea.service_id, ServiceArea.area_id).where(ServiceArea.service_id.in_(_IDS))
_AREAS_OF_PLACES = (
    sa.select(ServiceAtLocation.service_id, Location.area_id, Location.is_confidential)
    .join(Location, Location.id == ServiceAtLocation.location_id)
    .where(ServiceAtLocation.service_id.in_(_IDS))
)


def require_service(service_id: uuid.UUID) -> Service:
    """The service; what would take a question for each contact or place is read already. Raises: Missing."""
    service = db.session.scalar(_WHOLE, {"id": service_id})
    if service is None:
        raise Missing("There is no such service.")
    return service


def list_services(service_ids: Sequence[uuid.UUID]) -> list[Service]:
    """These services, in the order given, with their contacts and places; ids that are gone are left out."""
    return _listed(service_ids, _SHOWN_IN_A_LIST)


def list_whole_services(service_ids: Sequence[uuid.UUID]) -> list[Service]:
    """These services, in the order given, with everything that their own pages show; ids that are gone are left out."""
    return _listed(service_ids, _SHOWN_ON_ITS_PAGE)


def list_services_briefly(service_ids: Sequence[uuid.UUID]) -> list[Service]:
    """These services, in the order given, with their organisations and nothing else; ids that are gone are left out."""
    return _in_order(service_ids, db.session.scalars(_NAMED, {"ids": service_ids}))


def _listed(service_ids: Sequence[uuid.UUID], shown: Iterable[ExecutableOption]) -> list[Service]:
    return _in_order(service_ids, db.session.scalars(sa.select(Service).where(Service.id.in_(service_ids)).options(*shown)))


def _in_order(service_ids: Sequence[uuid.UUID], services: Iterable[Service]) -> list[Service]:
    found = {service.id: service for service in services}
    return [found[service_id] for service_id in service_ids if service_id in found]


def list_numbers(service_ids: Sequence[uuid.UUID]) -> Sequence[sa.Row[uuid.UUID | None, str]]:
    """The telephone numbers of these services themselves, each with the id of its service."""
    return db.session.execute(_NUMBERS, {"ids": service_ids}).all()


def list_posts_with_numbers(service_ids: Sequence[uuid.UUID]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The numbers of every contact of these services, secret or not, with what decides who may see them; in order of title."""
    return db.session.execute(_POSTS, {"ids": service_ids}).all()


def list_numbers_of_organisations(organisation_ids: Sequence[uuid.UUID]) -> Sequence[sa.Row[uuid.UUID | None, str]]:
    """The telephone numbers of these organisations, each with the id of its organisation."""
    return db.session.execute(_NUMBERS_OF_ORGANISATIONS, {"ids": organisation_ids}).all()


def list_all_areas_served(service_ids: Sequence[uuid.UUID]) -> Sequence[sa.Row[uuid.UUID, uuid.UUID]]:
    """The ids of the areas that these services serve, each with the id of its service."""
    return db.session.execute(_AREAS_SERVED, {"ids": service_ids}).all()


def list_areas_of_places(service_ids: Sequence[uuid.UUID]) -> Sequence[sa.Row[uuid.UUID, uuid.UUID | None, bool]]:
    """For every place of these services: the service's id, the area's id, and whether the place is marked confidential."""
    return db.session.execute(_AREAS_OF_PLACES, {"ids": service_ids}).all()


def list_services_by_name(start: str = "", limit: int = 50, skip: int = 0) -> list[Service]:
    """Services in order of name, those whose name or organisation's name has these words in it."""
    named = _named(start).order_by(sa.func.lower(Service.name), Service.id)
    return list(db.session.scalars(named.options(selectinload(Service.organisation)).limit(limit).offset(skip)))


def list_services_called(name: str) -> list[Service]:
    """Services of exactly this name, however its letters are cased; two at most, which is enough to know that it is not one."""
    called = sa.select(Service).where(sa.func.lower(Service.name) == name.lower()).order_by(Service.id)
    return list(db.session.scalars(called.limit(2)))


def count_services(start: str = "") -> int:
    """How many services have these words in their name or their organisation's."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_named(start).subquery())) or 0


def _named(words: str) -> sa.Select[Any]:
    query: sa.Select[Any] = sa.select(Service)
    if words:
        query = query.join(Organisation, Organisation.id == Service.organisation_id)
        for word in words.split()[:6]:
            query = query.where(
                Service.name.icontains(word, autoescape=True) | Organisation.name.icontains(word, autoescape=True)
            )
    return query


def list_need_names_and_parents() -> Sequence[sa.Row[uuid.UUID, str, str, uuid.UUID | None]]:
    """The id, code, name and parent of every need, in order of name; much quicker than the needs themselves."""
    return db.session.execute(sa.select(Need.id, Need.code, Need.name, Need.parent_id).order_by(Need.name)).all()


def list_needs() -> list[Need]:
    """Every need, in order of name."""
    return list(db.session.scalars(sa.select(Need).order_by(Need.name)))


def find_need(code: str) -> Need | None:
    """The need with this code."""
    return db.session.scalar(sa.select(Need).where(Need.code == code))


def require_need(need_id: uuid.UUID) -> Need:
    """The need. Raises: Missing."""
    need = db.session.get(Need, need_id)
    if need is None:
        raise Missing("There is no such need.")
    return need


def list_needs_by_id(need_ids: Iterable[uuid.UUID]) -> list[Need]:
    """These needs, in order of name."""
    return list(db.session.scalars(sa.select(Need).where(Need.id.in_(list(need_ids))).order_by(Need.name)))


def require_contact(contact_id: uuid.UUID) -> Contact:
    """The contact. Raises: Missing."""
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise Missing("There is no such contact.")
    return contact


def list_organisations() -> list[Organisation]:
    """Every organisation, in order of name."""
    return list(db.session.scalars(sa.select(Organisation).order_by(sa.func.lower(Organisation.name))))


def require_organisation(organisation_id: uuid.UUID) -> Organisation:
    """The organisation. Raises: Missing."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        raise Missing("There is no such organisation.")
    return organisation


def find_organisation_by_identifier(identifier: str) -> Organisation | None:
    """The organisation that a register knows by this number."""
    return db.session.scalar(
        sa.select(Organisation)
        .join(OrganisationIdentifier, OrganisationIdentifier.organisation_id == Organisation.id)
        .where(OrganisationIdentifier.identifier == identifier)
    )


def list_services_at(location_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """The ids of the services that are at any of these locations."""
    return list(
        db.session.scalars(
            sa.select(ServiceAtLocation.service_id).where(ServiceAtLocation.location_id.in_(list(location_ids))).distinct()
        )
    )


def list_areas_served(service_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of the areas that a service serves."""
    return list(db.session.scalars(sa.select(ServiceArea.area_id).where(ServiceArea.service_id == service_id)))


def list_locations_of(organisation_id: uuid.UUID) -> list[Location]:
    """The places that an organisation has."""
    return list(db.session.scalars(sa.select(Location).where(Location.organisation_id == organisation_id)))


def find_organisation_by_name(name: str) -> Organisation | None:
    """An organisation of this name, however its letters are cased."""
    return db.session.scalars(
        sa.select(Organisation).where(sa.func.lower(Organisation.name) == name.lower()).order_by(Organisation.id).limit(1)
    ).first()


def list_locations_of_organisations() -> list[Location]:
    """Every place that belongs to an organisation."""
    return list(db.session.scalars(sa.select(Location).where(Location.organisation_id.is_not(None))))


def list_organisation_ids() -> dict[str, uuid.UUID]:
    """The ids of organisations, by each number that a register gave them."""
    numbers = sa.select(OrganisationIdentifier.identifier, OrganisationIdentifier.organisation_id)
    return {row.identifier: row.organisation_id for row in db.session.execute(numbers)}
