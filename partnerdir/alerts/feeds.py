"""A person's own calendar and news of what they watch, at a secret address; neutral, because others may see it.

An address is kept only as its fingerprint: whoever reads the database cannot open a feed with it.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import icalendar
import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery, FeedAddress, Watch
from partnerdir.alerts.rules import DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.queries import list_outlooks

NEUTRAL = "A service you watch"
MOST_NEWS = 100


@dataclass(frozen=True)
class Entry:
    """One day in a calendar: the money of a service ends, or a decision about it is due."""

    service_id: uuid.UUID
    what: str
    words: str
    on: date


def renew_address(account_id: uuid.UUID) -> str:
    """A new secret for the addresses of an account's feeds; the old one opens nothing any more."""
    token = secrets.token_urlsafe(32)
    address = find_address(account_id)
    if address is None:
        db.session.add(FeedAddress(account_id=account_id, fingerprint=_fingerprint(token)))
    else:
        address.fingerprint = _fingerprint(token)
    return token


def retire_address(account_id: uuid.UUID) -> None:
    """Closes the feeds of an account."""
    address = find_address(account_id)
    if address is not None:
        db.session.delete(address)


def find_address(account_id: uuid.UUID) -> FeedAddress | None:
    """The address of an account's feeds, if one was made."""
    return db.session.scalar(sa.select(FeedAddress).where(FeedAddress.account_id == account_id))


def find_reader(token: str) -> Account | None:
    """The active account whose feeds have this secret."""
    query = (
        sa.select(Account)
        .join(FeedAddress, FeedAddress.account_id == Account.id)
        .where(FeedAddress.fingerprint == _fingerprint(token), Account.active)
    )
    return db.session.scalar(query)


def _fingerprint(token: str) -> str:
    # The secret is 32 random bytes, so nothing slower than one hash is needed.
    return hashlib.sha256(token.encode()).hexdigest()


def neutral_name(service: Service | None) -> str:
    """A service's name, unless a calendar over somebody's shoulder must not tell it."""
    if service is None:
        return NEUTRAL
    marks = (service.is_sensitive, service.is_confidential, service.organisation.is_confidential)
    is_named = not any(marks) and not any(need.is_sensitive for need in service.needs)
    return " ".join(service.name.split()) if is_named else NEUTRAL


def list_entries(account_id: uuid.UUID, day: date) -> list[Entry]:
    """The ends and the decision days of what an account watches, in order of days."""
    services = _list_watched(account_id)
    outlooks = list_outlooks(list(services), day, ())
    entries = []
    for service_id, service in services.items():
        outlook, name = outlooks[service_id], neutral_name(service)
        if outlook.ends_on:
            estimated = " about now (the day is an estimate)" if outlook.is_estimated else ""
            entries.append(Entry(service_id, "end", f"{name}: funding ends{estimated}", outlook.ends_on))
        if outlook.decision_due_on:
            entries.append(Entry(service_id, "decision", f"{name}: a decision about funding is due", outlook.decision_due_on))
    return sorted(entries, key=lambda entry: (entry.on, entry.words, entry.what))


def _list_watched(account_id: uuid.UUID) -> dict[uuid.UUID, Service]:
    mine = sa.select(Watch.service_id).where(Watch.account_id == account_id, Watch.service_id.is_not(None))
    theirs = sa.select(Watch.organisation_id).where(Watch.account_id == account_id, Watch.organisation_id.is_not(None))
    query = (
        sa.select(Service)
        .where(Service.id.in_(mine) | Service.organisation_id.in_(theirs))
        .options(joinedload(Service.organisation), selectinload(Service.needs))
    )
    return {service.id: service for service in db.session.scalars(query)}


def calendar_of(entries: list[Entry], site_name: str, site_url: str, now: datetime) -> bytes:
    """The entries as an iCalendar file (RFC 5545); an end that moves is the same event on another day."""
    host = urlsplit(site_url).hostname or "localhost"
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//partnerdir//watched services//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{site_name}: what you watch")
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = icalendar.Event()
        event.add("uid", f"{entry.what}-{entry.service_id}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", entry.on)
        event.add("dtend", min(entry.on, date.max - timedelta(days=1)) + timedelta(days=1))
        event.add("summary", entry.words)
        event.add("url", f"{site_url.rstrip('/')}/services/{entry.service_id}")
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def list_news(account_id: uuid.UUID) -> list[Delivery]:
    """The newest alerts that this account was told or is about to be told."""
    query = (
        sa.select(Delivery)
        .join(Delivery.alert)
        .where(Delivery.account_id == account_id, Delivery.state != DeliveryState.DROPPED)
        .options(
            joinedload(Delivery.alert).options(
                joinedload(Alert.service).options(joinedload(Service.organisation), selectinload(Service.needs)),
            )
        )
        .order_by(Alert.found_on.desc(), Alert.threshold, Alert.id)
        .limit(MOST_NEWS)
    )
    return list(db.session.scalars(query).unique())
