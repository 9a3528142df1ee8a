"""What the auditor looks at: people and services as they stood day by day, and what the ledger says was told."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partnerdir.accounts.models import Account, AccountArea, Role, account_role
from partnerdir.alerts.histories import EVER, FOREVER, Chapter, Entry, Values, Version, versions_of
from partnerdir.alerts.listed import with_listed_services
from partnerdir.alerts.models import Alert, Delivery, ServiceThresholds, Watch
from partnerdir.alerts.rewinding import chapters_by_day, day_of, histories_by, in_parts, list_entries, list_pairs, list_rows
from partnerdir.alerts.rules import DeliveryState
from partnerdir.alerts.standing import Standing
from partnerdir.alerts.subjects import Place, Subjects, is_duty, is_wide
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service, ServiceArea, service_need
from partnerdir.funding.models import FundingWindow
from partnerdir.lists.models import SavedSearch

PEOPLE_AT_ONCE = 25
OF_WATCHES = (
    "account_id", "service_id", "organisation_id", "need_id", "area_id", "shortlist_id", "already_ended_on", "began_on",
)  # fmt: skip
OF_WINDOWS = (
    "service_id", "starts_on", "ends_on", "end_kind", "is_essential", "certainty", "renewal", "decision_due_on", "confirmed_on",
)  # fmt: skip
OF_SERVICES = ("funding_window", "service", "contact", "service_area", "service_thresholds")
WHERE = ("organisation_id", "needs")  # what of a service itself says where it stands


@dataclass(frozen=True)
class Telling:
    """One delivery of the ledger, with the fact that it tells."""

    account_id: uuid.UUID
    service_id: uuid.UUID
    alert_id: uuid.UUID
    standing: Standing
    threshold: int | None
    found_on: date
    state: DeliveryState
    channel: str
    rehearsed_on: date | None
    sent_at: datetime | None
    reason: str
    why: str
    is_stand_in: bool

    @property
    def told_on(self) -> date | None:
        """The day on which the person was told; None while they were not."""
        if self.sent_at is None or self.state is not DeliveryState.SENT:
            return None
        return self.rehearsed_on or day_of(self.sent_at)


@dataclass(frozen=True)
class Person:
    """An account: whether it was open, what it watched or looked after, and the services of its lists, day by day.

    With it its roles now and ever, and the searches that it has or ever had saved.
    """

    email: str
    chapters: list[Chapter]
    subjects: list[Version]
    roles: frozenset[str]
    roles_ever: frozenset[str]
    roles_changed_on: date
    searches: frozenset[str]


@dataclass(frozen=True)
class KnownService:
    """A service day by day: its windows, itself, its contacts, its own days of warning; and where it stands, now and ever."""

    id: uuid.UUID
    name: str
    windows: list[Chapter]
    listing: list[Chapter]
    contacts: list[Chapter]
    warned: list[Chapter]
    statuses: list[tuple[int, date]]  # the changes of its status, the newest first
    place: Place
    place_ever: Place
    moved_on: date


@dataclass(frozen=True)
class Evidence:
    """All of it for a few people and a few services."""

    people: dict[uuid.UUID, Person]
    services: dict[uuid.UUID, KnownService]
    tellings: list[Telling]
    subjects: Subjects

    def list_concerned(self, account_id: uuid.UUID, service_id: uuid.UUID, lately: date) -> list[Chapter]:
        """How this person was to be told of this service; what took it in only since `lately` is left out."""
        person, service = self.people[account_id], self.services[service_id]
        has_moved = max(service.moved_on, self.subjects.moved_on) >= lately
        may_look_after = person.roles_changed_on < lately and person.roles & {"coordinator", "steward"}
        versions = [
            version
            for version in person.subjects
            if self.subjects.is_of(version.values, service_id, service.place)
            and not (is_wide(version.values) and has_moved)
            and (may_look_after or not is_duty(version.values))
            and version.values.get("open_since", date.min) < lately
        ]
        return chapters_by_day([versions])

    def list_ever_concerned(self, account_id: uuid.UUID, service_id: uuid.UUID) -> list[Chapter]:
        """How this person may have been told of this service, wherever it ever stood."""
        place = self.services[service_id].place_ever
        mine = self.people[account_id].subjects
        return chapters_by_day([[version for version in mine if self.subjects.is_of(version.values, service_id, place)]])


def list_parts_of_people() -> Iterator[list[uuid.UUID]]:
    """Everyone who watches or looks after something, may have an end passed on, or was ever told anything; a few at a time.

    Those with a role come first, and so together: they are told of the same services.
    """
    posts = sa.select(account_role.c.account_id).join(Role, Role.id == account_role.c.role_id).where(Role.name != "frontline")
    told = sa.select(Delivery.account_id).where(Delivery.account_id.is_not(None)).distinct()
    holders = set(db.session.scalars(sa.union(posts, sa.select(AccountArea.account_id))))
    others = set(db.session.scalars(sa.union(sa.select(Watch.account_id), told))) - holders
    return in_parts([*sorted(holders), *sorted(others)], PEOPLE_AT_ONCE)


def find_people(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """What is known of these people."""
    entries = list_entries(("account", "watch", "account_area", "saved_search"), account_ids)
    watched = histories_by("account_id", Watch, entries, account_ids, OF_WATCHES)
    looked_after = histories_by("account_id", AccountArea, entries, account_ids, ("account_id", "area_id", "began_on"))
    searches = histories_by("account_id", SavedSearch, entries, account_ids, ("account_id",))
    names = {str(key): name for key, name in db.session.execute(sa.select(Role.id, Role.name))}
    roles = list_pairs(account_role.c.account_id, Role.name, account_ids, account_role.join(Role))
    people = {}
    for row in list_rows(Account, Account.id, account_ids, "email", "active", "organisation_id"):
        key, log, now = str(row["id"]), entries.get(("account", row["id"]), []), frozenset(roles[row["id"]])
        moves = [entry for entry in log if "roles" in entry.fields]
        gone = {names[role] for entry in moves for role in entry.fields["roles"][0] or () if role in names}
        people[row["id"]] = Person(
            row["email"],
            chapters_by_day([versions_of(row, log)]),
            [*with_listed_services(watched[key], row), *looked_after[key]],
            now,
            now | gone,
            max((day_of(entry.at) for entry in moves), default=date.min),
            frozenset(version.values["id"] for version in searches[key]),
        )
    return people


def list_services_of(person: Person, subjects: Subjects) -> set[uuid.UUID]:
    """The services that this person watches or looks after now."""
    now = (version.values for version in person.subjects if version.until == FOREVER)
    return {service_id for values in now for service_id in subjects.list_services(values)}


def list_services_told(account_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The services of which these people were ever told, or are about to be."""
    query = sa.select(Alert.service_id).join(Delivery, Delivery.alert_id == Alert.id).distinct()
    found = db.session.scalars(query.where(Delivery.account_id.in_(account_ids), Alert.service_id.is_not(None)))
    return {service_id for service_id in found if service_id}


