"""Closing a service with its day and its reason, merging it into another, and undoing either."""

import re
import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import merging
from partnerdir.directory import closing
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_services_called, require_service
from partnerdir.directory.rules import ClosingReason
from partnerdir.errors import BadInput, Missing
from partnerdir.geography.queries import list_area_names
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.formats import joined
from partnerdir.web.forms.closing import ClosingForm
from partnerdir.web.forms.saving import tried

AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@open_to(RoleName.COORDINATOR)
@changes_records
def close_service(service_id: uuid.UUID) -> Response | tuple[str, int]:
    """Asks when and why a service closed, and where its work went."""
    service, form = require_service(service_id), ClosingForm()
    if request.method == "GET":
        _show(form, service)
    if form.validate_on_submit() and tried(form, lambda: _close(service, form), service):
        return redirect(url_for("coordinator.change_service", service_id=service.id), 303)
    merged = closing.list_merged_into(service)
    page = render_template("coordinator/close_service.html", form=form, service=service, merged=merged)
    return page, 422 if form.is_submitted() else 200


@open_to(RoleName.COORDINATOR)
@changes_records
def reopen_service(service_id: uuid.UUID) -> Response:
    """Opens a service again; where it was merged, it stands by itself again."""
    service = require_service(service_id)
    merging.reopen_service(service)
    flash(gettext("%(service)s is open again. Check its details and its funding.", service=service.name), "success")
    return redirect(url_for("coordinator.change_service", service_id=service.id), 303)


def _show(form: ClosingForm, service: Service) -> None:
    form.version.data = str(service.version)
    known = closing.find_closing(service)
    if known:
        form.closed_on.data, form.reason.data = known.closed_on, str(known.reason)


def _close(service: Service, form: ClosingForm) -> None:
    reason, closed_on = ClosingReason(form.reason.data), form.closed_on.data
    version = int(str(form.version.data)) if str(form.version.data).isdigit() else 0
    if reason is not ClosingReason.MERGED:
        closing.close_service(service, closed_on, reason, version)
        flash(gettext("%(service)s is closed. Its page says so, and where else to go.", service=service.name), "success")
        return
    survivor = merging.merge_service(service, _named(form.into.data or ""), closed_on, version)
    flash(
        gettext(
            "%(service)s is part of %(survivor)s now. %(lacking)s",
            service=service.name,
            survivor=survivor.name,
            lacking=_lacking(service, survivor),
        ).strip(),
        "success",
    )


def _named(said: str) -> Service:
    """The service of this name, or of this address. Raises: BadInput."""
    found = AN_ID.search(said)
    try:
        called = [require_service(uuid.UUID(found[0]))] if found else list_services_called(said.strip())
    except Missing:
        called = []
    if not called:
        raise BadInput(
            {"into": gettext("No service of that name is recorded. Check the name, or paste the address of its page.")}
        )
    if len(called) > 1:
        raise BadInput({"into": gettext("More than one service is called that. Paste the address of its page.")})
    return called[0]


def _lacking(service: Service, survivor: Service) -> str:
    """What the one that is left does not say it does; nothing is copied, because nobody has confirmed it of that one."""
    needs = [need.name for need in service.needs if need not in survivor.needs]
    served = {area.area_id for area in survivor.areas_served}
    areas = list_area_names([area.area_id for area in service.areas_served if area.area_id not in served])
    lacking = joined([*needs, *areas])
    return gettext("Ask whether it is for these too, and add what is true: %(lacking)s.", lacking=lacking) if lacking else ""
