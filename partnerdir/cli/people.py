"""Commands for the people who sign in."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from partnerdir.accounts import actions
from partnerdir.accounts.invitations import LASTS, invitation_link
from partnerdir.accounts.queries import find_account
from partnerdir.accounts.rules import RoleName
from partnerdir.cli.doors import changes_records, says_what_is_wrong
from partnerdir.errors import BadInput

steward = AppGroup("steward", help="The people who look after this installation.")


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(steward)


@steward.command("invite")
@click.argument("email")
@says_what_is_wrong
@changes_records
def invite(email: str) -> None:
    """Make EMAIL a steward and print the link at which they choose a password."""
    if "@" not in email or email != email.strip():
        raise BadInput({"email": f"{email!r} is not an e-mail address."})
    account = find_account(email) or actions.add_account(email, RoleName.STEWARD, title="Steward")
    actions.change_account(account, RoleName.STEWARD, is_active=True)
    link = invitation_link(account, current_app.extensions["settings"].site_url)
    click.echo(f"{account.email} is a steward. This link lets them choose a password, once, for {LASTS.days} days:\n{link}")
