"""Shortlists: services that somebody put together, under a word of their own."""

import uuid
from datetime import date, timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.queries import require_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import queries as watches
from partnerdir.alerts.actions import add_wider_watch, retire_watch
from partnerdir.directory.queries import list_services, require_organisation, require_service
from partnerdir.errors import BadInput
from partnerdir.funding.queries import list_outlooks
from partnerdir.languages import gettext
from partnerdir.lists import actions
from partnerdir.lists.models import Shortlist
from partnerdir.lists.queries import (
    list_added_lately,
    list_colleagues,
    list_shortlists,
    may_add_to,
    require_own_shortlist,
    require_shortlist,
)
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.forms.lists import NameForm, ShareForm
from partnerdir.web.forms.saving import tried
from partnerdir.web.list_choices import NEW
from partnerdir.web.picked import list_picked
from partnerdir.web.public.seen import first_number

LATELY, MOST_LATELY = timedelta(days=30), 10


@open_to(RoleName.FRONTLINE)
@changes_records
def add_shortlist() -> Response | tuple[str, int]:
    """The lists that the reader may read, and what they used lately; a form makes one more."""
    form, me = NameForm(), current_user.id
    if form.validate_on_submit() and tried(form, lambda: actions.add_shortlist(me, str(form.name.data))):
        flash(gettext("The list is made. Put services on it from their own pages, or from results."), "success")
        return redirect(url_for("frontline.add_shortlist"), 303)
    lists = list_shortlists(me)
    page = render_template(
        "frontline/add_shortlist.html",
        form=form,
        own=[one for one in lists if one.account_id == me],
        others=[one for one in lists if one.account_id != me],
        lately=_list_used_lately(me),
    )
    return page, 422 if form.is_submitted() else 200


def _list_used_lately(account_id: uuid.UUID) -> list[tuple[date, str, uuid.UUID]]:
    """What somebody put on a list or began to watch lately; which pages they opened is kept nowhere."""
    since = clock.today() - LATELY
    used: dict[uuid.UUID, date] = {}
    watched = [(watch.began_on, watch.service.id) for watch in watches.list_watches(account_id) if watch.began_on >= since]
    for day, service_id in [*list_added_lately(account_id, since), *watched]:
        used[service_id] = max(day, used.get(service_id, day))
    newest = sorted(used, key=lambda service_id: (used[service_id], service_id.hex), reverse=True)[:MOST_LATELY]
    return [(used[service.id], service.name, service.id) for service in list_services(newest)]


@open_to(RoleName.FRONTLINE)
def show_shortlist(shortlist_id: uuid.UUID) -> tuple[str, int]:
    """What is on a list, with what each service's money is doing, and what can be done with the list."""
    return shortlist_page(require_shortlist(shortlist_id, current_user.id)), 200


def shortlist_page(shortlist: Shortlist, wrong: NameForm | ShareForm | None = None) -> str:
    """The page of a list; a form that was filled in wrongly stands open."""
    account, today = require_account(current_user.id), clock.today()
    services = sorted(list_services([entry.service_id for entry in shortlist.entries]), key=lambda one: one.name.casefold())
    is_own = shortlist.account_id == account.id
    name_form = wrong if isinstance(wrong, NameForm) else NameForm(None, prefix="name-", name=shortlist.name)
    return render_template(
        "frontline/show_shortlist.html",
        shortlist=shortlist,
        services=services,
        outlooks=list_outlooks([one.id for one in services], today, current_app.extensions["settings"].threshold_days),
        numbers={one.id: first_number(one, today) for one in services},
        may_remove={entry.service_id for entry in shortlist.entries if is_own or entry.added_by_id == account.id},
        is_own=is_own,
        may_add=may_add_to(shortlist, account),
        watch=watches.find_wider_watch(account.id, shortlist_id=shortlist.id),
        name_form=name_form,
        share_form=wrong if isinstance(wrong, ShareForm) else share_form(is_blank=True),
        form=wrong,
    )


