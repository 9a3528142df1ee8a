"""How somebody wishes to be told, and the link that pauses all mail without a sign-in."""

from datetime import time

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir.accounts.actions import change_language
from partnerdir.accounts.models import Account
from partnerdir.accounts.queries import require_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import choices
from partnerdir.alerts.errors import NotDelivered
from partnerdir.alerts.models import AlertChoice
from partnerdir.alerts.reaching import change_channels
from partnerdir.alerts.rules import Pace
from partnerdir.alerts.webhook import Webhooks, secret_of
from partnerdir.database import db
from partnerdir.errors import Missing
from partnerdir.languages import gettext, offered, speak
from partnerdir.web.access import changes_records, open_to, open_to_everyone
from partnerdir.web.forms.alerts import ChoiceForm
from partnerdir.web.forms.saving import tried
from partnerdir.web.languages import chosen


@open_to(RoleName.FRONTLINE)
@changes_records
def change_choices() -> Response | tuple[str, int]:
    """How soon, when not, and over which channels."""
    form, kept = ChoiceForm(language=current_user.language), choices.find_choice(current_user.id)
    if len(offered()) == 1:
        del form.language
    if request.method == "GET":
        _fill(form, kept)
    if form.validate_on_submit() and tried(form, lambda: _save(form)):
        speak(chosen())  # which may have changed just now
        flash(gettext("We tell you as you chose."), "success")
        return redirect(url_for("frontline.change_choices"), 303)
    page = render_template(
        "frontline/change_choices.html",
        form=form,
        is_paused=bool(kept and kept.is_paused),
        has_webhook=bool(kept and kept.webhook_url),
        secret=secret_of(current_user.id, str(current_app.config["SECRET_KEY"])),
        token=choices.sealed_account(current_user.id, str(current_app.config["SECRET_KEY"])),
    )
    return page, 422 if form.is_submitted() else 200


@open_to(RoleName.FRONTLINE)
def send_test() -> Response:
    """Sends a test to the webhook that is saved, and says what came of it."""
    account_id, kept = current_user.id, choices.find_choice(current_user.id)
    url = kept.webhook_url if kept else ""
    db.session.rollback()  # the receiver may be slow, and nothing is held meanwhile
    try:
        Webhooks(current_app.extensions["settings"]).send_test(url, account_id)
    except NotDelivered as problem:
        flash(gettext("The test did not arrive. %(problem)s", problem=problem))
    else:
        flash(gettext("The test was taken."), "success")
    return redirect(url_for("frontline.change_choices"), 303)


@open_to_everyone
@changes_records
def pause(token: str) -> str:
    """Pauses all mail to whom the link names, or lets it flow again: the page asks first, the button does it."""
    account = _require_account(token)
    kept = choices.find_choice(account.id)
    if request.method == "POST":
        kept = choices.change_pause(account.id, is_paused="resume" not in request.form)
    return render_template(
        "frontline/pause.html", is_paused=bool(kept and kept.is_paused), is_done=request.method == "POST", token=token
    )


def _require_account(token: str) -> Account:
    account_id = choices.opened_account(token, str(current_app.config["SECRET_KEY"]))
    if account_id is None:
        raise Missing("There is no such link.")
    return require_account(account_id)


def _fill(form: ChoiceForm, kept: AlertChoice | None) -> None:
    chosen = kept or choices.CHOSE_NOTHING
    form.pace.data, form.urgent_pace.data = str(chosen.pace), str(chosen.urgent_pace)
    form.quiet_from.data, form.quiet_until.data = _written(chosen.quiet_from), _written(chosen.quiet_until)
    form.wants_mail.data = kept is None or kept.wants_mail
    form.webhook_url.data = kept.webhook_url if kept else ""


def _save(form: ChoiceForm) -> None:
    hours = [time.fromisoformat(field.data) if field.data else None for field in (form.quiet_from, form.quiet_until)]
    choices.change_choice(current_user.id, Pace(form.pace.data), *hours, urgent_pace=Pace(form.urgent_pace.data))
    inside = current_app.extensions["settings"].inside_hosts
    if "language" in form:
        change_language(require_account(current_user.id), form.language.data)
    change_channels(current_user.id, form.wants_mail.data, form.webhook_url.data or "", inside)


def _written(hour: time | None) -> str:
    return hour.isoformat() if hour else ""
