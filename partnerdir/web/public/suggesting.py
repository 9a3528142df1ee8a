"""Saying that something is wrong with a service, without an account and without leaving a trace; and reading the answer.

A visitor has no session, so the usual guard (a token in the session's cookie) cannot be used, and need not be: a forged
form would act for nobody. What must be kept off is a flood. So the form carries a paper sealed by us for this service and
a few hours, the browser must not say that another site sent it, and a day has room for so many suggestions, counted in
the database and not by sender (docs/decisions/0013-suggestions.md).
"""

import secrets
import uuid

from flask import current_app, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from partnerdir.directory import suggestions
from partnerdir.directory.models import Service, Suggestion
from partnerdir.directory.queries import require_service
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to_everyone
from partnerdir.web.forms.saving import tried
from partnerdir.web.forms.suggestions import ReferenceForm, SuggestionForm

PAPER_SECONDS = 6 * 60 * 60
TOO_MANY = 429


@open_to_everyone
@changes_records
def add_suggestion(service_id: uuid.UUID) -> tuple[str, int]:
    """Takes a suggestion and gives its code; a form that was sent twice is one suggestion."""
    service, form = require_service(service_id), SuggestionForm()
    if not form.is_submitted():
        return _form_page(service, form, 200)
    if _comes_from_elsewhere():
        return _form_page(
            service, form, 403, gettext("Your browser says that this came from another website. Press the button again.")
        )
    if not _is_ours(form.paper.data or "", service_id):
        return _form_page(service, form, 422, gettext("This page was open for a long time. Press the button again."))
    if not form.validate():
        return _form_page(service, form, 422)
    reference = suggestions.reference_of(str(form.paper.data), str(current_app.config["SECRET_KEY"]))
    if suggestions.find_suggestion(reference) is None:
        if not suggestions.has_room(service_id):
            return _form_page(
                service, form, TOO_MANY, gettext("We have had many of these today. Try again tomorrow, or ring us.")
            )
        if not tried(form, lambda: _add(service, form, reference)):
            return _form_page(service, form, 422)
    return render_template("public/suggested.html", service=service, reference=_in_groups(reference)), 200


@open_to_everyone
def find_suggestion() -> tuple[str, int]:
    """What became of a suggestion, for whoever has its code; there is no list."""
    form, found = ReferenceForm(), None
    if form.validate_on_submit():
        found = suggestions.find_suggestion(form.reference.data or "")
        if found is None:
            form.reference.errors = [
                gettext("We know no suggestion with these letters. Check them against what you wrote down.")
            ]
    status = 422 if form.errors else 200
    return render_template("public/find_suggestion.html", form=form, suggestion=found, code=_code_of(found)), status


def _form_page(service: Service, form: SuggestionForm, status: int, problem: str = "") -> tuple[str, int]:
    """The form as it was filled in, with a new paper."""
    if problem:
        form[form.main_field].errors = [problem]
    form.paper.data, form.paper.raw_data = _paper_for(service.id), None
    phone = current_app.extensions["settings"].desk_phone
    return render_template("public/add_suggestion.html", service=service, form=form, desk_phone=phone), status


def _add(service: Service, form: SuggestionForm, reference: str) -> Suggestion:
    kind, text = SuggestionKind(form.kind.data), form.text.data or ""
    return suggestions.add_suggestion(service.id, kind, text, SuggestionOrigin.PUBLIC, reference=reference)


def _papers() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="suggestion")


def _paper_for(service_id: uuid.UUID) -> str:
    """Sealed for this service, with the time; no two are alike."""
    return str(_papers().dumps([service_id.hex, secrets.token_urlsafe(9)]))


def _is_ours(paper: str, service_id: uuid.UUID) -> bool:
    try:
        said = _papers().loads(paper, max_age=PAPER_SECONDS)
    except BadSignature:
        return False
    return bool(said[0] == service_id.hex)


def _comes_from_elsewhere() -> bool:
    """Whether the browser says that another site sent the form.

    Our pages send no referrer, and then browsers say "null" for the origin even of our own forms; Sec-Fetch-Site tells the
    two apart where it is sent.
    """
    site, origin = request.headers.get("Sec-Fetch-Site", "same-origin"), request.headers.get("Origin", "null")
    return site not in ("same-origin", "none") or origin not in ("null", request.host_url.rstrip("/"))


def _code_of(suggestion: Suggestion | None) -> str:
    return _in_groups(suggestion.reference) if suggestion else ""


def _in_groups(reference: str) -> str:
    """As it is read out and written down: two groups of five."""
    return f"{reference[:5]} {reference[5:]}"
