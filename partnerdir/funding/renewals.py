"""What is done when money goes on: a fund pays for longer, or other money takes over."""

import uuid
from datetime import date, timedelta
from typing import Any

from partnerdir.errors import BadInput
from partnerdir.funding.actions import add_window, change_window
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_windows
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from partnerdir.languages import gettext

A_DAY = timedelta(days=1)


def renew_window(window: FundingWindow, ends_on: date | None, said: dict[str, Any], seen_version: int) -> None:
    """Records until when a fund goes on; `said` is its certainty, and who said so when.

    What is confirmed makes the window longer. What is only hoped for becomes a window of its own behind it, so that it
    moves no end. Raises: BadInput; Conflict when the window changed since `seen_version`.
    """
    window.refuse_stale(seen_version)
    until = _last_day(ends_on, window.ends_on)
    begins_on = window.ends_on + A_DAY if window.ends_on else None
    follower = _find_follower(window.service_id, window.fund_id, begins_on, but=window)
    if follower is not None or said["certainty"] != Certainty.CONFIRMED:
        _follow(follower, window.service_id, window.fund_id, begins_on, until, said, window.is_essential)
        return
    settled = {"renewal": Renewal.NOT_STARTED, "decision_due_on": None}
    change_window(window, {"ends_on": until, "end_kind": EndKind.FIXED, **settled, **said}, seen_version)


def add_follower(
    service_id: uuid.UUID, fund_id: uuid.UUID, begins_on: date, ends_on: date | None, said: dict[str, Any]
) -> None:
    """Records other money that takes over on a day. Raises: BadInput."""
    until = _last_day(ends_on, begins_on - A_DAY)
    _follow(_find_follower(service_id, fund_id, begins_on), service_id, fund_id, begins_on, until, said, True)


def _last_day(ends_on: date | None, before: date | None) -> date:
    if ends_on is None:
        raise BadInput({"ends_on": gettext("Enter the new last day.")})
    if before is not None and ends_on <= before:
        raise BadInput(
            {"ends_on": gettext("Enter a day after the end that is recorded. For an earlier end, change the funding itself.")}
        )
    return ends_on


def _find_follower(
    service_id: uuid.UUID, fund_id: uuid.UUID, begins_on: date | None, but: FundingWindow | None = None
) -> FundingWindow | None:
    """A window of the same fund from that day on, which was recorded before, perhaps as hoped for."""
    windows = (window for window in list_windows(service_id) if window is not but and window.fund_id == fund_id)
    return next((w for w in windows if begins_on and w.starts_on == begins_on and w.certainty != Certainty.REFUSED), None)


def _follow(
    follower: FundingWindow | None,
    service_id: uuid.UUID,
    fund_id: uuid.UUID,
    begins_on: date | None,
    until: date,
    said: dict[str, Any],
    is_essential: bool,
) -> None:
    fields = {"ends_on": until, "end_kind": EndKind.FIXED, **said}
    if follower is not None:
        change_window(follower, fields)
    else:
        add_window(service_id, fund_id, starts_on=begins_on, is_essential=is_essential, **fields)
