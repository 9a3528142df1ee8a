"""One service: everything a caller needs, and what staff know besides."""

import uuid
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.alerts.queries import find_watch, find_wider_watch
from partnerdir.alerts.receipts import list_who_knows
from partnerdir.directory.closing import find_survivor
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_services, require_service
from partnerdir.directory.rules import Access, Circumstance, Referral, ServiceStatus, Taking, Way
from partnerdir.funding.doubts import doubts
from partnerdir.funding.queries import list_outlooks, list_windows
from partnerdir.funding.rules import outlook_on
from partnerdir.geography.queries import list_area_names
from partnerdir.languages import gettext
from partnerdir.web import formats
from partnerdir.web.access import open_to_everyone
from partnerdir.web.funding_words import DOUBTS
from partnerdir.web.list_choices import list_choices
from partnerdir.web.papers import sealed_list
from partnerdir.web.public import seen
from partnerdir.web.public.choices import list_need_links
from partnerdir.web.public.closed import find_closed, list_others
from partnerdir.web.words import words_for


@open_to_everyone
def show_service(service_id: uuid.UUID) -> str | Response:
    """The page of a service; one that has closed keeps its page (and 200, so that no browser hides what it says).

    One that was merged leads to the service it is part of now.
    """
    service = require_service(service_id)
    if survivor := find_survivor(service):
        return redirect(url_for("public.show_service", service_id=survivor.id, was=service.id), 301)
    reader, today = seen.reader(), clock.today()
    money = _money(service, reader)
    return render_template(
        "public/show_service.html",
        service=service,
        is_sensitive=seen.is_sensitive(service),
        closed=find_closed(service),
        others=list_others(service, money["outlook"]),
        was=_find_merged(service, request.args.get("was", type=uuid.UUID)),
        is_paused=service.status is ServiceStatus.PAUSED,
        facts=list_facts(service),
        hours=[hours for hours in service.schedules if hours.service_at_location_id is None],
        places=seen.list_places(service, reader),
        is_address_secret=seen.is_address_secret(service),
        phones=seen.list_phones(service),
        number=seen.first_number(service, today),
        contacts=seen.list_contacts(service, reader, today),
        need_links=list_need_links(service.needs),
        checked_by=service.assured_by if reader.is_staff else seen.public_name(service.assured_by),
        **money,
    )


def _find_merged(service: Service, merged_id: uuid.UUID | None) -> Service | None:
    """The service that led here, where it is a part of this one."""
    merged = next(iter(list_services([merged_id])), None) if merged_id else None
    survivor = find_survivor(merged) if merged else None
    return merged if survivor and survivor.id == service.id else None


def list_facts(service: Service) -> list[tuple[str, str]]:
    """What a caller asks before ringing, as (question, answer); what is not known is left out."""
    who = [formats.ages(service.minimum_age, service.maximum_age)]
    who += [words_for(Circumstance(code)) for code in service.circumstances]
    facts = [
        (gettext("Who it is for"), "; ".join(filter(None, [*who, service.eligibility_description]))),
        (gettext("Is there room"), "" if service.taking is Taking.UNKNOWN else words_for(service.taking)),
        (gettext("How to ask"), "" if service.referral is Referral.UNKNOWN else words_for(service.referral)),
        (gettext("What happens first"), service.application_process),
        (gettext("How you attend"), "; ".join(words_for(Way(code)) for code in service.ways)),
        (gettext("Areas"), formats.joined(list_area_names(seen.area_ids(service)))),
        (gettext("Cost"), service.fees_description),
        (gettext("Languages besides English"), formats.joined(formats.languages(service.languages))),
        (gettext("Access"), "; ".join(words_for(Access(code)) for code in service.accessibility)),
    ]
    return [(question, answer) for question, answer in facts if answer]


def _money(service: Service, reader: seen.Reader) -> dict[str, Any]:
    today, thresholds = clock.today(), current_app.extensions["settings"].threshold_days
    if not reader.is_staff:
        return {"outlook": list_outlooks([service.id], today, thresholds)[service.id]}
    windows = list_windows(service.id)
    return {
        "outlook": outlook_on(windows, today, thresholds),
        "windows": windows,
        "doubts": [DOUBTS[doubt] for doubt in doubts(windows, today)],
        "watch": find_watch(current_user.id, service.id),
        "organisation_watch": find_wider_watch(current_user.id, organisation_id=service.organisation_id),
        "who_knows": list_who_knows([service.id]),
        "lists": list_choices(service.id),
        "today": today,
        "print_list": sealed_list([service.id]),
        "may_change": reader.may_see_secret_addresses,
    }
