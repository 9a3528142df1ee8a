"""What is asked of shortlists, saved searches and how far somebody has read."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from partnerdir.accounts.models import Account
from partnerdir.database import db
from partnerdir.directory.models import Organisation
from partnerdir.errors import Missing
from partnerdir.lists.models import ReadingMark, SavedSearch, Shortlist, ShortlistEntry, ShortlistShare


@dataclass(frozen=True)
class Colleague:
    """Somebody a list can be shared with, as a post of an organisation; never an address."""

    account_id: uuid.UUID
    words: str


def is_open_to(account_id: Any) -> sa.ColumnElement[bool]:
    """Whether the account that a value or a column names may read a list: theirs, or shared with them or their organisation."""
    reader = aliased(Account)
    organisation_id = sa.select(reader.organisation_id).where(reader.id == account_id).scalar_subquery()
    is_theirs = (ShortlistShare.account_id == account_id) | (ShortlistShare.organisation_id == organisation_id)
    shared = sa.exists().where(ShortlistShare.shortlist_id == Shortlist.id, is_theirs).correlate_except(ShortlistShare)
    return sa.or_(Shortlist.account_id == account_id, shared)


def list_shortlists(account_id: uuid.UUID) -> list[Shortlist]:
    """The lists that an account may read, its own first, each in order of name."""
    query = (
        sa.select(Shortlist)
        .where(is_open_to(account_id))
        .options(joinedload(Shortlist.account), selectinload(Shortlist.entries), selectinload(Shortlist.shares))
        .order_by(Shortlist.account_id != account_id, sa.func.lower(Shortlist.name), Shortlist.id)
    )
    return list(db.session.scalars(query))


def count_shortlists(account_id: uuid.UUID) -> int:
    """How many lists an account made."""
    return db.session.scalar(sa.select(sa.func.count()).where(Shortlist.account_id == account_id)) or 0


def require_shortlist(shortlist_id: uuid.UUID, account_id: uuid.UUID) -> Shortlist:
    """The list, where this account may read it. Raises: Missing, also where it may not: nobody learns which lists there are."""
    query = sa.select(Shortlist).where(Shortlist.id == shortlist_id, is_open_to(account_id))
    shortlist = db.session.scalar(query)
    if shortlist is None:
        raise Missing("There is no such list.")
    return shortlist


def require_own_shortlist(shortlist_id: uuid.UUID, account_id: uuid.UUID) -> Shortlist:
    """The list, where this account made it. Raises: Missing."""
    shortlist = require_shortlist(shortlist_id, account_id)
    if shortlist.account_id != account_id:
        raise Missing("There is no such list of yours.")
    return shortlist


def may_add_to(shortlist: Shortlist, account: Account) -> bool:
    """Whether this account may put services on the list: who made it, and those whom they let."""
    if shortlist.account_id == account.id:
        return True
    theirs = [share for share in shortlist.shares if share.account_id == account.id]
    if account.organisation_id:
        theirs += [share for share in shortlist.shares if share.organisation_id == account.organisation_id]
    return any(share.may_add for share in theirs)


def list_service_ids_on(shortlist_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """The ids of the services that are on any of these lists."""
    query = sa.select(ShortlistEntry.service_id).where(ShortlistEntry.shortlist_id.in_(list(shortlist_ids)))
    return list(db.session.scalars(query.distinct()))


def list_service_ids_of(account_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of the services that are on any list that an account may read."""
    query = sa.select(ShortlistEntry.service_id).join(Shortlist, Shortlist.id == ShortlistEntry.shortlist_id)
    return list(db.session.scalars(query.where(is_open_to(account_id)).distinct()))


def list_added_lately(account_id: uuid.UUID, since: date) -> list[tuple[date, uuid.UUID]]:
    """The services that an account put on lists since the day, each with the last such day."""
    query = sa.select(sa.func.max(ShortlistEntry.added_on), ShortlistEntry.service_id).where(
        ShortlistEntry.added_by_id == account_id, ShortlistEntry.added_on >= since
    )
    return [(added_on, service_id) for added_on, service_id in db.session.execute(query.group_by(ShortlistEntry.service_id))]


def list_colleagues(account_id: uuid.UUID) -> list[Colleague]:
    """Everybody else who signs in, by title and organisation; whom these do not tell from another is left out."""
    query = (
        sa.select(Account.id, Account.title, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(Account.active, Account.id != account_id, Account.title != "")
    )
    rows = db.session.execute(query).all()
    found = [Colleague(row.id, f"{row.title}, {row.name}" if row.name else row.title) for row in rows]
    times = Counter(colleague.words for colleague in found)
    return sorted((one for one in found if times[one.words] == 1), key=lambda one: one.words.casefold())


def list_searches(account_id: uuid.UUID) -> list[SavedSearch]:
    """The searches that an account saved, in order of name."""
    query = sa.select(SavedSearch).where(SavedSearch.account_id == account_id)
    return list(db.session.scalars(query.order_by(sa.func.lower(SavedSearch.name), SavedSearch.id)))


def find_search(search_id: uuid.UUID) -> SavedSearch | None:
    """The saved search with this id, whoever saved it; for what looks every day."""
    return db.session.get(SavedSearch, search_id, populate_existing=True)


def require_search(search_id: uuid.UUID, account_id: uuid.UUID) -> SavedSearch:
    """The search, where this account saved it. Raises: Missing."""
    search = find_search(search_id)
    if search is None or search.account_id != account_id:
        raise Missing("There is no such search.")
    return search


def list_searches_to_ask(day: date) -> list[uuid.UUID]:
    """The ids of the searches of active accounts that were not asked on the day yet, whatever day they were asked last."""
    query = (
        sa.select(SavedSearch.id)
        .join(Account, Account.id == SavedSearch.account_id)
        .where(Account.active, SavedSearch.looked_on.is_(None) | (SavedSearch.looked_on != day))
    )
    return list(db.session.scalars(query.order_by(SavedSearch.id)))


def find_read_at(account_id: uuid.UUID) -> datetime | None:
    """Up to which moment an account says that it has read what changed; None when it never said so."""
    return db.session.scalar(sa.select(ReadingMark.read_at).where(ReadingMark.account_id == account_id))
