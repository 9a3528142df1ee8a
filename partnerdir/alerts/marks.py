"""How far the last scan looked: once everything was asked about, only changes and passing days make anything due.

What is due on a day follows from the records, the ledger and the day itself. Every change is in the change log, what
settled in the ledger says when, and which services a new day concerns is found by index (`passing.py`). Whatever is
doubtful (a clock that went back, days that nobody looked, other thresholds, a log shorter than before, a changed tree of
areas or needs) asks about everything again; so does the first scan of each week.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.alerts.models import ScanMark
from partnerdir.alerts.narrowing import list_heard, list_services_in_question
from partnerdir.alerts.passing import Passed, list_services_due_by
from partnerdir.alerts.routes_at_risk import list_neighbours
from partnerdir.alerts.rules import REVIEW_AFTER_DAYS
from partnerdir.alerts.touching import Lines, list_changes_since, list_services_settled, list_services_touched
from partnerdir.changes import Change
from partnerdir.database import db

ONLY = 1
# What is this much older is asked about again: a mail that was on its way while its end moved is settled by then, and
# a change whose number was drawn before another's and committed after it is there by then.
AGAIN = timedelta(hours=1)
LONGEST_STEP = timedelta(days=8)  # after a longer time without a scan everything is asked about
EVERYTHING_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Look:
    """What a scan looks at, and how far it has looked once that is told."""

    service_ids: Sequence[uuid.UUID]
    day: date
    looked_at_all_on: date
    asked_with: str
    change_id: int
    at: datetime
    says_something_new: bool


def look_for(day: date, thresholds: Sequence[int], review_after: int = REVIEW_AFTER_DAYS, everything: bool = False) -> Look:
    """What must be looked at on the day: everything that may be due, or what changed and came due since a look at that."""
    now, said = clock.now(), ",".join(map(str, (*thresholds, review_after)))
    newest = db.session.scalar(sa.select(sa.func.max(Change.id))) or 0  # before anything else is read
    mark = db.session.get(ScanMark, ONLY, populate_existing=True)
    lines = list_changes_since(mark.change_id, mark.looked_at - AGAIN) if mark and mark.change_id <= newest else None
    near = None if lines is None else list_heard(list_neighbours(lines, day, thresholds))
    if everything or mark is None or lines is None or near is None or not _may_be_believed(mark, day, said, now):
        service_ids = list_services_in_question(day, thresholds, review_after, near)
        return Look(service_ids, day, day, said, newest, now, says_something_new=True)
    found = near | _list_since(mark, lines, day, thresholds, review_after)
    is_new = bool(found) or newest > mark.change_id or day > mark.looked_for_on
    return Look(sorted(found), day, mark.looked_at_all_on, said, newest, now, is_new)


def keep_mark(look: Look) -> None:
    """Keeps how far the scan looked, in the transaction that queues what it found."""
    mark = ScanMark(id=ONLY, looked_for_on=look.day, asked_with=look.asked_with, change_id=look.change_id, looked_at=look.at)
    mark.looked_at_all_on = look.looked_at_all_on
    db.session.merge(mark)


def _may_be_believed(mark: ScanMark, day: date, asked_with: str, now: datetime) -> bool:
    """Whether nothing that was due on the mark's day is left, and few days have passed, none of them only taken for today."""
    looked_for_on = mark.looked_for_on
    is_near = looked_for_on == day or (looked_for_on < day <= looked_for_on + LONGEST_STEP and day == clock.today())
    is_of_week = mark.looked_at_all_on <= day < mark.looked_at_all_on + EVERYTHING_AFTER
    return is_near and is_of_week and mark.asked_with == asked_with and mark.looked_at <= now


def _list_since(mark: ScanMark, lines: Lines, day: date, thresholds: Sequence[int], review_after: int) -> set[uuid.UUID]:
    """The services that changes, mails that went and passing days since the mark concern."""
    found = list_services_touched(lines, day, thresholds) | list_services_settled(mark.looked_at - AGAIN, day)
    if day > mark.looked_for_on:
        found |= list_services_due_by(Passed(mark.looked_for_on, day), thresholds, review_after)
    return found
