"""Inviting people and changing what they may do; for stewards."""

import uuid

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts import actions, queries
from partnerdir.accounts.invitations import LASTS, invitation_link
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.geography.queries import list_areas
from partnerdir.languages import gettext
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.forms.accounts import AccountForm, InvitationForm
from partnerdir.web.forms.saving import tried
from partnerdir.web.words import words_for


@open_to(RoleName.STEWARD)
def list_accounts() -> str:
    """Everybody who may sign in."""
    return render_template("coordinator/list_accounts.html", accounts=queries.list_accounts(), role_words=role_words)


@open_to(RoleName.STEWARD)
@changes_records
def add_account() -> tuple[str, int]:
    """Invites somebody; the link at which they choose a password is shown to the steward to pass on."""
    form = InvitationForm()
    if form.validate_on_submit() and tried(form, lambda: _add(form)):
        account = queries.require_account_of(str(form.email.data))
        link = invitation_link(account, current_app.extensions["settings"].site_url)
        return render_template("coordinator/invited.html", account=account, link=link, days=LASTS.days), 201
    return render_template("coordinator/add_account.html", form=form), 422 if form.is_submitted() else 200


@open_to(RoleName.STEWARD)
@changes_records
def change_account(account_id: uuid.UUID) -> Response | tuple[str, int]:
    """What a person may do, and whether they may sign in."""
    account = queries.require_account(account_id)
    form = AccountForm()
    form.offer(list_areas())
    if request.method == "GET":
        form.areas.data = [str(area_id) for area_id in queries.list_area_ids(account.id)]
        form.role.data, form.is_active.data = max(map(RoleName, account.role_names), key=list(RoleName).index), account.active
    role = RoleName(form.role.data) if form.is_submitted() and form.role.data in list(RoleName) else RoleName.FRONTLINE
    if form.validate_on_submit() and tried(form, lambda: _change(account, role, form)):
        flash(gettext("%(email)s is saved.", email=account.email), "success")
        return redirect(url_for("coordinator.list_accounts"))
    page = render_template("coordinator/change_account.html", form=form, person=account)
    return page, 422 if form.is_submitted() else 200


def role_words(account: Account) -> str:
    """What an account may do, in words."""
    return ", ".join(words_for(RoleName(name)) for name in account.role_names)


def _change(account: Account, role: RoleName, form: AccountForm) -> None:
    actions.change_account(account, role, form.is_active.data)
    actions.change_areas(account, [uuid.UUID(area_id) for area_id in form.areas.data or []], clock.today())


def _add(form: InvitationForm) -> None:
    actions.add_account(str(form.email.data), RoleName(form.role.data), form.title.data or "")
