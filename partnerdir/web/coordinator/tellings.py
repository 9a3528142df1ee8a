"""What was told to whom of one service, and what was not sent and why."""

import uuid
from dataclasses import dataclass, field
from itertools import groupby

from flask import abort, current_app, render_template, request
from flask_security import current_user

from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.alerts import tellings as ledger
from partnerdir.alerts.models import Alert
from partnerdir.alerts.rules import AlertKind
from partnerdir.alerts.tellings import Cause, Telling
from partnerdir.directory.queries import require_service
from partnerdir.web import telling_words
from partnerdir.web.access import open_to
from partnerdir.web.alert_words import alert_words

PAGE_SIZE = 50
BY_DAYS = (AlertKind.ENDING, AlertKind.PART_ENDING)


@open_to(RoleName.FRONTLINE)
def list_tellings(service_id: uuid.UUID) -> str:
    """Every alert of a service with whom it went to, newest first; addresses are for coordinators."""
    service, page = require_service(service_id), request.args.get("page", 1, type=int)
    if not 1 <= page <= 10_000:
        abort(404)
    found = ledger.list_tellings(service.id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return render_template(
        "coordinator/list_tellings.html",
        service=service,
        matters=_matters(found),
        by_days=BY_DAYS,
        total=ledger.count_tellings(service.id),
        page=page,
        page_size=PAGE_SIZE,
        alert_words=alert_words,
        words=telling_words,
        has_mail=bool(current_app.extensions["settings"].smtp_host),
        with_addresses=has_rank(current_user.role_names, RoleName.COORDINATOR),
    )


@dataclass
class Matter:
    """One alert with whom it went to, and the farther warnings whose place it took."""

    alert: Alert
    tellings: list[Telling]
    superseded: list[int] = field(default_factory=list)


def _matters(found: list[Telling]) -> list[Matter]:
    matters: list[Matter] = []
    for alert, those in groupby(found, key=lambda telling: telling.alert):
        matter, last = Matter(alert, list(those)), matters[-1] if matters else None
        is_superseded = matter.tellings[0].cause is Cause.SUPERSEDED and alert.threshold is not None
        if is_superseded and last and _subject(last.alert) == _subject(alert):
            last.superseded.append(alert.threshold or 0)
        else:
            matters.append(matter)
    return matters


def _subject(alert: Alert) -> tuple[object, ...]:
    return alert.kind, alert.ends_on, alert.mark, alert.found_on
