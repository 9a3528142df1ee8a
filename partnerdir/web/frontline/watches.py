"""The services, organisations and routes that somebody watches, and how a watch ends."""

import uuid
from datetime import date

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.queries import list_area_ids
from partnerdir.accounts.rules import RoleName, may_look_after_areas
from partnerdir.alerts import actions, queries
from partnerdir.alerts.unsubscribing import opened_watch
from partnerdir.directory.queries import find_need, require_service
from partnerdir.errors import Missing
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook
from partnerdir.geography.queries import find_area, list_area_names
from partnerdir.languages import gettext
from partnerdir.settings import Settings
from partnerdir.web.access import changes_records, open_to, open_to_everyone


@open_to(RoleName.FRONTLINE)
def list_watches() -> str:
    """The services watched, those whose money ends first at the top."""
    watches = queries.list_watches(current_user.id)
    outlooks = list_outlooks([watch.service.id for watch in watches], clock.today(), _settings().threshold_days)
    watches.sort(key=lambda watch: urgency(outlooks[watch.service.id]))
    wider = queries.list_wider_watches(current_user.id)
    looks_after = list_area_names(list_area_ids(current_user.id)) if may_look_after_areas(current_user.role_names) else []
    return render_template(
        "frontline/list_watches.html", watches=watches, outlooks=outlooks, wider=wider, looks_after=looks_after
    )


@open_to(RoleName.FRONTLINE)
@changes_records
def add_watch(service_id: uuid.UUID) -> Response:
    """Begins to watch a service."""
    service = require_service(service_id)
    actions.add_watch(current_user.id, service.id)
    flash(gettext("You watch %(service)s. We send you mail before its funding ends.", service=service.name), "success")
    return redirect(url_for("public.show_service", service_id=service.id), 303)


@open_to(RoleName.FRONTLINE)
@changes_records
def retire_watch(service_id: uuid.UUID) -> Response:
    """Stops watching a service."""
    service = require_service(service_id)
    watch = queries.find_watch(current_user.id, service.id)
    if watch:
        actions.retire_watch(watch)
    flash(gettext("You no longer watch %(service)s.", service=service.name), "success")
    return redirect(url_for("public.show_service", service_id=service.id), 303)


@open_to(RoleName.FRONTLINE)
@changes_records
def add_organisation_watch(service_id: uuid.UUID) -> Response:
    """Begins to watch everything that a service's organisation runs."""
    service = require_service(service_id)
    actions.add_wider_watch(current_user.id, organisation_id=service.organisation_id)
    flash(gettext("You watch all that %(organisation)s runs.", organisation=service.organisation.name), "success")
    return redirect(url_for("frontline.list_watches"), 303)


@open_to(RoleName.FRONTLINE)
@changes_records
def add_route_watch() -> Response:
    """Begins to watch a need in an area: every service there that meets it."""
    need, area = find_need(request.form.get("need", "")), find_area(request.form.get("area", ""))
    if need is None or area is None:
        raise Missing("There is no such need or area.")
    actions.add_wider_watch(current_user.id, need_id=need.id, area_id=area.id)
    flash(gettext("You watch %(need)s in %(area)s.", need=need.name, area=area.name), "success")
    return redirect(url_for("frontline.list_watches"), 303)


@open_to(RoleName.FRONTLINE)
@changes_records
def retire_wider_watch() -> Response:
    """Stops watching an organisation, or a need in an area; a watch of somebody else's is not theirs to end."""
    asked = request.form.get("watch")
    for watch in queries.list_wider_watches(current_user.id):
        if str(watch.id) == asked:
            flash(gettext("You no longer watch %(subject)s.", subject=watch.subject), "success")
            actions.retire_watch(watch)
    return redirect(url_for("frontline.list_watches"), 303)


@open_to_everyone
@changes_records
def unsubscribe(token: str) -> str:
    """Ends the watch that a link in a mail names: the page asks first, the button does it, twice does no harm."""
    watch_id = opened_watch(token, str(_settings().secret_key))
    if watch_id is None:
        raise Missing("There is no such watch.")
    watch = queries.find_watch_by_id(watch_id)
    subject = watch.subject if watch else None
    if watch and request.method == "POST":
        actions.retire_watch(watch)
    is_over = watch is None or request.method == "POST"
    return render_template("frontline/unsubscribe.html", subject=subject, token=token, is_over=is_over)


def urgency(outlook: Outlook) -> tuple[int, date]:
    """What a watch list is ordered by: what has ended, then the next end first; what has no end, then no date, last."""
    if outlook.ends_on:
        return 0, outlook.ends_on
    return (1 if outlook.is_covered else 2), date.max


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
