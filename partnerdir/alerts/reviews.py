"""Listings that nobody has confirmed for long: those who look after the area are told, once in each review period."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState, Fact
from partnerdir.alerts.ways import is_looked_after, list_ways_used
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import EARLIEST_YEAR

BY_AREA = "by_area"
FIRST_DAY = date(EARLIEST_YEAR, 1, 1)
MOST_DAYS = 500  # asked for one by one
LOOKED_AT_EARLY = timedelta(days=30)  # before the next period begins, whatever was told when in this one


def list_review_facts(service_ids: Sequence[uuid.UUID], day: date, review_after: int) -> dict[uuid.UUID, list[Fact]]:
    """For each service of which nothing was confirmed for so many days, that it is to be looked at again."""
    found: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    for service_id, (since, is_confirmed) in _list_last_confirmed(service_ids).items():
        periods = (day - since).days // review_after
        if periods >= 1:
            found[service_id].append(review_fact(since, is_confirmed, periods))
    return found


def review_fact(since: date, is_confirmed: bool, periods: int) -> Fact:
    """That nothing was confirmed since a day, for so many whole periods; a service that never was, since it was recorded."""
    details = {"confirmed_on" if is_confirmed else "recorded_on": since.isoformat()}
    return Fact(AlertKind.REVIEW_DUE, threshold=-periods, mark=since.isoformat(), details=details)


def _list_last_confirmed(service_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[date, bool]]:
    """The day on which the listing or a window of each open service was last confirmed, else the day it was recorded.

    Without either day nothing is known of a service, and nothing is said.
    """
    query = (
        sa.select(Service.id, Service.assured_on, sa.func.max(FundingWindow.confirmed_on))
        .outerjoin(FundingWindow, FundingWindow.service_id == Service.id)
        .where(Service.id.in_(service_ids), Service.status != ServiceStatus.CLOSED)
        .group_by(Service.id, Service.assured_on)
    )
    found: dict[uuid.UUID, tuple[date, bool]] = {}
    never = []
    for service_id, *confirmed in db.session.execute(query):
        days = [day for day in confirmed if day]
        if days:
            found[service_id] = max(days), True
        else:
            never.append(service_id)
    for service_id, at in db.session.execute(_additions(never)):
        found[service_id] = clock.civil_time(at).date(), False
    return found


def _additions(service_ids: Sequence[uuid.UUID]) -> sa.Select[uuid.UUID, datetime]:
    return (
        sa.select(Change.about_id, sa.func.min(Change.at))
        .where(Change.about_id.in_(service_ids), Change.record_type == "service", Change.action == "added")
        .group_by(Change.about_id)
    )


def list_reviews_in_question(day: date, review_after: int) -> Iterator[sa.Select[Any]]:
    """Asks for services not confirmed for long, where whoever looks after them, or their contact, was not told lately."""
    stale = _is_stale(day, review_after)
    for way in list_ways_used():
        if way.name == BY_AREA:
            told = _told_lately(day, review_after).where(
                Alert.service_id == way.c.service_id, Delivery.account_id == way.c.account_id
            )
            kept = sa.select(way.c.service_id).join(Account, Account.id == way.c.account_id)
            kept = kept.join(Service, Service.id == way.c.service_id)
            yield kept.where(Account.active, *stale, ~told.correlate(way).exists())
    told = _told_lately(day, review_after).where(Alert.service_id == Contact.service_id, Delivery.contact_id == Contact.id)
    reached = sa.select(Contact.service_id).join(Service, Service.id == Contact.service_id)
    reached = reached.where(Contact.email != "", Contact.is_confidential.is_(False), is_in_post_on(day))
    yield reached.where(*stale, ~told.correlate(Contact).exists())


def list_reviews_due_by(since: date, until: date, review_after: int) -> Iterator[sa.Select[Any]]:
    """Asks for the services of which a review period ended on a day after the first of these days and not after the last.

    Of those, for the ones that somebody looks after, or whose contact may be asked; and for posts that began or ended.
    """
    reached = sa.exists().where(Contact.service_id == Service.id, Contact.email != "", Contact.is_confidential.is_(False))
    heard = sa.select(Service.id).where(Service.status != ServiceStatus.CLOSED, is_looked_after(Service.id) | reached)
    gap, last = (until - since).days, until - timedelta(days=review_after)
    first = max(_first_line_on(), FIRST_DAY)
    ends = list(_list_ends(last, review_after, FIRST_DAY))
    days = [end - timedelta(days=back) for end in ends for back in range(gap)]
    for column, query in (
        (Service.assured_on, heard),
        (FundingWindow.confirmed_on, heard.join(FundingWindow, FundingWindow.service_id == Service.id)),
    ):
        # Of very short periods one ends every day.
        yield query.where(column.in_(days) if len(days) <= MOST_DAYS else column <= last)
    lines = heard.join(Change, Change.about_id == Service.id)
    lines = lines.where(Change.record_type == "service", Change.action == "added")
    for end in _list_ends(last, review_after, first):
        began, over = (datetime.combine(end + timedelta(days=shift), time(), UTC) for shift in (-gap, 2))
        yield lines.where(Change.at >= began, Change.at < over)
    posts = sa.select(Contact.service_id).where(Contact.email != "", Contact.is_confidential.is_(False))
    yield posts.where(Contact.first_on > since, Contact.first_on <= until)
    yield posts.where(Contact.last_on >= since, Contact.last_on < until)


def _list_ends(last: date, review_after: int, first: date) -> Iterator[date]:
    """The day so many days ago, and each a period before it."""
    day = last
    while day >= first:
        yield day
        day -= timedelta(days=review_after)


def _first_line_on() -> date:
    """The day before the first line of the change log."""
    at = db.session.scalar(sa.select(sa.func.min(Change.at)))
    return clock.civil_time(at).date() - timedelta(days=1) if at else clock.today()


def is_in_post_on(day: date) -> sa.ColumnElement[bool]:
    """Whether a contact answers on the day, as the directory's rules have it."""
    began = Contact.first_on.is_(None) | (Contact.first_on <= day)
    return began & (Contact.last_on.is_(None) | (Contact.last_on >= day))


def _told_lately(day: date, review_after: int) -> sa.Select[Any]:
    """Deliveries of reviews whose period has not nearly run out."""
    found_after = day - max(timedelta(days=review_after) - LOOKED_AT_EARLY, timedelta())
    return (
        sa.select(Delivery.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.kind == AlertKind.REVIEW_DUE, Alert.found_on > found_after, Delivery.state != DeliveryState.DROPPED)
    )


def _is_stale(day: date, review_after: int) -> tuple[sa.ColumnElement[bool], ...]:
    last = day - timedelta(days=review_after)
    confirmed = sa.select(FundingWindow.id).where(FundingWindow.service_id == Service.id, FundingWindow.confirmed_on > last)
    is_new = sa.select(Change.id).where(
        Change.about_id == Service.id,
        Change.record_type == "service",
        Change.action == "added",
        Change.at >= datetime.combine(last + timedelta(days=2), time(), UTC),
    )
    is_old = Service.assured_on.is_not(None) | ~is_new.exists()
    return (
        Service.status != ServiceStatus.CLOSED,
        Service.assured_on.is_(None) | (Service.assured_on <= last),
        ~confirmed.exists(),
        is_old,
    )
