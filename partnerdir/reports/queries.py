"""What is asked across services and their funding."""

import uuid
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from partnerdir.database import db
from partnerdir.directory.models import Organisation, Service, ServiceArea, service_need
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import Fund, FundingWindow
from partnerdir.funding.rules import Certainty, EndKind, Outlook, Renewal, outlook_on
from partnerdir.reports.rules import Ending, Undated


def list_endings(day: date, last: date) -> list[Ending]:
    """The services, not closed, whose confirmed cover goes on today and ends by the last day."""
    ends = FundingWindow.ends_on.between(day, last)
    near = sa.select(FundingWindow.service_id).where(ends, FundingWindow.certainty == Certainty.CONFIRMED)
    windows = _list_windows(near)
    areas = _list_pairs(ServiceArea.service_id, ServiceArea.area_id, near)
    needs = _list_pairs(service_need.c.service_id, service_need.c.need_id, near)
    endings = []
    for service in db.session.scalars(_running().where(Service.id.in_(near))):
        outlook = outlook_on(windows[service.id], day, [(last - day).days])
        if outlook.funded_until and outlook.funded_until <= last:
            ending = _ending(service, outlook, outlook.funded_until)
            endings.append(replace(ending, area_ids=frozenset(areas[service.id]), need_ids=frozenset(needs[service.id])))
    return endings


def list_undated(limit: int, skip: int = 0, **narrow: Set[uuid.UUID] | None) -> list[Undated]:
    """The services, not closed, of which no end of their money can be told, in order of name."""
    query = _undated(**narrow).order_by(sa.func.lower(Service.name), Service.id).limit(limit).offset(skip)
    return [Undated(service.id, service.name, service.organisation.name) for service in db.session.scalars(query)]


def count_undated(**narrow: Set[uuid.UUID] | None) -> int:
    """How many services, not closed, have no end of their money that can be told."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_undated(**narrow).subquery())) or 0


def _running() -> sa.Select[Any]:
    organisation = contains_eager(Service.organisation)
    query: sa.Select[Any] = sa.select(Service).join(Organisation, Organisation.id == Service.organisation_id)
    return query.where(Service.status != ServiceStatus.CLOSED).options(organisation)


def _undated(area_ids: Set[uuid.UUID] | None = None, need_ids: Set[uuid.UUID] | None = None) -> sa.Select[Any]:
    """Those whose outlook is unknown, as `outlook_on` says it: essential money decides, where there is any."""
    essential = aliased(FundingWindow)
    has_essential = sa.exists().where(
        essential.service_id == FundingWindow.service_id, essential.certainty == Certainty.CONFIRMED, essential.is_essential
    )
    is_dated = FundingWindow.ends_on.is_not(None) | (FundingWindow.end_kind == EndKind.OPEN_ENDED)
    tells = sa.exists().where(
        FundingWindow.service_id == Service.id,
        FundingWindow.certainty == Certainty.CONFIRMED,
        FundingWindow.end_kind != EndKind.UNKNOWN,
        is_dated,
        FundingWindow.is_essential | ~has_essential,
    )
    query = _running().where(~tells)
    if area_ids is not None:
        query = query.where(Service.id.in_(sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(area_ids))))
    if need_ids is not None:
        query = query.where(Service.id.in_(sa.select(service_need.c.service_id).where(service_need.c.need_id.in_(need_ids))))
    return query


def _list_windows(service_ids: sa.Select[Any]) -> dict[uuid.UUID, list[FundingWindow]]:
    windows: dict[uuid.UUID, list[FundingWindow]] = defaultdict(list)
    query = sa.select(FundingWindow).where(FundingWindow.service_id.in_(service_ids))
    for window in db.session.scalars(query.options(joinedload(FundingWindow.fund).joinedload(Fund.funder))):
        windows[window.service_id].append(window)
    return windows


def _list_pairs(service_id: Any, other_id: Any, near: sa.Select[Any]) -> dict[uuid.UUID, set[uuid.UUID]]:
    pairs: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for of_service, other in db.session.execute(sa.select(service_id, other_id).where(service_id.in_(near))):
        pairs[of_service].add(other)
    return pairs


def _ending(service: Service, outlook: Outlook, ends_on: date) -> Ending:
    windows: Sequence[FundingWindow] = [each for each in outlook.ending_windows if isinstance(each, FundingWindow)]
    said = max((w for w in windows if w.confirmed_on), key=lambda w: w.confirmed_on or date.min, default=None)
    return Ending(
        service_id=service.id,
        service_name=service.name,
        organisation_name=service.organisation.name,
        ends_on=ends_on,
        is_estimated=outlook.is_estimated,
        expected_until=outlook.expected_until,
        funds=tuple(sorted({f"{window.fund.name} ({window.fund.funder.name})" for window in windows})),
        renewals=tuple(stage for stage in Renewal if any(window.renewal is stage for window in windows)),
        decision_due_on=min((w.decision_due_on for w in windows if w.decision_due_on), default=None),
        said_by=said.confirmed_by if said else "",
        said_on=said.confirmed_on if said else None,
        source=next((window.source for window in windows if window.source), ""),
    )
