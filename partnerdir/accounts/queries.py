"""What is asked of accounts."""

import uuid

import sqlalchemy as sa

from partnerdir.accounts.models import Account, AccountArea
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.errors import Missing


def find_account(email: str) -> Account | None:
    """The account with this e-mail address, however its letters are cased."""
    return db.session.scalar(sa.select(Account).where(sa.func.lower(Account.email) == email.strip().lower()))


def require_account(account_id: uuid.UUID) -> Account:
    """The account. Raises: Missing."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise Missing("There is no such account.")
    return account


def require_account_of(email: str) -> Account:
    """The account with this e-mail address. Raises: Missing."""
    account = find_account(email)
    if account is None:
        raise Missing("There is no account with this e-mail address.")
    return account


def list_accounts() -> list[Account]:
    """Every account, in order of e-mail address."""
    return list(db.session.scalars(sa.select(Account).order_by(sa.func.lower(Account.email))))


def count_stewards() -> int:
    """How many active accounts may do everything."""
    query = sa.select(sa.func.count()).select_from(Account).where(Account.active, Account.roles.any(name=RoleName.STEWARD))
    return db.session.scalar(query) or 0


def list_area_ids(account_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of the areas that an account looks after."""
    return list(db.session.scalars(sa.select(AccountArea.area_id).where(AccountArea.account_id == account_id)))
