"""What is done to accounts: writes only, never commits."""

import uuid
from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from partnerdir.accounts.models import Account, AccountArea, Role
from partnerdir.accounts.queries import count_stewards, find_account
from partnerdir.accounts.rules import RoleName, may_look_after_areas
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.languages import gettext


def add_account(
    email: str, role: RoleName, title: str = "", password_hash: str | None = None, organisation_id: uuid.UUID | None = None
) -> Account:
    """Adds an account that cannot sign in until it has a password. Raises: BadInput when the address is taken."""
    if find_account(email):
        raise BadInput({"email": gettext("There is already an account with this e-mail address.")})
    account = Account(
        email=email.strip().lower(), title=title, password=password_hash, organisation_id=organisation_id, active=True
    )
    account.roles = [_role(role)]
    db.session.add(account)
    return account


def change_account(account: Account, role: RoleName, is_active: bool) -> None:
    """Changes what a person may do. Raises: BadInput when no steward would be left."""
    is_last_steward = RoleName.STEWARD in account.role_names and account.active and count_stewards() == 1
    if is_last_steward and (role is not RoleName.STEWARD or not is_active):
        raise BadInput({"role": gettext("This is the only steward. Make somebody else a steward first.")})
    account.roles = [_role(role)]
    if account.active and not is_active:
        account.fs_uniquifier = uuid.uuid4().hex  # ends every session that is open
    account.active = is_active


def change_language(account: Account, code: str) -> None:
    """Makes this the language of an account's mail and pages; an empty code leaves it to the browser."""
    account.language = code


def change_areas(account: Account, area_ids: Iterable[uuid.UUID], day: date) -> None:
    """Makes these the areas that a coordinator looks after, new ones from the day on. Raises: BadInput."""
    wanted = set(area_ids)
    if wanted and not may_look_after_areas(account.role_names):
        raise BadInput(
            {"areas": gettext("Only coordinators and stewards look after areas. Untick them, or choose another role.")}
        )
    kept = [held for held in account.areas if held.area_id in wanted]
    new = wanted - {held.area_id for held in kept}
    account.areas = kept + [AccountArea(account_id=account.id, area_id=area_id, began_on=day) for area_id in sorted(new)]


def _role(name: RoleName) -> Role:
    role = db.session.scalar(sa.select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=str(name))
        db.session.add(role)
    return role
