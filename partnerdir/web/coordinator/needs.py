"""The needs, and the words that people use for each: what is typed here is found from then on."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir.accounts.rules import RoleName
from partnerdir.directory import actions, queries
from partnerdir.directory.models import Need
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.forms.needs import NeedForm
from partnerdir.web.forms.saving import tried


@open_to(RoleName.COORDINATOR)
def list_needs() -> str:
    """Every need below the one above it, with its words."""
    needs = queries.list_needs()
    below: dict[uuid.UUID | None, list[Need]] = {}
    for need in needs:
        below.setdefault(need.parent_id, []).append(need)
    known = {need.id for need in needs}
    tops = [need for need in needs if need.parent_id not in known]
    return render_template("coordinator/list_needs.html", tops=tops, below=below)


@open_to(RoleName.COORDINATOR)
@changes_records
def change_need(need_id: uuid.UUID) -> Response | tuple[str, int]:
    """What people say when they look for a need."""
    need, form = queries.require_need(need_id), NeedForm()
    if request.method == "GET":
        form.show(need)
    if form.validate_on_submit() and tried(form, lambda: _change(need, form), need):
        flash(gettext("The words for %(need)s are saved. They are searched for from now on.", need=need.name), "success")
        return redirect(url_for("coordinator.list_needs"), 303)
    page = render_template("coordinator/change_need.html", form=form, need=need)
    return page, 422 if form.is_submitted() else 200


def _change(need: Need, form: NeedForm) -> None:
    seen_version = int(str(form.version.data)) if str(form.version.data).isdigit() else 0
    actions.change_need(need, form.words.data or [], seen_version)
