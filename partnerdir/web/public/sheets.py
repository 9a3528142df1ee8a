"""What a family is told of a service, on paper and on the list that the paper leads to: what anybody may know, no more."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from partnerdir import clock
from partnerdir.alerts.alternatives import Alternative
from partnerdir.changes import list_changes_since
from partnerdir.directory.closing import find_survivor
from partnerdir.directory.models import Contact, Phone, Schedule, Service
from partnerdir.directory.queries import list_whole_services
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook, PublicKind, public_line
from partnerdir.languages import gettext_noop, lazy_gettext
from partnerdir.web.public import seen
from partnerdir.web.public.closed import Closed, find_closed, list_others
from partnerdir.web.public.services import list_facts

NOT_ON_PAPER = (gettext_noop("Areas"),)
# What is said of a change since the paper, by the sort of record, or by the field of the service.
CHANGED_RECORDS = {
    "phone": lazy_gettext("A telephone number has changed."),
    "schedule": lazy_gettext("The hours have changed."),
    "service_at_location": lazy_gettext("The place has changed."),
    "location": lazy_gettext("The place has changed."),
    "contact": lazy_gettext("Who to ask for has changed."),
}
CHANGED_FIELDS = {
    "status": lazy_gettext("It was closed or paused, or is open again."),
    "name": lazy_gettext("It has a new name."),
    "taking": lazy_gettext("Whether there is room has changed."),
    "referral": lazy_gettext("How to ask for it has changed."),
    "application_process": lazy_gettext("What happens first has changed."),
    "minimum_age": lazy_gettext("The ages have changed."),
    "maximum_age": lazy_gettext("The ages have changed."),
    "fees_description": lazy_gettext("What it costs has changed."),
}


@dataclass(frozen=True)
class Sheet:
    """One service, as anybody may know it; for one that has closed, where else to go."""

    service: Service
    facts: list[tuple[str, str]]
    phones: list[Phone]
    contacts: list[Contact]
    hours: list[Schedule]
    places: list[seen.Place]
    is_address_secret: bool
    outlook: Outlook
    ends_on: date | None
    is_paused: bool
    closed: Closed | None
    survivor: Service | None
    others: list[Alternative] | None


def list_sheets(service_ids: Sequence[uuid.UUID]) -> list[Sheet]:
    """A sheet for each of these services that is still recorded."""
    services, today = list_whole_services(service_ids), clock.today()
    thresholds = current_app.extensions["settings"].threshold_days
    outlooks = list_outlooks([service.id for service in services], today, thresholds)
    return [_sheet_of(service, outlooks[service.id], today) for service in services]


def _sheet_of(service: Service, outlook: Outlook, today: date) -> Sheet:
    line = public_line(outlook, today)
    return Sheet(
        service=service,
        facts=[(question, answer) for question, answer in list_facts(service) if question not in NOT_ON_PAPER],
        phones=seen.list_phones(service),
        contacts=seen.list_contacts(service, seen.Reader(), today),
        hours=[hours for hours in service.schedules if hours.service_at_location_id is None],
        places=seen.list_places(service, seen.Reader()),
        is_address_secret=seen.is_address_secret(service),
        outlook=outlook,
        ends_on=line.ends_on if line and line.kind in (PublicKind.FUNDED, PublicKind.ENDING) else None,
        is_paused=service.status is ServiceStatus.PAUSED,
        closed=find_closed(service),
        survivor=find_survivor(service),
        others=list_others(service, outlook),
    )


def list_news(sheet: Sheet, since: datetime) -> list[str]:
    """What has changed of a service since that moment, as far as anybody may know; each thing once."""
    shown = {contact.id for contact in sheet.contacts}
    places = {place.location.id for place in sheet.places if place.location}
    said = []
    for change in list_changes_since([sheet.service.id, *shown, *places], since):
        is_hidden = (change.record_type == "contact" and change.record_id not in shown) or (
            change.record_type == "service_at_location" and sheet.is_address_secret
        )
        if not is_hidden:
            said.append(str(CHANGED_RECORDS.get(change.record_type, "")))
            fields = change.fields if change.record_type == "service" and change.action == "changed" else {}
            said += [str(words) for field, words in CHANGED_FIELDS.items() if field in fields]
    return [words for words in dict.fromkeys(said) if words]
