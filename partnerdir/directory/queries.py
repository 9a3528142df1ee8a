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
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from partnerdir.directory.rules import ServiceStatus
from partnerdir.errors import Missing

_SHOWN_IN_A_LIST = (
    joinedload(Service.organisation).selectinload(Organisation.phones),
    selectinload(Service.phones),
    selectinload(Service.areas_served),
    selectinload(Service.contacts).selectinload(Contact.phones),
    selectinload(Service.places).joinedload(ServiceAtLocation.location),
)
_SHOWN_ON_ITS_PAGE = (*_SHOWN_IN_A_LIST, selectinload(Service.needs), selectinload(Service.schedules))


def require_service(service_id: uuid.UUID) -> Service:
    """The service with everything that a page shows of it. Raises: Missing."""
    service = db.session.scalar(sa.select(Service).where(Service.id == service_id).options(*_SHOWN_ON_ITS_PAGE))
    if service is None:
        raise Missing("There is no such service.")
    return service


def list_services(service_ids: Sequence[uuid.UUID]) -> list[Service]:
    """These services, in the order given, with what a result shows of them; ids that are gone are left out."""
    return _listed(service_ids, _SHOWN_IN_A_LIST)


def list_whole_services(service_ids: Sequence[uuid.UUID]) -> list[Service]:
    """These services, in the order given, with everything that their own pages show; ids that are gone are left out."""
    return _listed(service_ids, _SHOWN_ON_ITS_PAGE)


def _listed(service_ids: Sequence[uuid.UUID], shown: Iterable[ExecutableOption]) -> list[Service]:
    rows = db.session.scalars(sa.select(Service).where(Service.id.in_(service_ids)).options(*shown))
    found = {service.id: service for service in rows}
    return [found[service_id] for service_id in service_ids if service_id in found]


def list_services_by_name(start: str = "", limit: int = 50, skip: int = 0) -> list[Service]:
    """Services in order of name, those whose name or organisation's name has these words in it."""
    named = _named(start).order_by(sa.func.lower(Service.name), Service.id)
    return list(db.session.scalars(named.options(selectinload(Service.organisation)).limit(limit).offset(skip)))


def list_services_called(name: str) -> list[Service]:
    """Services of exactly this name, however its letters are cased; two at most, which is enough to know that it is not one."""
    called = sa.select(Service).where(sa.func.lower(Service.name) == name.lower()).order_by(Service.id)
    return list(db.session.scalars(called.limit(2)))


def list_closed_services_called(name: str) -> list[Service]:
    """Services of exactly this name, however its letters are cased, that no longer run; three at most."""
    called = sa.func.lower(Service.name) == " ".join(name.lower().split())
    closed = sa.select(Service).where(Service.status == ServiceStatus.CLOSED, called).order_by(Service.id)
    return list(db.session.scalars(closed.limit(3)))


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
