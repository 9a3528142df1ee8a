"""What is done to shortlists and saved searches: writes only, never commits."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory.models import Service
from partnerdir.errors import BadInput, Missing
from partnerdir.languages import gettext
from partnerdir.lists.models import ReadingMark, SavedSearch, SearchMatch, Shortlist, ShortlistEntry, ShortlistShare
from partnerdir.lists.queries import count_shortlists, list_searches
from partnerdir.lists.rules import (
    MOST_LISTS,
    MOST_MATCHES,
    MOST_SEARCHES,
    MOST_SERVICES,
    MOST_SHARES,
    name_problem,
    plain_name,
)

AT_ONCE = 500  # values in one statement


def add_shortlist(account_id: uuid.UUID, name: str = "") -> Shortlist:
    """Makes a list; without a name of its own it is called by the day. Raises: BadInput."""
    if count_shortlists(account_id) >= MOST_LISTS:
        raise BadInput(
            {"name": gettext("You have %(most_lists)s lists. Delete one that you no longer need.", most_lists=MOST_LISTS)}
        )
    name = name or gettext("List of %(day)s", day=spoken_day(clock.today()))
    shortlist = Shortlist(account_id=account_id, name=_good_name(name))
    db.session.add(shortlist)
    db.session.flush()
    return shortlist


def change_name(shortlist: Shortlist, name: str) -> None:
    """Calls a list otherwise. Raises: BadInput."""
    shortlist.name = _good_name(name)


def add_entries(shortlist: Shortlist, service_ids: Iterable[uuid.UUID], account_id: uuid.UUID) -> int:
    """Puts services on a list, those that are not on it, and says how many. Raises: BadInput, Missing."""
    there = {entry.service_id for entry in shortlist.entries}
    wanted = [service_id for service_id in dict.fromkeys(service_ids) if service_id not in there]
    if len(there) + len(wanted) > MOST_SERVICES:
        raise BadInput({"service": gettext("A list holds %(most_services)s services at most.", most_services=MOST_SERVICES)})
    known = set(db.session.scalars(sa.select(Service.id).where(Service.id.in_(wanted))))
    if len(known) < len(wanted):
        raise Missing("There is no such service.")
    shortlist.entries += [
        ShortlistEntry(shortlist_id=shortlist.id, service_id=service_id, added_by_id=account_id) for service_id in wanted
    ]
    return len(wanted)


def retire_entry(shortlist: Shortlist, service_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Takes a service off a list, and says whether it did: who made the list may take all off, others what they added."""
    is_own = shortlist.account_id == account_id
    for entry in shortlist.entries:
        if entry.service_id == service_id and (is_own or entry.added_by_id == account_id):
            shortlist.entries.remove(entry)
            return True
    return False


def add_share(shortlist: Shortlist, may_add: bool, **reader: uuid.UUID) -> None:
    """Opens a list to a colleague (account_id) or to an organisation (organisation_id). Raises: BadInput."""
    for share in shortlist.shares:
        if all(getattr(share, name) == value for name, value in reader.items()):
            share.may_add = may_add
            return
    if len(shortlist.shares) >= MOST_SHARES:
        raise BadInput(
            {
                "reader": gettext(
                    "A list can be shared %(most_shares)s times. Stop sharing with somebody first.", most_shares=MOST_SHARES
                )
            }
        )
    shortlist.shares.append(ShortlistShare(shortlist_id=shortlist.id, may_add=may_add, **reader))


def retire_share(shortlist: Shortlist, share_id: uuid.UUID) -> None:
    """Closes a list to those whom it was shared with by this share."""
    shortlist.shares = [share for share in shortlist.shares if share.id != share_id]


def retire_shortlist(shortlist: Shortlist) -> None:
    """Deletes a list, its name, and what was on it."""
    db.session.delete(shortlist)


def add_search(account_id: uuid.UUID, name: str, question: dict[str, Any]) -> SavedSearch:
    """Saves a search, given as the question's fields; it has not been asked yet. Raises: BadInput."""
    if len(list_searches(account_id)) >= MOST_SEARCHES:
        raise BadInput(
            {
                "name": gettext(
                    "You have %(most_searches)s saved searches. Delete one that you no longer need.",
                    most_searches=MOST_SEARCHES,
                )
            }
        )
    search = SavedSearch(account_id=account_id, name=_good_name(name), question=question)
    db.session.add(search)
    db.session.flush()
    return search


def retire_search(search: SavedSearch) -> None:
    """Deletes a saved search and what it remembers."""
    db.session.delete(search)


def add_matches(search: SavedSearch, service_ids: Collection[uuid.UUID], total: int, day: date) -> list[uuid.UUID]:
    """Remembers what matches a search on the day, and gives what is to be told: what never matched it before.

    The first look tells nothing, nor does one after so much matched (`total`) that nothing was remembered.
    """
    is_first, search.looked_on = search.looked_on is None or search.is_too_wide, day
    search.is_too_wide = total > MOST_MATCHES
    if search.is_too_wide:
        return []
    seen = set(db.session.scalars(sa.select(SearchMatch.service_id).where(SearchMatch.search_id == search.id)))
    wanted = [service_id for service_id in service_ids if service_id not in seen]
    known = _list_known(wanted)  # the index may be a moment behind the records
    new = [service_id for service_id in wanted if service_id in known]
    db.session.add_all([SearchMatch(search_id=search.id, service_id=service_id) for service_id in new])
    return [] if is_first else new


def change_read_at(account_id: uuid.UUID, read_at: datetime) -> None:
    """Keeps up to which moment an account has read what changed; a moment that is to come counts as now."""
    mark = db.session.scalar(sa.select(ReadingMark).where(ReadingMark.account_id == account_id))
    if mark is None:
        mark = ReadingMark(account_id=account_id)
        db.session.add(mark)
    mark.read_at = min(read_at, clock.now())


def _good_name(name: str) -> str:
    problem = name_problem(name)
    if problem:
        raise BadInput({"name": problem})
    return plain_name(name)


def _list_known(service_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    parts = (service_ids[start : start + AT_ONCE] for start in range(0, len(service_ids), AT_ONCE))
    return {found for part in parts for found in db.session.scalars(sa.select(Service.id).where(Service.id.in_(part)))}
