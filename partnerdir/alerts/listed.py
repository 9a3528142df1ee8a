"""Watches on a shortlist, as the auditor reads them: for as long as a service is on the list it is watched by itself."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from partnerdir.alerts.histories import Values, Version
from partnerdir.alerts.rewinding import day_of, histories_by, list_entries
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.lists.models import Shortlist, ShortlistEntry, ShortlistShare

ONE_DAY = timedelta(days=1)
OF_ENTRIES = ("shortlist_id", "service_id", "added_on")


def with_listed_services(watched: Sequence[Version], account: Values) -> list[Version]:
    """The watches of an account, with a watch on each service of a list in place of the watch on the list.

    Such a watch says since which day the list is certainly open to them: never, for one that is not shared any more.
    """
    of_lists = [version for version in watched if version.values.get("shortlist_id")]
    others = [version for version in watched if not version.values.get("shortlist_id")]
    list_ids = {uuid.UUID(version.values["shortlist_id"]) for version in of_lists}
    if not list_ids:
        return others
    entries = histories_by("shortlist_id", ShortlistEntry, list_entries(("shortlist_entry",), list_ids), list_ids, OF_ENTRIES)
    open_since = _list_open_since(list_ids, account)
    for watch in of_lists:
        key = watch.values["shortlist_id"]
        for entry in entries[key]:
            since, until = max(watch.since, entry.since), min(watch.until, entry.until)
            if since < until:
                others.append(Version(_watch_of(watch.values, entry.values, open_since[key]), since, until))
    return others


def _watch_of(watch: Values, entry: Values, open_since: date) -> Values:
    began_on = max(str(watch["began_on"]), str(entry["added_on"]))
    seen = (date.fromisoformat(began_on) - ONE_DAY).isoformat()
    return {"service_id": entry["service_id"], "began_on": began_on, "already_ended_on": seen, "open_since": open_since}


def _list_open_since(list_ids: Iterable[uuid.UUID], account: Values) -> dict[str, date]:
    """The day since which each list is certainly open to this account, by the list's id; the last of days where it is not."""
    wanted = list(list_ids)
    theirs = ShortlistShare.account_id == account["id"]
    if account["organisation_id"]:
        theirs |= ShortlistShare.organisation_id == uuid.UUID(account["organisation_id"])
    shares = sa.select(ShortlistShare.shortlist_id).where(ShortlistShare.shortlist_id.in_(wanted), theirs)
    own = sa.select(Shortlist.id).where(Shortlist.id.in_(wanted), Shortlist.account_id == account["id"])
    is_of_sharing = Change.record_type == "shortlist_share", Change.about_id.in_(wanted)
    found: dict[str, date] = defaultdict(lambda: date.max, {str(key): date.min for key in db.session.scalars(shares)})
    last = sa.select(Change.about_id, sa.func.max(Change.at)).where(*is_of_sharing).group_by(Change.about_id)
    for key, at in db.session.execute(last):
        found[str(key)] = max(found[str(key)], day_of(at))
    found.update((str(key), date.min) for key in db.session.scalars(own))
    return found
