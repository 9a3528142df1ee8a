"""Which services an organisation, a route or an area takes in, by the auditor's own walk of the trees. Reads only."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partnerdir.alerts.histories import Values
from partnerdir.alerts.rewinding import day_of, in_parts
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Need, Service, ServiceArea, service_need
from partnerdir.geography.models import Area

AT_ONCE = 500


class Tree:
    """Which areas lie in which, or which needs are parts of which."""

    def __init__(self, model: type[Area] | type[Need]) -> None:
        self.parents = {
            str(key): str(parent) for key, parent in db.session.execute(sa.select(model.id, model.parent_id)) if parent
        }
        self.children: dict[str, list[str]] = defaultdict(list)
        for key, parent in self.parents.items():
            self.children[parent].append(key)

    def line_of(self, key: str) -> set[str]:
        """It and all that it lies in."""
        line = {key}
        while (key := self.parents.get(key, "")) and key not in line:
            line.add(key)
        return line

    def below(self, key: str) -> set[str]:
        """It and all that lies in it."""
        found, ahead = set(), [key]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += self.children[one]
        return found


@dataclass(frozen=True)
class Place:
    """Where a service stands among organisations, needs and areas."""

    organisation_ids: frozenset[str]
    need_ids: frozenset[str]
    area_ids: frozenset[str]


class Subjects:
    """Both trees as they are, and the last day on which either changed."""

    def __init__(self) -> None:
        self.needs, self.areas = Tree(Need), Tree(Area)
        moved_at = db.session.scalar(sa.select(sa.func.max(Change.at)).where(Change.record_type.in_(("need", "area"))))
        self.moved_on = day_of(moved_at) if moved_at else date.min

    def is_of(self, subject: Values, service_id: uuid.UUID, place: Place) -> bool:
        """Whether what somebody watches or looks after takes in the service, standing where it stands."""
        if subject.get("service_id"):
            return bool(subject["service_id"] == str(service_id))
        if subject.get("organisation_id"):
            return subject["organisation_id"] in place.organisation_ids
        need_id, area_id = subject.get("need_id"), str(subject["area_id"])
        if need_id and not any(need_id in self.needs.line_of(own) for own in place.need_ids):
            return False
        line = self.areas.line_of(area_id)
        return any(own in line or area_id in self.areas.line_of(own) for own in place.area_ids)

    def list_services(self, subject: Values) -> set[uuid.UUID]:
        """The services that it takes in now."""
        if subject.get("service_id"):
            return {uuid.UUID(subject["service_id"])}
        if subject.get("organisation_id"):
            is_theirs = Service.organisation_id == uuid.UUID(subject["organisation_id"])
            return set(db.session.scalars(sa.select(Service.id).where(is_theirs)))
        area_id, need_id = str(subject["area_id"]), subject.get("need_id")
        found = self._list_serving(self.areas.line_of(area_id) | self.areas.below(area_id))
        return found & self._list_meeting(self.needs.below(need_id)) if need_id else found

    def _list_serving(self, area_ids: Iterable[str]) -> set[uuid.UUID]:
        parts = in_parts(map(uuid.UUID, area_ids), AT_ONCE)
        queries = (sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(part)) for part in parts)
        return {service_id for query in queries for service_id in db.session.scalars(query)}

    def _list_meeting(self, need_ids: Iterable[str]) -> set[uuid.UUID]:
        parts = in_parts(map(uuid.UUID, need_ids), AT_ONCE)
        queries = (sa.select(service_need.c.service_id).where(service_need.c.need_id.in_(part)) for part in parts)
        return {service_id for query in queries for service_id in db.session.scalars(query)}


def is_wide(subject: Values) -> bool:
    """Whether this is no single service, so that which services it takes in changes with them and with the trees."""
    return not subject.get("service_id")


def is_duty(subject: Values) -> bool:
    """Whether this is an area that somebody looks after, rather than anything that they watch."""
    return bool(subject.get("area_id")) and not subject.get("need_id")