def share_form(is_blank: bool = False) -> ShareForm:
    """The form that shares a list, with the reader's colleagues to choose from."""
    form = ShareForm(None, prefix="share-") if is_blank else ShareForm(prefix="share-")
    team = require_organisation(current_user.organisation_id).name if current_user.organisation_id else ""
    form.offer(list_colleagues(current_user.id), team)
    return form


@open_to(RoleName.FRONTLINE)
@changes_records
def change_shortlist(shortlist_id: uuid.UUID) -> Response | tuple[str, int]:
    """Calls a list otherwise."""
    shortlist, form = require_own_shortlist(shortlist_id, current_user.id), NameForm(prefix="name-")
    if form.validate_on_submit() and tried(form, lambda: actions.change_name(shortlist, str(form.name.data))):
        flash(gettext("The list has its new name."), "success")
        return _to(shortlist)
    return shortlist_page(shortlist, form), 422


@open_to(RoleName.FRONTLINE)
@changes_records
def retire_shortlist(shortlist_id: uuid.UUID) -> Response:
    """Deletes a list, for everybody who could read it; who watched it watches it no more."""
    shortlist = require_own_shortlist(shortlist_id, current_user.id)
    for watch in watches.list_watches_of_list(shortlist.id):
        retire_watch(watch)
    actions.retire_shortlist(shortlist)
    flash(gettext("The list is deleted. The services are still here."), "success")
    return redirect(url_for("frontline.add_shortlist"), 303)


@open_to(RoleName.FRONTLINE)
@changes_records
def add_entries() -> Response:
    """Puts the services that were ticked on a list, an old one or a new one; from a service's page it leads back there."""
    picked, account = list_picked(), require_account(current_user.id)
    asked = request.form.get("shortlist", "")
    if not picked:
        flash(gettext("Tick at least one service first."))
        return redirect(url_for("frontline.add_shortlist"), 303)
    try:
        if asked == NEW:
            shortlist = actions.add_shortlist(account.id)
        else:
            shortlist = require_shortlist(uuid.UUID(asked) if _is_id(asked) else uuid.UUID(int=0), account.id)
        if not may_add_to(shortlist, account):
            flash(gettext("Who made this list lets you read it, but not add to it."))
            return _to(shortlist)
        count = actions.add_entries(shortlist, picked, account.id)
    except BadInput as problem:
        flash(str(problem))
        return redirect(url_for("frontline.add_shortlist"), 303)
    flash(
        gettext("%(count)s added to “%(shortlist)s”.", count=count, shortlist=shortlist.name)
        if count
        else gettext("It was on “%(shortlist)s” already.", shortlist=shortlist.name),
        "success",
    )
    if "back" in request.form:
        return redirect(url_for("public.show_service", service_id=picked[0]), 303)
    return _to(shortlist)


@open_to(RoleName.FRONTLINE)
@changes_records
def retire_entry(shortlist_id: uuid.UUID, service_id: uuid.UUID) -> Response:
    """Takes a service off a list."""
    shortlist, service = require_shortlist(shortlist_id, current_user.id), require_service(service_id)
    if actions.retire_entry(shortlist, service.id, current_user.id):
        flash(
            gettext("%(service)s is no longer on “%(shortlist)s”.", service=service.name, shortlist=shortlist.name), "success"
        )
    else:
        flash(gettext("Only who put it on the list, or who made the list, can take it off."))
    return _to(shortlist)


@open_to(RoleName.FRONTLINE)
@changes_records
def watch_shortlist(shortlist_id: uuid.UUID) -> Response:
    """Begins to watch every service on a list, those too that come onto it later; or stops."""
    shortlist = require_shortlist(shortlist_id, current_user.id)
    watch = watches.find_wider_watch(current_user.id, shortlist_id=shortlist.id)
    if "stop" in request.form:
        if watch:
            retire_watch(watch)
        flash(gettext("You no longer watch this list."), "success")
    else:
        add_wider_watch(current_user.id, shortlist_id=shortlist.id)
        flash(gettext("You watch every service on this list. We send you mail before its funding ends."), "success")
    return _to(shortlist)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _to(shortlist: Shortlist) -> Response:
    return redirect(url_for("frontline.show_shortlist", shortlist_id=shortlist.id), 303)
