"""The lists that a page of services offers its reader: those a service is on, and those it can be put on."""

import uuid
from dataclasses import dataclass

from flask_security import current_user

from partnerdir.accounts.queries import require_account
from partnerdir.lists.models import Shortlist
from partnerdir.lists.queries import list_shortlists, may_add_to
from partnerdir.web.access import is_staff

NEW = "new"


@dataclass(frozen=True)
class ListChoices:
    """For one service or several: which lists have it, and which may have it."""

    there: list[Shortlist]
    open: list[Shortlist]


def list_choices(service_id: uuid.UUID | None = None) -> ListChoices | None:
    """The reader's choices; None for the public, who have no lists."""
    if not is_staff():
        return None
    account, lists = require_account(current_user.id), list_shortlists(current_user.id)
    there = [one for one in lists if any(entry.service_id == service_id for entry in one.entries)]
    return ListChoices(there, [one for one in lists if one not in there and may_add_to(one, account)])
