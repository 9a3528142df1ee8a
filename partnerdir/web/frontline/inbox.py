"""What the person who is signed in was told, and what they say to it."""

import uuid
from collections import defaultdict
from datetime import timedelta

from flask import current_app, flash, redirect, render_template, url_for
from flask_security import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.queries import require_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import receipts
from partnerdir.alerts.receipts import Stand
from partnerdir.dates import spoken_day
from partnerdir.funding.queries import list_outlooks
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.alert_words import alert_words, subject_words
from partnerdir.web.forms.alerts import HandOverForm, SnoozeForm
from partnerdir.web.forms.saving import tried

A_WEEK = timedelta(days=7)


@open_to(RoleName.FRONTLINE)
def list_alerts() -> str:
    """Everything the reader was told, by subject, what needs an answer first."""
    return _page()


@open_to(RoleName.FRONTLINE)
@changes_records
def acknowledge(alert_id: uuid.UUID) -> Response:
    """'I know, I am watching it'."""
    alert = receipts.require_told(current_user.id, alert_id)
    receipts.acknowledge(current_user.id, alert)
    flash(f"{subject_words(alert)}: others can see that you know.", "success")
    return _back()


@open_to(RoleName.FRONTLINE)
@changes_records
def snooze(alert_id: uuid.UUID) -> Response | tuple[str, int]:
    """'Ask me again on …'."""
    alert, today = receipts.require_told(current_user.id, alert_id), clock.today()
    form = SnoozeForm(prefix=f"later-{alert_id}-")
    if form.validate_on_submit() and tried(form, lambda: receipts.snooze(current_user.id, alert, form.until.data, today)):
        flash(f"{subject_words(alert)}: we ask you again on {spoken_day(form.until.data)}.", "success")
        return _back()
    return _page(form, alert_id), 422


@open_to(RoleName.FRONTLINE)
@changes_records
def hand_over(alert_id: uuid.UUID) -> Response | tuple[str, int]:
    """'Give it to …'."""
    alert = receipts.require_told(current_user.id, alert_id)
    giver = require_account(current_user.id)
    form = HandOverForm(prefix=f"give-{alert_id}-")
    if form.validate_on_submit() and tried(form, lambda: receipts.hand_over(giver, alert, str(form.email.data))):
        flash(f"{subject_words(alert)}: it is given to {form.email.data}, who watches it from now on.", "success")
        return _back()
    return _page(form, alert_id), 422


def _page(wrong: FlaskForm | None = None, alert_id: uuid.UUID | None = None) -> str:
    """The inbox; a form that was filled in wrongly stands open at its alert."""
    today = clock.today()
    told = receipts.list_told(current_user.id)
    service_ids = {one.alert.service_id for one in told if one.alert.service_id}
    outlooks = list_outlooks(list(service_ids), today, current_app.extensions["settings"].threshold_days)
    ends = {service_id: outlook.ends_on for service_id, outlook in outlooks.items()}
    groups = receipts.by_subject(told, today, ends)
    by_stand: dict[Stand, list[receipts.Group]] = defaultdict(list)
    for group in groups:
        by_stand[group.stand].append(group)
    return render_template(
        "frontline/list_alerts.html",
        by_stand=by_stand,
        outlooks=outlooks,
        past={group.latest.alert.id for group in groups if receipts.is_past(group.latest.alert, ends)},
        forms={group.latest.alert.id: _forms(group.latest.alert.id, wrong, alert_id) for group in groups},
        form=wrong,
        alert_words=alert_words,
        subject_words=subject_words,
        post_of=receipts.post_of,
    )


def _forms(alert_id: uuid.UUID, wrong: FlaskForm | None, wrong_id: uuid.UUID | None) -> dict[str, FlaskForm]:
    forms = {
        "snooze": SnoozeForm(None, prefix=f"later-{alert_id}-", until=clock.today() + A_WEEK),
        "hand_over": HandOverForm(None, prefix=f"give-{alert_id}-"),
    }
    if wrong is not None and alert_id == wrong_id:
        forms["snooze" if isinstance(wrong, SnoozeForm) else "hand_over"] = wrong
    return forms


def _back() -> Response:
    return redirect(url_for("frontline.list_alerts"), 303)
