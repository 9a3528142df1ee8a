"""'It is sorted' from somebody who may not change services: a coordinator is told, and decides."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.directory import suggestions
from partnerdir.directory.queries import require_service
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin
from partnerdir.funding.queries import list_outlooks
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to, post_of_reader
from partnerdir.web.forms.renewals import EndSuggestionForm
from partnerdir.web.forms.saving import tried


@open_to(RoleName.FRONTLINE)
@changes_records
def add_suggestion(service_id: uuid.UUID) -> Response | tuple[str, int]:
    """What a frontline worker heard of a new end date, as a suggestion; it changes no record."""
    service, form = require_service(service_id), EndSuggestionForm()
    back = _back(service_id)
    if form.validate_on_submit() and tried(form, lambda: _add(service_id, form)):
        flash(gettext("A coordinator can read it now. Until they decide, what is recorded stays."), "success")
        return redirect(back, 303)
    outlook = list_outlooks([service_id], clock.today(), ())[service_id]
    page = render_template("frontline/add_suggestion.html", form=form, service=service, outlook=outlook, back=back)
    return page, 422 if form.is_submitted() else 200


def _add(service_id: uuid.UUID, form: EndSuggestionForm) -> None:
    text = gettext("It is sorted, says: %(data)s", data=form.text.data)
    suggestions.add_suggestion(
        service_id, SuggestionKind.WRONG_DATES, text, SuggestionOrigin.STAFF, post_of_reader(), form.ends_on.data
    )


def _back(service_id: uuid.UUID) -> str:
    """To the alert that the reader came from, or to the service."""
    alert_id = request.args.get("alert", type=uuid.UUID)
    if alert_id:
        return url_for("frontline.show_alert", alert_id=alert_id)
    return url_for("public.show_service", service_id=service_id)
