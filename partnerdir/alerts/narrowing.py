"""Which services a scan must look at: each question only narrows, by index, and says nothing of what is told."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partnerdir.accounts.models import Account
from partnerdir.alerts.days import DayAfter
from partnerdir.alerts.facts import LEAVING_DAYS, STATUS_KINDS
from partnerdir.alerts.hearers import list_ways
from partnerdir.alerts.models import Alert, Delivery, Watch
from partnerdir.alerts.rules import OF_AN_END, AlertKind, DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import WAITING_FOR_ANSWER, Certainty, EndKind

_Other = aliased(FundingWindow)  # another window of the same service
STALE_AFTER = timedelta(730)  # whoever was told of an end so long ago is not told that the money came back


def list_services_in_question(day: date, thresholds: Sequence[int]) -> list[uuid.UUID]:
    """The services with a watcher who may have to be told something on the day."""
    queries = [query for way in _list_ways_used() for query in _questions_of(way, day, thresholds)]
    return sorted({service_id for query in (*queries, _ends_that_moved(day)) for service_id in db.session.scalars(query)})


def _list_ways_used() -> Iterator[sa.Subquery]:
    """The ways in which anybody watches; most installations have watches on services only."""
    by_service, by_organisation, by_route = list_ways()
    is_used = sa.select(sa.exists().where(Watch.organisation_id.is_not(None)), sa.exists().where(Watch.need_id.is_not(None)))
    for_organisations, for_routes = db.session.execute(is_used).one()
    yield by_service
    if for_organisations:
        yield by_organisation
    if for_routes:
        yield by_route


def _questions_of(way: sa.Subquery, day: date, thresholds: Sequence[int]) -> Iterator[sa.Select[Any]]:
    watched = sa.select(way.c.service_id).join(Account, Account.id == way.c.account_id).where(Account.active)
    paid = watched.join(FundingWindow, FundingWindow.service_id == way.c.service_id)
    paid = paid.where(FundingWindow.certainty == Certainty.CONFIRMED)
    ends_on = FundingWindow.ends_on
    bands = [(ends_on <= day + timedelta(days=threshold), threshold) for threshold in sorted(thresholds)]
    ends_near = ends_on.between(day, day + timedelta(days=max(thresholds)))
    # Of contributing money that ends near a part may end, whatever follows it.
    may_end = _may_end_with_it(_Other.starts_on == DayAfter(ends_on)) | ~FundingWindow.is_essential
    yield paid.where(ends_near, may_end, ~_was_told(way, AlertKind.ENDING, sa.case(*bands)))
    is_new = way.c.already_ended_on.is_(None) | (ends_on > way.c.already_ended_on)
    is_last = _may_end_with_it((_Other.starts_on > ends_on) & (_Other.starts_on <= day))
    yield paid.where(ends_on < day, is_new, is_last, ~_was_told(way, AlertKind.ENDED, None))
    is_late = (FundingWindow.decision_due_on < day) | (ends_on <= day - timedelta(7))
    yield paid.where(FundingWindow.renewal.in_(WAITING_FOR_ANSWER), is_late)
    status_told = sa.exists().where(Alert.service_id == Service.id, Alert.kind.in_(STATUS_KINDS.values()))
    yield watched.join(Service, Service.id == way.c.service_id).where((Service.status != ServiceStatus.ACTIVE) | status_told)
    leaves_near = Contact.last_on.between(day, day + timedelta(LEAVING_DAYS))
    yield watched.join(Contact, Contact.service_id == way.c.service_id).where(leaves_near)


def _may_end_with_it(later: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether the money may end with this window: none of the `later` ones follows, or others ran beside it at its end.

    This narrows, so that an old window that was followed by another asks for nothing; of windows side by side only
    `outlook_on` says which are needed.
    """
    this = FundingWindow
    others = sa.select(_Other.id).where(
        _Other.service_id == this.service_id,
        _Other.id != this.id,
        _Other.is_essential == this.is_essential,
        _Other.certainty == Certainty.CONFIRMED,
        _Other.end_kind != EndKind.UNKNOWN,
    )
    beside = others.where(
        _Other.starts_on.is_(None) | (_Other.starts_on <= this.ends_on),
        _Other.ends_on.is_(None) | (_Other.ends_on >= this.ends_on),
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


def _ends_that_moved(day: date) -> sa.Select[Any]:
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
