"""'It is sorted': the one short form for a service whose money goes on."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory.queries import require_service
from partnerdir.funding import renewals
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_funds, list_windows
from partnerdir.funding.rules import Certainty, Outlook, outlook_on
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to, post_of_reader
from partnerdir.web.forms.renewals import OTHER_MONEY, RenewalForm
from partnerdir.web.forms.saving import tried


@open_to(RoleName.COORDINATOR)
@changes_records
def renew_funding(service_id: uuid.UUID) -> Response | tuple[str, int]:
    """Until when a service is paid for now; those who were warned are told by the next scan."""
    service = require_service(service_id)
    outlook = outlook_on(list_windows(service.id), clock.today(), current_app.extensions["settings"].threshold_days)
    windows = [window for window in outlook.ending_windows if isinstance(window, FundingWindow)]
    form = RenewalForm()
    form.offer(windows, list_funds())
    if not form.is_submitted():
        form.remember(windows)
    if form.validate_on_submit():
        if tried(form, lambda: _renew(service.id, form, windows, outlook)):
            flash(_said(form), "success")
            return redirect(_back(service.id), 303)
        # Whoever saves again does so knowing what the page shows now.
        for window in windows:
            db.session.refresh(window)
        form.offer(windows, list_funds())
        form.remember(windows)
    page = render_template(
        "coordinator/renew_funding.html", form=form, service=service, outlook=outlook, back=_back(service.id)
    )
    return page, 422 if form.is_submitted() else 200


def _renew(service_id: uuid.UUID, form: RenewalForm, windows: Sequence[FundingWindow], outlook: Outlook) -> None:
    said = {
        "certainty": Certainty(form.certainty.data),
        "confirmed_by": form.confirmed_by.data,
        "confirmed_on": clock.today(),
        "source": post_of_reader(),
    }
    if form.window.data == OTHER_MONEY:
        after = max(outlook.ends_on or clock.today(), clock.today() - timedelta(days=1))
        begins_on = after + timedelta(days=1) if outlook.ends_on else clock.today()
        renewals.add_follower(service_id, uuid.UUID(form.fund.data), begins_on, form.ends_on.data, said)
        return
    window = next(window for window in windows if str(window.id) == form.window.data)
    renewals.renew_window(window, form.ends_on.data, said, form.seen_version(window))


def _said(form: RenewalForm) -> str:
    until = spoken_day(form.ends_on.data)
    if form.certainty.data == Certainty.CONFIRMED:
        return gettext("It is sorted: funded until %(until)s. Those who were warned are told.", until=until)
    return gettext("%(until)s is kept as hoped for. Warnings go on until it is confirmed.", until=until)


def _back(service_id: uuid.UUID) -> str:
    """To the alert that the reader came from, or to the service."""
    alert_id = request.args.get("alert", type=uuid.UUID)
    if alert_id:
        return url_for("frontline.show_alert", alert_id=alert_id)
    return url_for("public.show_service", service_id=service_id)
