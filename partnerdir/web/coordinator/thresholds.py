"""How many days before an end people are warned of one service."""

import uuid
from collections.abc import Sequence

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import thresholds
from partnerdir.directory.models import Service
from partnerdir.directory.queries import require_service
from partnerdir.errors import Conflict
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.coordinator.services import service_page
from partnerdir.web.forms.saving import tried
from partnerdir.web.forms.thresholds import ThresholdsForm, days_words


@open_to(RoleName.COORDINATOR)
@changes_records
def change_thresholds(service_id: uuid.UUID) -> Response | tuple[str, int]:
    """The numbers of days; none, where the service is to be like every other."""
    service, form = require_service(service_id), ThresholdsForm(prefix="warn-")
    if form.validate_on_submit() and tried(form, lambda: _change(service, form)):
        flash(
            gettext("People are warned of %(service)s %(days)s.", service=service.name, days=_said(form.days.data)), "success"
        )
        return redirect(url_for("coordinator.change_service", service_id=service.id), 303)
    form.seen.data, form.seen.raw_data = days_words(_kept(service)), None
    return service_page(service, thresholds_form=form), 422


def _change(service: Service, form: ThresholdsForm) -> None:
    kept = days_words(_kept(service))
    if kept != (form.seen.data or ""):
        now = gettext("%(kept)s days", kept=kept) if kept else gettext("as for every other service")
        raise Conflict(
            gettext("Somebody changed this while you had it open: it is %(now)s now. Save again to replace it.", now=now)
        )
    thresholds.change_thresholds(service.id, form.days.data)


def _kept(service: Service) -> Sequence[int]:
    return thresholds.thresholds_of([service.id]).get(service.id, ())


def _said(days: Sequence[int]) -> str:
    return (
        gettext("%(days_words)s days before an end", days_words=days_words(sorted(set(days), reverse=True)))
        if days
        else gettext("as of every other service")
    )
