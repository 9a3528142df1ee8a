"""What passing days make due: services with a day of their own between the last look and this one, each found by index.

Whether money covers a day never depends on today. So time alone makes something due only where it passes one of a
service's own days: its money came within a threshold, ended or began, an answer is late, a post changes, a review is due.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from partnerdir.alerts.escalation import TO_COORDINATORS, TO_STEWARDS
from partnerdir.alerts.facts import LEAVING_DAYS
from partnerdir.alerts.models import Alert, ServiceThresholds
from partnerdir.alerts.narrowing import list_heard, may_end_on_its_day, may_end_with_it, other_window
from partnerdir.alerts.reviews import list_reviews_due_by
from partnerdir.alerts.rules import OF_AN_END
from partnerdir.database import db
from partnerdir.directory.models import Contact
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import WAITING_FOR_ANSWER, Certainty

PASSED_ON = (TO_COORDINATORS.days, TO_STEWARDS.days)


@dataclass(frozen=True)
class Passed:
    """The days that have passed since everything was looked at on the first of them; the last is today."""

    since: date
    until: date

    def is_near(self, column: Any, ahead: int) -> sa.ColumnElement[bool]:
        """Whether the day that a column holds came within so many days in this time."""
        near = timedelta(days=ahead)
        return sa.and_(column > self.since + near, column <= self.until + near)

    def began(self, column: Any) -> sa.ColumnElement[bool]:
        """Whether the day that a column holds came."""
        return self.is_near(column, 0)

    def ended(self, column: Any) -> sa.ColumnElement[bool]:
        """Whether the day that a column holds is over, and was not before."""
        return self.is_near(column, -1)


def list_services_due_by(passed: Passed, thresholds: Sequence[int], review_after: int) -> set[uuid.UUID]:
    """The services of which the days that passed may have made something due; `review_after` is in days."""
    near_ends = {threshold for threshold in (*thresholds, *PASSED_ON) if threshold <= max(PASSED_ON)}
    # An end that is near goes to others than those who watch, so it is asked for whoever hears of it.
    for_anyone = [_ends_near(passed, ahead) for ahead in sorted(near_ends)]
    for_anyone += [_began(passed, thresholds), sa.select(ServiceThresholds.service_id)]
    for_anyone += list_reviews_due_by(passed.since, passed.until, review_after)
    for_watchers = [_ends_near(passed, ahead) for ahead in sorted({*thresholds} - near_ends)]
    for_watchers += [_ended(passed), _late(passed.until), _leaving(passed)]
    return _found(for_anyone) | list_heard(_found(for_watchers))


def _found(questions: Sequence[sa.Select[Any]]) -> set[uuid.UUID]:
    return {service_id for question in questions for service_id in db.session.scalars(question)}


def _of_money() -> sa.Select[Any]:
    return sa.select(FundingWindow.service_id).where(FundingWindow.certainty == Certainty.CONFIRMED)


def _ends_near(passed: Passed, ahead: int) -> sa.Select[Any]:
    """Money that came within a threshold of its end."""
    return _of_money().where(passed.is_near(FundingWindow.ends_on, ahead), may_end_on_its_day())


def _ended(passed: Passed) -> sa.Select[Any]:
    """Money that ended; of contributing money the next part to end may now be told."""
    this = FundingWindow.ends_on
    is_last = may_end_with_it((other_window.starts_on > this) & (other_window.starts_on <= passed.until))
    return _of_money().where(passed.ended(this), is_last | ~FundingWindow.is_essential)


def _began(passed: Passed, thresholds: Sequence[int]) -> sa.Select[Any]:
    """Money that began, where it may end soon as well, or somebody was told that there was none."""
    ends_near = other_window.ends_on.between(passed.until, passed.until + timedelta(days=max(thresholds, default=0)))
    is_short = sa.exists().where(other_window.service_id == FundingWindow.service_id, ends_near)
    was_told = sa.exists().where(Alert.service_id == FundingWindow.service_id, Alert.kind.in_(OF_AN_END))
    return _of_money().where(passed.began(FundingWindow.starts_on), is_short | was_told)


def _late(day: date) -> sa.Select[Any]:
    """Renewals that wait for an answer after its day, or a week after the end."""
    is_late = (FundingWindow.decision_due_on < day) | (FundingWindow.ends_on <= day - timedelta(7))
    return _of_money().where(FundingWindow.renewal.in_(WAITING_FOR_ANSWER), is_late)


def _leaving(passed: Passed) -> sa.Select[Any]:
    """Posts that end soon."""
    return sa.select(Contact.service_id).where(passed.is_near(Contact.last_on, LEAVING_DAYS))
