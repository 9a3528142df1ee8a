"""What could not be sent, whom it was for and who hears it instead; and the button that tries again."""

import uuid

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.alerts import unsent
from partnerdir.alerts.queries import count_waiting
from partnerdir.alerts.receipts import post_of
from partnerdir.errors import Missing
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.alert_words import alert_words, subject_words


@open_to(RoleName.COORDINATOR)
def list_unsent() -> str:
    """By reader and reason."""
    day = clock.today()
    is_off = not current_app.extensions["settings"].smtp_host
    return render_template(
        "coordinator/list_unsent.html",
        groups=unsent.list_unsent(day),
        total=unsent.count_unsent(day),
        waiting=count_waiting() if is_off else 0,
        may_change_accounts=has_rank(current_user.role_names, RoleName.STEWARD),
        post_of=post_of,
        alert_words=alert_words,
        subject_words=subject_words,
    )


@open_to(RoleName.COORDINATOR)
@changes_records
def try_again() -> Response:
    """Tries again all that one reader was not told over one channel."""
    count = unsent.try_again(_asked_for(), clock.today())
    flash(gettext("We try %(count)s again now. What fails again comes back to this list.", count=count), "success")
    return redirect(url_for("coordinator.list_unsent"), 303)


def _asked_for() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("delivery_id", ""))
    except ValueError as wrong:
        raise Missing("There is no such delivery.") from wrong
