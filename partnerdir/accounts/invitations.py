"""The link with which a new person chooses a password; works once, and for a few days only."""

from datetime import timedelta

from flask_security.recoverable import generate_reset_password_token

from partnerdir.accounts.models import Account

LASTS = timedelta(days=3)
PATH = "/password/new"


def invitation_link(account: Account, site_url: str) -> str:
    """The address at which this person chooses a password; void once they have."""
    return f"{site_url.rstrip('/')}{PATH}/{generate_reset_password_token(account)}"
