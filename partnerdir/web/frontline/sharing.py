"""Sharing a list: with one colleague, or with everybody of one's organisation; who shared it may stop it at any time."""

import uuid

from flask import flash, redirect, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir.accounts.rules import RoleName
from partnerdir.languages import gettext
from partnerdir.lists import actions
from partnerdir.lists.models import Shortlist
from partnerdir.lists.queries import require_own_shortlist
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.forms.lists import TEAM, ShareForm
from partnerdir.web.forms.saving import tried
from partnerdir.web.frontline.shortlists import share_form, shortlist_page


@open_to(RoleName.FRONTLINE)
@changes_records
def add_share(shortlist_id: uuid.UUID) -> Response | tuple[str, int]:
    """Opens a list to somebody."""
    shortlist, form = require_own_shortlist(shortlist_id, current_user.id), share_form()
    if form.validate_on_submit() and tried(form, lambda: _share(shortlist, form)):
        flash(gettext("The list is shared."), "success")
        return redirect(url_for("frontline.show_shortlist", shortlist_id=shortlist.id), 303)
    return shortlist_page(shortlist, form), 422


@open_to(RoleName.FRONTLINE)
@changes_records
def retire_share(shortlist_id: uuid.UUID, share_id: uuid.UUID) -> Response:
    """Closes a list to somebody again; what they added stays on it."""
    shortlist = require_own_shortlist(shortlist_id, current_user.id)
    actions.retire_share(shortlist, share_id)
    flash(gettext("It is no longer shared with them."), "success")
    return redirect(url_for("frontline.show_shortlist", shortlist_id=shortlist.id), 303)


def _share(shortlist: Shortlist, form: ShareForm) -> None:
    reader = form.reader.data
    is_team = reader == TEAM
    who = {"organisation_id": current_user.organisation_id} if is_team else {"account_id": uuid.UUID(reader)}
    actions.add_share(shortlist, bool(form.may_add.data), **who)
