"""What the person who is signed in was told, and what they say to it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_security import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.queries import require_account
from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.alerts import receipts
from partnerdir.alerts.receipts import Stand
from partnerdir.dates import spoken_day
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.alert_words import alert_words, detail_words, subject_words
from partnerdir.web.forms.alerts import HandOverForm, SnoozeForm
from partnerdir.web.forms.saving import tried

A_WEEK = timedelta(days=7)
PAGE_SIZE = 50


class Show(StrEnum):
    """Which of the alerts are listed."""

    ALL = "all"
    TO_DO = "to-do"
    KNOWN = "known"


SHOWN = {
    Show.ALL: (Stand.OPEN, Stand.LATER, Stand.KNOWN, Stand.GIVEN, Stand.SORTED),
    Show.TO_DO: (Stand.OPEN,),
    Show.KNOWN: (Stand.LATER, Stand.KNOWN, Stand.GIVEN, Stand.SORTED),
}


@dataclass(frozen=True)
class Box:
    """What somebody was told, by subject; what is recorded of those services now; and the alerts that this has overtaken."""

    groups: list[receipts.Group]
    outlooks: dict[uuid.UUID, Outlook]
    past: set[uuid.UUID]


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
    flash(gettext("%(subject_words)s: others can see that you know.", subject_words=subject_words(alert)), "success")
    return _back()


@open_to(RoleName.FRONTLINE)
@changes_records
def snooze(alert_id: uuid.UUID) -> Response | tuple[str, int]:
    """'Ask me again on …'."""
    alert, today = receipts.require_told(current_user.id, alert_id), clock.today()
    form = SnoozeForm(prefix=f"later-{alert_id}-")
    if form.validate_on_submit() and tried(form, lambda: receipts.snooze(current_user.id, alert, form.until.data, today)):
        flash(
            gettext(
                "%(subject_words)s: we ask you again on %(day)s.",
                subject_words=subject_words(alert),
                day=spoken_day(form.until.data),
            ),
            "success",
        )
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
        flash(
            gettext(
                "%(subject_words)s: it is given to %(data)s, who watches it from now on.",
                subject_words=subject_words(alert),
                data=form.email.data,
            ),
            "success",
        )
        return _back()
    return _page(form, alert_id), 422


def _page(wrong: FlaskForm | None = None, alert_id: uuid.UUID | None = None) -> str:
    """The inbox; a form that was filled in wrongly stands open at its alert."""
    box = read_box(current_user.id)
    show, page = request.args.get("show", Show.ALL, type=Show), request.args.get("page", 1, type=int)
    if not 1 <= page <= 10_000:
        abort(404)
    wanted = [group for stand in SHOWN[show] for group in box.groups if group.stand is stand]
    shown = wanted if wrong is not None else wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "frontline/list_alerts.html",
        by_stand={stand: [group for group in shown if group.stand is stand] for stand in Stand},
        counts={each: sum(group.stand in SHOWN[each] for group in box.groups) for each in Show},
        show=show,
        total=len(wanted),
        page=page,
        page_size=PAGE_SIZE,
        outlooks=box.outlooks,
        past=box.past,
        forms={
            group.latest.alert.id: answer_forms(group.latest.alert.id, wrong if alert_id in group.alert_ids else None)
            for group in shown
        },
        form=wrong,
        may_renew=has_rank(current_user.role_names, RoleName.COORDINATOR),
        alert_words=alert_words,
        detail_words=detail_words,
        subject_words=subject_words,
        post_of=receipts.post_of,
    )


def read_box(account_id: uuid.UUID) -> Box:
    """What an account was told, by subject, beside what is recorded now."""
    today, told = clock.today(), receipts.list_told(account_id)
    service_ids = {one.alert.service_id for one in told if one.alert.service_id}
    outlooks = list_outlooks(list(service_ids), today, current_app.extensions["settings"].threshold_days)
    groups = receipts.by_subject(told, today, outlooks)
    past = {group.latest.alert.id for group in groups if receipts.is_past(group.latest.alert, outlooks)}
    return Box(groups, outlooks, past)


def answer_forms(alert_id: uuid.UUID, wrong: FlaskForm | None = None) -> dict[str, FlaskForm]:
    """The forms with which a reader answers an alert; the wrong one, as it was filled in, in its place."""
    forms = {
        "snooze": SnoozeForm(None, prefix=f"later-{alert_id}-", until=clock.today() + A_WEEK),
        "hand_over": HandOverForm(None, prefix=f"give-{alert_id}-"),
    }
    if wrong is not None:
        forms["snooze" if isinstance(wrong, SnoozeForm) else "hand_over"] = wrong
    return forms


def _back() -> Response:
    return redirect(url_for("frontline.list_alerts"), 303)
