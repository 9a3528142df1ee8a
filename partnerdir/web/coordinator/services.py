"""Listing, adding and changing services."""

import uuid
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.thresholds import thresholds_of
from partnerdir.directory import actions
from partnerdir.directory import queries as directory
from partnerdir.directory.closing import find_closing, find_survivor
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding import queries as funding
from partnerdir.geography.queries import list_areas
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to, post_of_reader
from partnerdir.web.forms.saving import tried
from partnerdir.web.forms.services import ServiceForm
from partnerdir.web.forms.thresholds import ThresholdsForm, days_words

PAGE_SIZE = 50


@open_to(RoleName.COORDINATOR)
def list_services() -> str:
    """Services by name, with the outlook of each."""
    words, page = request.args.get("name", "").strip()[:200], request.args.get("page", 1, type=int)
    if not 1 <= page <= 10_000:
        abort(404)
    services = directory.list_services_by_name(words, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    thresholds = current_app.extensions["settings"].threshold_days
    return render_template(
        "coordinator/list_services.html",
        services=services,
        outlooks=funding.list_outlooks([service.id for service in services], clock.today(), thresholds),
        total=directory.count_services(words),
        words=words,
        page=page,
        page_size=PAGE_SIZE,
    )


@open_to(RoleName.COORDINATOR)
@changes_records
def add_service() -> str | Response | tuple[str, int]:
    """A new service."""
    form = _offered(ServiceForm())
    if request.method == "GET":
        form.status.data, form.taking.data, form.referral.data = "active", "unknown", "unknown"
    added: list[Any] = []
    if form.validate_on_submit() and tried(form, lambda: added.append(_add(form))):
        flash(gettext("%(added)s is added. Now say who funds it, and until when.", added=added[0].name), "success")
        return redirect(url_for("coordinator.change_service", service_id=added[0].id))
    return render_template("coordinator/add_service.html", form=form), 422 if form.is_submitted() else 200


@open_to(RoleName.COORDINATOR)
@changes_records
def change_service(service_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """What a service says of itself, its contacts and its funding windows."""
    service = directory.require_service(service_id)
    if survivor := find_survivor(service):
        return redirect(url_for("coordinator.change_service", service_id=survivor.id), 301)
    form = _form_of(service)
    if request.method == "GET":
        form.show(service)
    if form.validate_on_submit() and tried(form, lambda: _change(service, form), service):
        flash(gettext("%(service)s is saved.", service=service.name), "success")
        return redirect(url_for("coordinator.change_service", service_id=service.id))
    return service_page(service, form), 422 if form.is_submitted() else 200


def service_page(
    service: Service, service_form: ServiceForm | None = None, thresholds_form: ThresholdsForm | None = None
) -> str:
    """The page on which a service is changed; a form that was filled in wrongly stands in it as it was typed."""
    if service_form is None:
        service_form = _form_of(service, formdata=None)
        service_form.show(service)
    if thresholds_form is None:
        form = ThresholdsForm(None, prefix="warn-")
        form.show(thresholds_of([service.id]).get(service.id, ()))
    return render_template(
        "coordinator/change_service.html",
        form=thresholds_form or service_form,
        service_form=service_form,
        thresholds_form=thresholds_form or form,
        usual_days=days_words(current_app.extensions["settings"].threshold_days),
        service=service,
        is_closed=service.status is ServiceStatus.CLOSED,
        closing=find_closing(service),
        windows=funding.list_windows(service.id),
        today=clock.today(),
    )


@open_to(RoleName.COORDINATOR)
@changes_records
def verify_service(service_id: uuid.UUID) -> Response:
    """Records that somebody checked the whole service today."""
    service = directory.require_service(service_id)
    actions.verify_service(service, post_of_reader(), clock.today())
    flash(gettext("%(service)s is marked as checked today.", service=service.name), "success")
    return redirect(url_for("coordinator.change_service", service_id=service.id))


def _form_of(service: Service, **options: Any) -> ServiceForm:
    form = _offered(ServiceForm(**options))
    if service.status is ServiceStatus.CLOSED:
        form.leave_closed()
    return form


def _offered(form: ServiceForm) -> ServiceForm:
    form.offer(directory.list_needs(), list_areas())
    return form


def _typed(form: ServiceForm) -> dict[str, Any]:
    needs = directory.list_needs_by_id(uuid.UUID(chosen) for chosen in form.needs.data or [])
    areas = [uuid.UUID(chosen) for chosen in form.areas.data or []]
    return {"needs": needs, "area_ids": areas, "phones": form.phones.data or []}


def _organisation_id(form: ServiceForm) -> uuid.UUID:
    name = (form.organisation.data or "").strip() or str(form.name.data)
    known = directory.find_organisation_by_name(name)
    return (known or actions.add_organisation(name)).id


def _add(form: ServiceForm) -> Any:
    return actions.add_service(_organisation_id(form), **form.plain_fields(), **_typed(form))


def _change(service: Any, form: ServiceForm) -> None:
    fields = form.plain_fields() | {"organisation_id": _organisation_id(form)}
    actions.change_service(service, fields, **_typed(form), seen_version=int(form.version.data or 0))
