"""Adding, changing and retiring the contacts of a service."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir.accounts.rules import RoleName
from partnerdir.directory import actions, queries
from partnerdir.directory.models import Contact, Service
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.forms.contacts import ContactForm
from partnerdir.web.forms.saving import tried


@open_to(RoleName.COORDINATOR)
@changes_records
def add_contact(service_id: uuid.UUID) -> Response | tuple[str, int]:
    """A new contact of a service."""
    service = queries.require_service(service_id)
    form = ContactForm()
    form.offer(service.contacts)
    if request.method == "GET":
        form.audience.data = "public"
    if form.validate_on_submit() and tried(form, lambda: _add(service, form)):
        flash(gettext("%(contact)s is added.", contact=form.title.data), "success")
        return redirect(_back(service.id))
    return _page(form, service, None)


@open_to(RoleName.COORDINATOR)
@changes_records
def change_contact(contact_id: uuid.UUID) -> Response | tuple[str, int]:
    """What a contact is."""
    contact = queries.require_contact(contact_id)
    service = queries.require_service(contact.service_id)
    form = ContactForm()
    form.offer([other for other in service.contacts if other.id != contact.id])
    if request.method == "GET":
        form.show(contact)
    if form.validate_on_submit() and tried(form, lambda: _change(contact, form), contact):
        flash(gettext("%(contact)s is saved.", contact=contact.title), "success")
        return redirect(_back(service.id))
    return _page(form, service, contact)


@open_to(RoleName.COORDINATOR)
@changes_records
def retire_contact(contact_id: uuid.UUID) -> Response:
    """Removes a contact."""
    contact = queries.require_contact(contact_id)
    service_id = contact.service_id
    actions.retire_contact(contact)
    flash(gettext("The contact is removed. The history keeps what it was."), "success")
    return redirect(_back(service_id))


def _page(form: ContactForm, service: Service, contact: Contact | None) -> tuple[str, int]:
    page = render_template("coordinator/change_contact.html", form=form, service=service, contact=contact)
    return page, 422 if form.is_submitted() else 200


def _back(service_id: uuid.UUID) -> str:
    return url_for("coordinator.change_service", service_id=service_id)


def _typed(form: ContactForm) -> dict[str, object]:
    successor = uuid.UUID(form.successor.data) if form.successor.data else None
    return form.plain_fields() | {"successor_id": successor}


def _add(service: Service, form: ContactForm) -> None:
    actions.add_contact(service, phones=form.phones.data or [], **_typed(form))  # type: ignore[arg-type]  # a form's fields


def _change(contact: Contact, form: ContactForm) -> None:
    actions.change_contact(contact, _typed(form), form.phones.data or [], seen_version=int(form.version.data or 0))
