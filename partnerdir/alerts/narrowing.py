"""Which services a scan must look at: each question only narrows, by index, and says nothing of what is told."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partnerdir.accounts.models import Account
from partnerdir.alerts import escalation
from partnerdir.alerts.contact_news import contacts_in_question
from partnerdir.alerts.days import DayAfter
from partnerdir.alerts.facts import LEAVING_DAYS, STATUS_KINDS
from partnerdir.alerts.models import Alert, Delivery, ServiceThresholds
from partnerdir.alerts.reviews import list_reviews_in_question
from partnerdir.alerts.routes_at_risk import ends_on_routes
from partnerdir.alerts.rules import OF_AN_END, REVIEW_AFTER_DAYS, AlertKind, DeliveryState
from partnerdir.alerts.ways import list_ways_used
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import WAITING_FOR_ANSWER, Certainty, EndKind

other_window = aliased(FundingWindow)  # of the same service
HEARD_AT_ONCE = 500
STALE_AFTER = timedelta(730)  # whoever was told of an end so long ago is not told that the money came back


def list_services_in_question(
    day: date,
    thresholds: Sequence[int],
    review_after: int = REVIEW_AFTER_DAYS,
    neighbours: Iterable[uuid.UUID] | None = None,
) -> list[uuid.UUID]:
    """The services with a watcher who may have to be told something on the day; `review_after` is in days.

    `neighbours` are those on a route of which something changed since the last look, where that is known.
    """
    queries = [query for way in list_ways_used() for query in _questions_of(way, day, thresholds)]
    queries.append(sa.select(ServiceThresholds.service_id))  # few have thresholds of their own, so all of these are asked
    queries += list_reviews_in_question(day, review_after)
    queries += [ends_that_moved(day), *escalation.list_questions(day, thresholds, may_end_on_its_day())]
    found = {service_id for query in queries for service_id in db.session.scalars(query)}
    if neighbours is None:
        neighbours = list_heard(db.session.scalars(ends_on_routes(day, thresholds)))
    return sorted(found.union(neighbours))


def list_heard(service_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the services that are the concern of somebody active."""
    asked = list(dict.fromkeys(service_ids))
    heard: set[uuid.UUID] = set()
    for way in list_ways_used() if asked else ():
        watched = sa.select(way.c.service_id).join(Account, Account.id == way.c.account_id).where(Account.active)
        for start in range(0, len(asked), HEARD_AT_ONCE):
            heard.update(db.session.scalars(watched.where(way.c.service_id.in_(asked[start : start + HEARD_AT_ONCE]))))
    return heard


def _questions_of(way: sa.Subquery, day: date, thresholds: Sequence[int]) -> Iterator[sa.Select[Any]]:
    watched = sa.select(way.c.service_id).join(Account, Account.id == way.c.account_id).where(Account.active)
    paid = watched.join(FundingWindow, FundingWindow.service_id == way.c.service_id)
    paid = paid.where(FundingWindow.certainty == Certainty.CONFIRMED)
    ends_on = FundingWindow.ends_on
    bands = [(ends_on <= day + timedelta(days=threshold), threshold) for threshold in sorted(thresholds)]
    ends_near = ends_on.between(day, day + timedelta(days=max(thresholds)))
    yield paid.where(ends_near, may_end_on_its_day(), ~_was_told(way, AlertKind.ENDING, sa.case(*bands)))
    is_new = way.c.already_ended_on.is_(None) | (ends_on > way.c.already_ended_on)
    is_last = may_end_with_it((other_window.starts_on > ends_on) & (other_window.starts_on <= day))
    yield paid.where(ends_on < day, is_new, is_last, ~_was_told(way, AlertKind.ENDED, None))
    is_late = (FundingWindow.decision_due_on < day) | (ends_on <= day - timedelta(7))
    yield paid.where(FundingWindow.renewal.in_(WAITING_FOR_ANSWER), is_late)
    status_told = sa.exists().where(Alert.service_id == Service.id, Alert.kind.in_(STATUS_KINDS.values()))
    yield watched.join(Service, Service.id == way.c.service_id).where((Service.status != ServiceStatus.ACTIVE) | status_told)
    leaves_near = Contact.last_on.between(day, day + timedelta(LEAVING_DAYS))
    yield watched.join(Contact, Contact.service_id == way.c.service_id).where(leaves_near)
    yield from contacts_in_question(way, day)


def may_end_on_its_day() -> sa.ColumnElement[bool]:
    """Whether money may end on a window's last day: of contributing money a part may, whatever follows."""
    return may_end_with_it(other_window.starts_on == DayAfter(FundingWindow.ends_on)) | ~FundingWindow.is_essential


def may_end_with_it(later: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether the money may end with this window: none of the `later` ones follows, or others ran beside it at its end.

    This narrows, so that an old window that was followed by another asks for nothing; of windows side by side only
    `outlook_on` says which are needed.
    """
    this = FundingWindow
    others = sa.select(other_window.id).where(
        other_window.service_id == this.service_id,
        other_window.id != this.id,
        other_window.is_essential == this.is_essential,
        other_window.certainty == Certainty.CONFIRMED,
        other_window.end_kind != EndKind.UNKNOWN,
    )
    beside = others.where(
        other_window.starts_on.is_(None) | (other_window.starts_on <= this.ends_on),
        other_window.ends_on.is_(None) | (other_window.ends_on >= this.ends_on),
    )
    return ~others.where(later).correlate(this).exists() | (this.is_essential & beside.correlate(this).exists())


def _was_told(way: sa.Subquery, kind: AlertKind, threshold: sa.ColumnElement[int] | None) -> sa.Exists:
    """Whether this watcher was told that money ends on this window's last day, at this threshold or a nearer one."""
    query = (
        sa.select(Delivery.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(
            Delivery.account_id == way.c.account_id,
            Delivery.state != DeliveryState.DROPPED,
            Alert.service_id == way.c.service_id,
            Alert.kind == kind,
            Alert.ends_on == FundingWindow.ends_on,
        )
    )
    if threshold is not None:
        query = query.where(Alert.threshold <= threshold)
    return query.correlate(way, FundingWindow).exists()


def ends_that_moved(day: date) -> sa.Select[Any]:
    """Services of whose end somebody was told, and no money ends on that day any more, or other money goes on after it."""
    money, later = aliased(FundingWindow), aliased(FundingWindow)
    newer, newer_alert = aliased(Delivery), aliased(Alert)
    is_outdated = (
        sa.select(newer.id)
        .join(newer_alert, newer_alert.id == newer.alert_id)
        .where(
            newer_alert.service_id == Alert.service_id,
            newer_alert.kind.in_(OF_AN_END),
            newer.account_id == Delivery.account_id,
            newer.sent_at > Delivery.sent_at,
        )
        .exists()
    )
    still_ends = sa.exists().where(money.service_id == Alert.service_id, money.ends_on == Alert.ends_on)
    is_open = (later.end_kind == EndKind.OPEN_ENDED) & Alert.ends_on.is_not(None)
    goes_on = sa.exists().where(
        later.service_id == Alert.service_id,
        later.certainty == Certainty.CONFIRMED,
        (later.ends_on > Alert.ends_on) | is_open,
    )
    return (
        sa.select(Alert.service_id)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .where(
            Alert.kind.in_(OF_AN_END),
            Alert.service_id.is_not(None),
            Alert.ends_on.is_(None) | (Alert.ends_on > day - STALE_AFTER),
            Delivery.state == DeliveryState.SENT,
            ~still_ends | goes_on,
            ~is_outdated,
        )
    )
