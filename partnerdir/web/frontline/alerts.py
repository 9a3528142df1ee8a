"""One alert: what it says, what it rests on, where else to send people, who else was told and what they said."""

import uuid

from flask import current_app, render_template
from flask_security import current_user

from partnerdir import clock
from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.alerts import receipts
from partnerdir.alerts.alternatives import list_alternatives
from partnerdir.alerts.escalation import list_whom_told
from partnerdir.alerts.particulars import particulars_of
from partnerdir.alerts.receipts import OF_MONEY, Group, Stand
from partnerdir.alerts.routes_at_risk import route_of
from partnerdir.alerts.tellings import list_tellings_of
from partnerdir.alerts.wording import GOOD_NEWS
from partnerdir.funding.queries import list_windows
from partnerdir.funding.rules import outlook_on
from partnerdir.web import telling_words
from partnerdir.web.access import open_to
from partnerdir.web.alert_words import alert_words, subject_words
from partnerdir.web.frontline.inbox import answer_forms, read_box

MOST_READERS = 50
ASKS = (Stand.OPEN, Stand.LATER)


@open_to(RoleName.FRONTLINE)
def show_alert(alert_id: uuid.UUID) -> str:
    """An alert, for those who were told it and for coordinators; addresses are for coordinators."""
    is_coordinator = has_rank(current_user.role_names, RoleName.COORDINATOR)
    alert = receipts.require_alert(alert_id) if is_coordinator else receipts.require_told(current_user.id, alert_id)
    today, thresholds = clock.today(), current_app.extensions["settings"].threshold_days
    windows = list_windows(alert.service_id) if alert.service_id else []
    outlook = outlook_on(windows, today, thresholds)
    now = {alert.service_id: outlook} if alert.service_id else {}
    group = _group_of(alert_id)
    is_warning = alert.service_id is not None and alert.kind not in GOOD_NEWS
    others = []
    if alert.service_id and is_warning:
        others = list_alternatives(alert.service_id, alert.ends_on or today, today, route_of(alert.fact))
    return render_template(
        "frontline/show_alert.html",
        alert=alert,
        group=group,
        latest=group.latest.alert if group else alert,
        can_answer=group is not None and group.latest.alert.id == alert.id and group.stand in ASKS,
        forms={alert.id: answer_forms(alert.id)},
        outlook=outlook,
        windows=outlook.ending_windows if alert.kind in OF_MONEY else (),
        is_past=receipts.is_past(alert, now),
        is_sorted=receipts.is_sorted(alert, now),
        particulars=list(particulars_of(alert, today)),
        is_warning=is_warning,
        others=others,
        passed_on=list(dict.fromkeys(receipts.post_of(account) for account in list_whom_told(alert))),
        tellings=list_tellings_of(alert.id, MOST_READERS),
        words=telling_words,
        has_mail=bool(current_app.extensions["settings"].smtp_host),
        may_renew=is_coordinator,
        alert_words=alert_words,
        subject_words=subject_words,
        post_of=receipts.post_of,
    )


def _group_of(alert_id: uuid.UUID) -> Group | None:
    """What the reader was told of the same matter, and where they stand with it; None where they were not told."""
    groups = read_box(current_user.id).groups
    return next((group for group in groups if alert_id in group.alert_ids), None)
