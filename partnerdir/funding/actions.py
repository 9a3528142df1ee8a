"""What is done to funding: writes only, never commits."""

import uuid
from datetime import date
from typing import Any

from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.funding.models import Fund, Funder, FundingWindow
from partnerdir.funding.queries import find_fund, find_funder_by_name
from partnerdir.funding.rules import window_problems


def add_funder(name: str, identifier: str | None = None) -> Funder:
    """Adds somebody who pays."""
    funder = Funder(name=name, identifier=identifier)
    db.session.add(funder)
    return funder


def add_fund(funder: Funder, name: str) -> Fund:
    """Adds a named pot of a funder's."""
    fund = Fund(funder_id=funder.id, name=name)
    db.session.add(fund)
    return fund


def add_fund_of(funder_name: str, fund_name: str) -> Fund:
    """The fund of this name, added with its funder where they are not known yet."""
    funder = find_funder_by_name(funder_name)
    if funder is None:
        funder = add_funder(funder_name)
        db.session.flush()
    return find_fund(funder.id, fund_name) or add_fund(funder, fund_name)


def add_window(service_id: uuid.UUID, fund_id: uuid.UUID, **fields: Any) -> FundingWindow:
    """Adds the days between which a fund pays for a service. Raises: BadInput."""
    window = FundingWindow(service_id=service_id, fund_id=fund_id, **fields)
    _refuse_impossible(window)
    db.session.add(window)
    return window


def change_window(window: FundingWindow, fields: dict[str, Any], seen_version: int | None = None) -> None:
    """Changes a window. Raises: BadInput; Conflict when it changed since `seen_version`."""
    window.refuse_stale(seen_version)
    for name, value in fields.items():
        setattr(window, name, value)
    _refuse_impossible(window)


def verify_window(window: FundingWindow, by: str, on: date) -> None:
    """Records who said on this day that the window's dates are right."""
    window.confirmed_by, window.confirmed_on = by, on


def retire_window(window: FundingWindow) -> None:
    """Removes a window that was entered by mistake; the change log keeps what it said."""
    db.session.delete(window)


def _refuse_impossible(window: FundingWindow) -> None:
    problems = window_problems(window.starts_on, window.ends_on, window.end_kind)
    if problems:
        raise BadInput(dict(problems))
