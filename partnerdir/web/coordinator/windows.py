"""Adding, changing, confirming and retiring the funding windows of a service."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.directory.models import Service
from partnerdir.directory.queries import require_service
from partnerdir.funding import actions, queries
from partnerdir.funding.models import FundingWindow
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to, post_of_reader
from partnerdir.web.forms.saving import tried
from partnerdir.web.forms.windows import WindowForm


@open_to(RoleName.COORDINATOR)
@changes_records
def add_window(service_id: uuid.UUID) -> Response | tuple[str, int]:
    """A new funding window of a service."""
    service = require_service(service_id)
    form = _offered(WindowForm())
    if form.validate_on_submit() and tried(form, lambda: _add(service, form)):
        flash(gettext("The funding is added."), "success")
        return redirect(_back(service.id))
    return _page(form, service, None)


@open_to(RoleName.COORDINATOR)
@changes_records
def change_window(window_id: uuid.UUID) -> Response | tuple[str, int]:
    """What a funding window says."""
    window = queries.require_window(window_id)
    form = _offered(WindowForm())
    if request.method == "GET":
        form.show(window)
    if form.validate_on_submit() and tried(form, lambda: _change(window, form), window):
        flash(
            gettext("The funding is saved. People who watch this service are told if its end changes what they know."),
            "success",
        )
        return redirect(_back(window.service_id))
    return _page(form, window.service, window)


@open_to(RoleName.COORDINATOR)
@changes_records
def verify_window(window_id: uuid.UUID) -> Response:
    """Records that the dates of a window were found right today."""
    window = queries.require_window(window_id)
    actions.verify_window(window, post_of_reader(), clock.today())
    flash(gettext("The dates are marked as confirmed today."), "success")
    return redirect(_back(window.service_id))


@open_to(RoleName.COORDINATOR)
@changes_records
def retire_window(window_id: uuid.UUID) -> Response:
    """Removes a window that was entered by mistake."""
    window = queries.require_window(window_id)
    service_id = window.service_id
    actions.retire_window(window)
    flash(gettext("The funding is removed. The history keeps what it said."), "success")
    return redirect(_back(service_id))


def _offered(form: WindowForm) -> WindowForm:
    form.offer(queries.list_funds())
    return form


def _page(form: WindowForm, service: Service, window: FundingWindow | None) -> tuple[str, int]:
    page = render_template("coordinator/change_window.html", form=form, service=service, window=window)
    return page, 422 if form.is_submitted() else 200


def _back(service_id: uuid.UUID) -> str:
    return url_for("coordinator.change_service", service_id=service_id)


def _fund_id(form: WindowForm) -> uuid.UUID:
    if form.fund.data:
        return uuid.UUID(form.fund.data)
    return actions.add_fund_of(str(form.new_funder.data).strip(), str(form.new_fund.data).strip()).id


def _typed(form: WindowForm) -> dict[str, object]:
    return form.plain_fields() | {"confirmed_on": clock.today(), "source": post_of_reader()}


def _add(service: Service, form: WindowForm) -> None:
    actions.add_window(service.id, _fund_id(form), **_typed(form))


def _change(window: FundingWindow, form: WindowForm) -> None:
    fields = _typed(form) | {"fund_id": _fund_id(form)}
    actions.change_window(window, fields, seen_version=int(form.version.data or 0))
