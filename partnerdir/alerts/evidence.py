"""What the auditor looks at: people, watches and money as they stood day by day, and what the ledger says was told."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.standing import FOREVER, Chapter, Entry, Standing, Values, Version, chapters_of, versions_of
from partnerdir.changes import Change
from partnerdir.database import Base, db
from partnerdir.directory.models import Service
from partnerdir.funding.models import FundingWindow

PEOPLE_AT_ONCE, AT_ONCE = 25, 500
AUDITED = (AlertKind.ENDING, AlertKind.ENDED)


@dataclass(frozen=True)
class Telling:
    """One delivery of the ledger, with the fact that it tells."""

    account_id: uuid.UUID
    service_id: uuid.UUID
    standing: Standing
    threshold: int
    found_on: date
    state: DeliveryState
    channel: str
    rehearsed_on: date | None
    sent_at: datetime | None
    reason: str
    why: str

    @property
    def told_on(self) -> date | None:
        """The day on which the person was told; None while they were not."""
        if self.sent_at is None or self.state is not DeliveryState.SENT:
            return None
        return self.rehearsed_on or day_of(self.sent_at)


@dataclass(frozen=True)
class Person:
    """An account: whether it was open, and what it watched, day by day."""

    email: str
    chapters: list[Chapter]
    watched: list[Version]


@dataclass(frozen=True)
class KnownService:
    """A service: what it is called, who runs it now, and its windows day by day."""

    name: str
    organisation_id: uuid.UUID
    chapters: list[Chapter]


@dataclass(frozen=True)
class Evidence:
    """All of it for a few people."""

    people: dict[uuid.UUID, Person]
    services: dict[uuid.UUID, KnownService]
    tellings: list[Telling]

    def list_chapters_watched(self, account_id: uuid.UUID, service_id: uuid.UUID) -> list[Chapter]:
        """How this person watched this service, by itself or with all that its organisation runs."""
        organisation_id = str(self.services[service_id].organisation_id)
        versions = [
            version
            for version in self.people[account_id].watched
            if version.values.get("service_id") == str(service_id) or version.values.get("organisation_id") == organisation_id
        ]
        return chapters_of([versions], day_of)

    def list_services_watched(self, account_id: uuid.UUID) -> set[uuid.UUID]:
        """The services that this person watches now, by themselves or with all that their organisation runs."""
        now = [version.values for version in self.people[account_id].watched if version.until == FOREVER]
        services = {values["service_id"] for values in now} - {None}
        organisations = {values["organisation_id"] for values in now} - {None}
        return {
            key for key, known in self.services.items() if str(key) in services or str(known.organisation_id) in organisations
        }


def day_of(moment: datetime) -> date:
    """The civil day that a moment is on."""
    return clock.civil_time(moment).date()


def list_parts_of_people() -> Iterator[list[uuid.UUID]]:
    """Everyone who watches or was ever told something, a few at a time."""
    query = sa.union(sa.select(Watch.account_id), sa.select(Delivery.account_id))
    return in_parts(sorted(db.session.scalars(query)), PEOPLE_AT_ONCE)


def evidence_about(account_ids: Collection[uuid.UUID]) -> Evidence:
    """What is known of these people, and of every service that they watch or were told of."""
    accounts = {row["id"]: row for row in _list_rows(Account, Account.id, account_ids, "email", "active")}
    watches = {
        row["id"]: row
        for row in _list_rows(
            Watch, Watch.account_id, account_ids, "account_id", "service_id", "organisation_id", "already_ended_on", "began_on"
        )
    }
    entries = _list_entries(("account", "watch"), account_ids)
    watched: dict[str, list[Version]] = defaultdict(list)
    for watch_id in {*watches, *(key for kind, key in entries if kind == "watch")}:
        for version in versions_of(watches.get(watch_id), entries["watch", watch_id]):
            watched[version.values["account_id"]].append(version)
    people = {
        key: Person(row["email"], chapters_of([versions_of(row, entries["account", key])], day_of), watched[str(key)])
        for key, row in accounts.items()
    }
    tellings = _list_tellings(account_ids)
    services = _find_services({telling.service_id for telling in tellings}, list(watches.values()))
    return Evidence(people, services, tellings)


def _find_services(told_of: set[uuid.UUID], watches: list[Values]) -> dict[uuid.UUID, KnownService]:
    organisations = [uuid.UUID(row["organisation_id"]) for row in watches if row["organisation_id"]]
    ids = told_of | {uuid.UUID(row["service_id"]) for row in watches if row["service_id"]}
    ids |= {row["id"] for row in _list_rows(Service, Service.organisation_id, organisations)}
    names = _list_rows(Service, Service.id, ids, "name", "organisation_id")
    windows = _list_histories_of_windows(ids)
    return {
        row["id"]: KnownService(row["name"], uuid.UUID(row["organisation_id"]), chapters_of([windows[str(row["id"])]], day_of))
        for row in names
    }


def _list_histories_of_windows(service_ids: Collection[uuid.UUID]) -> dict[str, list[Version]]:
    """Every version of every window that these services have or had."""
    fields = ("service_id", "starts_on", "ends_on", "end_kind", "is_essential", "certainty")
    now = {row["id"]: row for row in _list_rows(FundingWindow, FundingWindow.service_id, service_ids, *fields)}
    entries = _list_entries(("funding_window",), service_ids)
    found: dict[str, list[Version]] = defaultdict(list)
    for window_id in {*now, *(key for _, key in entries)}:
        for version in versions_of(now.get(window_id), entries["funding_window", window_id]):
            found[version.values["service_id"]].append(version)
    return found


def _list_tellings(account_ids: Collection[uuid.UUID]) -> list[Telling]:
    columns = (Delivery.account_id, Alert.service_id, Alert.kind, Alert.ends_on, Alert.threshold, Alert.found_on)
    more = (Delivery.state, Delivery.channel, Delivery.rehearsed_on, Delivery.sent_at, Delivery.reason, Delivery.why)
    query = sa.select(*columns, *more).join(Alert, Alert.id == Delivery.alert_id).order_by(Alert.found_on, Delivery.id)
    query = query.where(Delivery.account_id.in_(account_ids), Alert.kind.in_(AUDITED))
    return [
        Telling(account_id, service_id, Standing(kind, ends_on), threshold, *rest)
        for account_id, service_id, kind, ends_on, threshold, *rest in db.session.execute(query)
        if service_id and ends_on and threshold is not None
    ]


def _list_entries(record_types: Sequence[str], about: Collection[uuid.UUID]) -> dict[tuple[str, uuid.UUID], list[Entry]]:
    """The change log of these records, newest first, by type and record."""
    found: dict[tuple[str, uuid.UUID], list[Entry]] = defaultdict(list)
    query = sa.select(Change.record_type, Change.record_id, Change.at, Change.action, Change.fields).order_by(Change.id.desc())
    for part in in_parts(sorted(about), AT_ONCE):
        where = Change.about_id.in_(part) & Change.record_type.in_(record_types)
        for record_type, record_id, at, action, fields in db.session.execute(query.where(where)):
            found[record_type, record_id].append(Entry(at, action, fields))
    return found


def _list_rows(model: type[Base], key: Any, ids: Collection[uuid.UUID], *fields: str) -> list[Values]:
    """These fields of records as the change log would write them, and each record's id as it is."""
    columns = [getattr(model, name) for name in ("id", *fields)]
    rows = []
    for part in in_parts(sorted(ids), AT_ONCE):
        for row in db.session.execute(sa.select(*columns).where(key.in_(part))):
            rows.append({"id": row[0], **{name: _plain(value) for name, value in zip(fields, row[1:], strict=True)}})
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID | StrEnum):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def in_parts(ids: Iterable[uuid.UUID], size: int) -> Iterator[list[uuid.UUID]]:
    """The ids, so many at a time."""
    whole = list(ids)
    return (whole[start : start + size] for start in range(0, len(whole), size))
