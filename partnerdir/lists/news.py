"""What was changed of some services since a moment: lines of the change log, by service; who reads them is kept nowhere."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Contact, ServiceAtLocation

OF_SERVICES = ("service", "contact", "phone", "funding_window", "schedule", "service_at_location", "service_area", "location")
MOST_CHANGES = 2000  # the newest of them; whoever was away for years reads no more
AT_ONCE = 500


def list_changes_since(service_ids: Sequence[uuid.UUID], since: datetime) -> dict[uuid.UUID, list[Change]]:
    """The changes of each of these services, their contacts and places after the moment, the oldest first."""
    found: dict[uuid.UUID, list[Change]] = defaultdict(list)
    for start in range(0, len(service_ids), AT_ONCE):
        part = service_ids[start : start + AT_ONCE]
        owners = _list_owners(part)
        query = sa.select(Change).where(
            Change.about_id.in_(list(owners)), Change.at > since, Change.record_type.in_(OF_SERVICES)
        )
        for change in db.session.scalars(query.order_by(Change.id.desc()).limit(MOST_CHANGES)):
            for service_id in owners[change.about_id]:
                found[service_id].append(change)
    return {service_id: changes[::-1] for service_id, changes in found.items()}


def _list_owners(service_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """What changes may be about: the services, their contacts and their places; each with the services that it is of."""
    owners: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list, {service_id: [service_id] for service_id in service_ids})
    contacts = sa.select(Contact.id, Contact.service_id).where(Contact.service_id.in_(service_ids))
    places = sa.select(ServiceAtLocation.location_id, ServiceAtLocation.service_id)
    for part_id, service_id in db.session.execute(contacts):
        owners[part_id].append(service_id)
    for part_id, service_id in db.session.execute(places.where(ServiceAtLocation.service_id.in_(service_ids))):
        owners[part_id].append(service_id)
    return owners
