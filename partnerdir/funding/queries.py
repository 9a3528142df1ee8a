"""What is asked of funding."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from partnerdir.database import db
from partnerdir.errors import Missing
from partnerdir.funding.models import Fund, Funder, FundingWindow
from partnerdir.funding.rules import Outlook, outlook_on

# Asked at every search and for every page of a service, hence made once.
_WINDOWS = sa.select(FundingWindow).where(FundingWindow.service_id.in_(sa.bindparam("ids", expanding=True)))


def list_windows(service_id: uuid.UUID) -> list[FundingWindow]:
    """The windows of one service with their funds and funders, the latest end first."""
    query = (
        sa.select(FundingWindow)
        .where(FundingWindow.service_id == service_id)
        .options(selectinload(FundingWindow.fund).selectinload(Fund.funder))
        .order_by(FundingWindow.ends_on.desc().nulls_first(), FundingWindow.id)
    )
    return list(db.session.scalars(query))


def list_windows_by_service(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[FundingWindow]]:
    """The windows of each of these services; a service without any has an empty list."""
    windows: dict[uuid.UUID, list[FundingWindow]] = defaultdict(list)
    for window in db.session.scalars(_WINDOWS, {"ids": list(service_ids)}):
        windows[window.service_id].append(window)
    return windows


def list_outlooks(
    service_ids: Sequence[uuid.UUID],
    day: date,
    thresholds: Sequence[int],
    own: Mapping[uuid.UUID, Sequence[int]] = MappingProxyType({}),
) -> dict[uuid.UUID, Outlook]:
    """The outlook of each of these services on the day; `own` are the thresholds of those that have some of their own."""
    windows = list_windows_by_service(service_ids)
    return {key: outlook_on(windows[key], day, own.get(key, thresholds)) for key in service_ids}


def require_window(window_id: uuid.UUID) -> FundingWindow:
    """The window. Raises: Missing."""
    window = db.session.get(FundingWindow, window_id)
    if window is None:
        raise Missing("There is no such funding window.")
    return window


def list_funds() -> list[Fund]:
    """Every fund with its funder, in order of the funder's name."""
    query = sa.select(Fund).join(Funder).options(selectinload(Fund.funder)).order_by(Funder.name, Fund.name)
    return list(db.session.scalars(query))


def find_funder(identifier: str) -> Funder | None:
    """The funder that a register knows by this number."""
    return db.session.scalar(sa.select(Funder).where(Funder.identifier == identifier))


def find_funder_by_name(name: str) -> Funder | None:
    """A funder of this name, however its letters are cased."""
    query = sa.select(Funder).where(sa.func.lower(Funder.name) == name.lower()).order_by(Funder.id).limit(1)
    return db.session.scalars(query).first()


def find_fund(funder_id: uuid.UUID, name: str) -> Fund | None:
    """The funder's fund of this name."""
    return db.session.scalar(sa.select(Fund).where(Fund.funder_id == funder_id, Fund.name == name))


def list_funders() -> list[Funder]:
    """Every funder, in order of name."""
    return list(db.session.scalars(sa.select(Funder).order_by(Funder.name)))


def list_grant_ids() -> set[str]:
    """Every grant that some window is of."""
    return set(db.session.scalars(sa.select(FundingWindow.grant_id).where(FundingWindow.grant_id.is_not(None))))
