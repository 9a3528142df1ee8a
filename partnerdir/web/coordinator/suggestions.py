"""What people outside say is wrong: the list, each one, and what a coordinator decides."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir.accounts.rules import RoleName
from partnerdir.directory import suggestions
from partnerdir.directory.models import Suggestion
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to, post_of_reader
from partnerdir.web.forms.saving import tried
from partnerdir.web.forms.suggestions import DecisionForm
from partnerdir.web.words import words_for


@open_to(RoleName.COORDINATOR)
def list_suggestions() -> str:
    """Those that wait for a decision, and those decided last."""
    waiting, decided = suggestions.list_open_suggestions(), suggestions.list_decided_suggestions()
    return render_template("coordinator/list_suggestions.html", waiting=waiting, decided=decided)


@open_to(RoleName.COORDINATOR)
@changes_records
def change_suggestion(suggestion_id: uuid.UUID) -> Response | tuple[str, int]:
    """One suggestion, accepted or declined with an answer."""
    suggestion, form = suggestions.require_suggestion(suggestion_id), DecisionForm()
    if request.method == "GET":
        form.version.data = str(suggestion.version)
    if form.validate_on_submit() and tried(form, lambda: _decide(suggestion, form), suggestion):
        flash(
            gettext(
                "The suggestion about %(service)s is %(state)s.",
                service=suggestion.service.name,
                state=words_for(suggestion.state).lower(),
            ),
            "success",
        )
        return redirect(url_for("coordinator.list_suggestions"), 303)
    page = render_template("coordinator/change_suggestion.html", form=form, suggestion=suggestion)
    return page, 422 if form.is_submitted() else 200


def _decide(suggestion: Suggestion, form: DecisionForm) -> None:
    decide = suggestions.accept_suggestion if "accept" in request.form else suggestions.decline_suggestion
    seen_version = int(str(form.version.data)) if str(form.version.data).isdigit() else 0
    decide(suggestion, post_of_reader(), form.answer.data or "", seen_version)
