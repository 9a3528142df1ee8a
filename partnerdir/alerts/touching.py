"""Which services the change log and the ledger speak of since a look: what changed, who hears of it, which mails settled."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from partnerdir.alerts import escalation
from partnerdir.alerts.facts import STATUS_KINDS
from partnerdir.alerts.models import Alert, AlertReceipt, Delivery
from partnerdir.alerts.narrowing import ends_that_moved, may_end_on_its_day
from partnerdir.alerts.rules import DeliveryState
from partnerdir.alerts.ways import list_ways_used
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Contact
from partnerdir.lists.models import ShortlistEntry

MOST_CHANGES = 20_000  # more than that, and asking about everything is quicker
OF_PEOPLE = ("account", "account_area", "watch")  # filed under an account, so all that the account hears of is asked
# What of an account itself says whether it is told, and of what; that it signed in does not.
OF_AN_ACCOUNT = ("active", "roles", "organisation_id")
OF_A_LIST = ("shortlist", "shortlist_share")  # whom a list is open to
OF_NO_SERVICE = ("alert_choice", "feed_address", "fund", "funder", "suggestion", "saved_search", "reading_mark")
OF_ALL = ("area", "need")  # one change of a tree may concern everybody
AT_ONCE = 500
Lines = Sequence[sa.Row[Any]]  # of the change log


def list_changes_since(change_id: int, at: datetime) -> Lines | None:
    """What changed after a line of the change log, or since a moment; None where that is too much or may concern everybody."""
    query = sa.select(Change.record_type, Change.record_id, Change.about_id, Change.action, Change.fields).where(
        (Change.id > change_id) | (Change.at >= at), Change.record_type.not_in(OF_NO_SERVICE)
    )
    lines = list(db.session.execute(query.limit(MOST_CHANGES + 1)))
    if len(lines) > MOST_CHANGES or any(_concerns_everybody(line) for line in lines):
        return None
    return lines


def _concerns_everybody(line: sa.Row[Any]) -> bool:
    # Of a service that is gone, nothing says any more on which routes it was.
    return line.record_type in OF_ALL or (line.record_type == "service" and line.action == "removed")


def list_services_touched(lines: Lines, day: date, thresholds: Sequence[int]) -> set[uuid.UUID]:
    """The services that the lines are about, and those that the people whom they are about hear of."""
    services: set[uuid.UUID] = set()
    people: set[uuid.UUID] = set()
    receipts: set[uuid.UUID] = set()
    for line in lines:
        if line.record_type == "alert_receipt":
            receipts.add(line.record_id)
        elif line.record_type == "shortlist_entry":
            services.update(uuid.UUID(key) for key in line.fields.get("service_id", ()) if key)
        elif line.record_type in OF_PEOPLE:
            if line.record_type != "account" or any(name in line.fields for name in OF_AN_ACCOUNT):
                people.add(line.about_id)
        else:
            services.add(line.about_id)
    services |= _list_of_contacts({line.about_id for line in lines if line.record_type == "phone"})
    services |= _list_on({line.about_id for line in lines if line.record_type in OF_A_LIST})
    services |= _list_acknowledged_no_more(receipts) | _list_heard_of(people)
    if any(line.record_type != "watch" and line.about_id in people for line in lines):
        # To whom an end is passed on may be others now.
        for question in escalation.list_questions(day, thresholds, may_end_on_its_day()):
            services.update(db.session.scalars(question))
    return services


def _list_heard_of(people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    return {
        service_id
        for way in (list_ways_used() if people else ())
        for part in _in_parts(people)
        for service_id in db.session.scalars(sa.select(way.c.service_id).where(way.c.account_id.in_(part)).distinct())
    }


def _list_of_contacts(contact_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Whose contacts these are: a number is filed under its post."""
    query = sa.select(Contact.service_id)
    return {key for part in _in_parts(contact_ids) for key in db.session.scalars(query.where(Contact.id.in_(part)))}


def _list_on(shortlist_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    query = sa.select(ShortlistEntry.service_id)
    parts = _in_parts(shortlist_ids)
    return {key for part in parts for key in db.session.scalars(query.where(ShortlistEntry.shortlist_id.in_(part)))}


def _list_acknowledged_no_more(receipt_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The services of alerts that somebody had acknowledged and now wants to be asked of again."""
    query = sa.select(Alert.service_id).join(AlertReceipt, AlertReceipt.alert_id == Alert.id)
    query = query.where(AlertReceipt.acknowledged_at.is_(None))
    parts = _in_parts(receipt_ids)
    return {key for part in parts for key in db.session.scalars(query.where(AlertReceipt.id.in_(part))) if key}


def list_services_settled(since: datetime, day: date) -> set[uuid.UUID]:
    """Services of which something was sent or dropped since a moment, so that something else may be told now."""
    if not db.session.scalar(sa.select(sa.exists().where(Delivery.settled_at >= since))):
        return set()
    settled = sa.select(Alert.service_id).join(Delivery, Delivery.alert_id == Alert.id)
    settled = settled.where(Delivery.settled_at >= since, Alert.service_id.is_not(None))
    dropped = settled.where(Delivery.state == DeliveryState.DROPPED)
    stopped = settled.where(Alert.kind.in_(STATUS_KINDS.values()))
    moved = ends_that_moved(day).where(Delivery.settled_at >= since)
    return {key for query in (dropped, stopped, moved) for key in db.session.scalars(query)}


def _in_parts(ids: Collection[uuid.UUID]) -> Iterable[Sequence[uuid.UUID]]:
    ordered = sorted(ids)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))