def find_services(service_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, KnownService]:
    """What is known of these services."""
    entries = list_entries(OF_SERVICES, service_ids)
    windows = histories_by("service_id", FundingWindow, entries, service_ids, OF_WINDOWS)
    contacts = histories_by("service_id", Contact, entries, service_ids, ("service_id", "last_on"))
    warned = histories_by("service_id", ServiceThresholds, entries, service_ids, ("service_id", "days"))
    areas = histories_by("service_id", ServiceArea, entries, service_ids, ("service_id", "area_id"))
    needs = list_pairs(service_need.c.service_id, service_need.c.need_id, service_ids, service_need)
    found = {}
    for row in list_rows(Service, Service.id, service_ids, "name", "organisation_id", "status", "assured_on"):
        key, log = str(row["id"]), entries.get(("service", row["id"]), [])
        found[row["id"]] = KnownService(
            row["id"],
            row["name"],
            chapters_by_day([windows[key]]),
            chapters_by_day([versions_of(row, log)]),
            chapters_by_day([contacts[key]]),
            chapters_by_day([warned[key]]),
            [(entry.id, day_of(entry.at)) for entry in log if entry.action == "changed" and "status" in entry.fields],
            *_places(row, log, areas[key], {str(need_id) for need_id in needs[row["id"]]}),
        )
    return found


def _places(row: Values, log: Sequence[Entry], areas: Sequence[Version], needs: set[str]) -> tuple[Place, Place, date]:
    """Where a service stands, everywhere that it ever stood, and the last day on which that changed."""
    moves = [entry for entry in log if entry.action == "added" or any(name in entry.fields for name in WHERE)]
    organisations = {row["organisation_id"], *(entry.fields.get("organisation_id", [None])[0] for entry in moves)}
    gone = {key for entry in moves for key in entry.fields.get("needs", [[]])[0] or ()}
    here = frozenset(version.values["area_id"] for version in areas if version.until == FOREVER)
    moments = [entry.at for entry in moves] + [
        at for each in areas for at in (each.since, each.until) if at not in (EVER, FOREVER)
    ]
    return (
        Place(frozenset({row["organisation_id"]}), frozenset(needs), here),
        Place(frozenset(organisations - {None}), frozenset(needs | gone), frozenset(each.values["area_id"] for each in areas)),
        max(map(day_of, moments), default=date.min),
    )


def list_tellings(account_ids: Collection[uuid.UUID], service_ids: Collection[uuid.UUID]) -> list[Telling]:
    """What the ledger says these people were told, or are about to be, of these services; the earliest first."""
    what = (Delivery.account_id, Alert.service_id, Alert.id, Alert.kind, Alert.ends_on, Alert.mark, Alert.threshold)
    how = (Alert.found_on, Delivery.state, Delivery.channel, Delivery.rehearsed_on, Delivery.sent_at, Delivery.reason)
    query = sa.select(*what, *how, Delivery.why, Delivery.stands_in_for_id.is_not(None))
    query = query.join(Alert, Alert.id == Delivery.alert_id).order_by(Alert.found_on, Delivery.id)
    query = query.where(Delivery.account_id.in_(account_ids), Alert.service_id.in_(service_ids))
    return [
        Telling(account_id, service_id, alert_id, Standing(kind, ends_on, mark or ""), *rest)
        for account_id, service_id, alert_id, kind, ends_on, mark, *rest in db.session.execute(query)
        if account_id and service_id
    ]
