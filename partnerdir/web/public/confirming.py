"""A service's own contact says whether what we say of it is right; the link in their mail is the proof, so nobody signs in."""

from typing import Any

from flask import current_app, render_template, request

from partnerdir import clock
from partnerdir.alerts.asking_contacts import add_answer, find_request, may_be_asked, opened_request
from partnerdir.alerts.models import Delivery
from partnerdir.directory.actions import verify_service
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.queries import require_service
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin
from partnerdir.directory.suggestions import add_suggestion
from partnerdir.funding.actions import verify_window
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_windows
from partnerdir.funding.rules import Certainty
from partnerdir.web.access import changes_records, open_to_everyone
from partnerdir.web.forms.saving import tried
from partnerdir.web.forms.suggestions import ConfirmingForm
from partnerdir.web.public import seen
from partnerdir.web.public.services import list_facts

GONE = 410


@open_to_everyone
@changes_records
def confirm_service(request_token: str) -> tuple[str, int]:
    """Shows what we say of a service to the post that answers for it, and takes one answer."""
    asked = _find_asked(request_token)
    if asked is None:
        return render_template("public/confirm_over.html"), GONE
    delivery, contact = asked
    if delivery.answered_at:
        return render_template("public/confirm_answered.html", is_now=False), 200
    service, form = require_service(contact.service_id), ConfirmingForm()
    if request.method == "POST" and "is_right" in request.form:
        if add_answer(delivery):
            _confirm(service, contact)
        return render_template("public/confirm_answered.html", is_now=True), 200
    if form.validate_on_submit() and tried(form, lambda: _suggest(form, delivery, contact)):
        return render_template("public/confirm_answered.html", is_now=True), 200
    page = render_template("public/confirm_service.html", form=form, contact=contact, token=request_token, **_shown(service))
    return page, 422 if form.is_submitted() else 200


def _find_asked(token: str) -> tuple[Delivery, Contact] | None:
    delivery_id = opened_request(token, str(current_app.config["SECRET_KEY"]))
    delivery = find_request(delivery_id) if delivery_id else None
    contact = delivery.contact if delivery else None
    if delivery is None or contact is None or contact.service_id != delivery.alert.service_id:
        return None
    return (delivery, contact) if may_be_asked(contact, clock.today()) else None


def _shown(service: Service) -> dict[str, Any]:
    """What anybody may know of the service, and the days of its money."""
    return {
        "service": service,
        "facts": list_facts(service),
        "hours": [hours for hours in service.schedules if hours.service_at_location_id is None],
        "places": seen.list_places(service, seen.Reader()),
        "phones": seen.list_phones(service),
        "contacts": seen.list_contacts(service, seen.Reader(), clock.today()),
        "windows": _list_confirmed(service),
    }


def _list_confirmed(service: Service) -> list[FundingWindow]:
    """Money that is confirmed and has not ended."""
    windows, today = list_windows(service.id), clock.today()
    return [w for w in windows if w.certainty is Certainty.CONFIRMED and (w.ends_on is None or w.ends_on >= today)]


def _confirm(service: Service, contact: Contact) -> None:
    today = clock.today()
    verify_service(service, contact.title, today)
    for window in _list_confirmed(service):
        verify_window(window, contact.title, today)


def _suggest(form: ConfirmingForm, delivery: Delivery, contact: Contact) -> None:
    kind, ends_on = SuggestionKind(form.kind.data), form.ends_on.data
    if add_answer(delivery):
        add_suggestion(contact.service_id, kind, form.text.data or "", SuggestionOrigin.CONTACT, contact.title, ends_on)
