"""Narrowing saves work and hides nothing: what a scan finds is what it finds when it looks at every service."""

from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir.alerts.actions import add_alerts
from partnerdir.alerts.due import list_due
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.rules import DeliveryState, Due
from partnerdir.clock import now
from partnerdir.database import db, writing
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import TODAY, watch

QUIETLY = hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
DAYS = st.integers(-40, 220)
WINDOW = st.fixed_dictionaries(
    {
        "length": st.integers(0, 300),
        "ends": DAYS,
        "is_open": st.sampled_from((False, False, False, True)),
        "is_essential": st.booleans(),
        "certainty": st.sampled_from((Certainty.CONFIRMED, Certainty.CONFIRMED, Certainty.APPLIED_FOR)),
        "renewal": st.sampled_from((Renewal.NOT_STARTED, Renewal.APPLIED)),
        "due": st.none() | DAYS,
    }
)
STEP = st.fixed_dictionaries(
    {
        "days": st.integers(0, 40),
        "is_sent": st.booleans(),
        "moved": st.none() | DAYS,
        "status": st.sampled_from((None, None, *ServiceStatus)),
    }
)


def add_window(service: Service, ends: int, length: int, is_open: bool, due: int | None, **fields: Any) -> None:
    """Adds a window that ends, and whose decision is due, so many days from the first day."""
    ends_on = TODAY + timedelta(ends)
    open_or_not = {"ends_on": None, "end_kind": EndKind.OPEN_ENDED} if is_open else {"ends_on": ends_on}
    due_on = None if due is None else TODAY + timedelta(due)
    fund = make.a_fund(f"Fund {ends} {length}", "Funder")
    make.a_window(service, fund=fund, starts_on=ends_on - timedelta(length), decision_due_on=due_on, **open_or_not, **fields)


def take(step: dict[str, Any], service_id: Any) -> None:
    """What happens between two scans: what was queued is sent, an end is moved, the service is paused or closed."""
    with make.saved() as session:
        if step["is_sent"]:
            for delivery in session.query(Delivery).filter_by(state=DeliveryState.WAITING):
                delivery.state, delivery.sent_at = DeliveryState.SENT, now()
        window = session.query(FundingWindow).filter_by(service_id=service_id).order_by(FundingWindow.id).first()
        if step["moved"] is not None and window and window.ends_on:
            window.ends_on = max(TODAY + timedelta(step["moved"]), window.starts_on or TODAY)
        if step["status"]:
            directory.change_service(session.get_one(Service, service_id), {"status": step["status"]})


def said(due: list[Due]) -> list[tuple[str, str, int]]:
    """What is due, in an order of its own."""
    return sorted((item.fact.key("service"), item.service_name, len(item.watchers)) for item in due)


@given(windows=st.lists(WINDOW, min_size=1, max_size=4), steps=st.lists(STEP, min_size=1, max_size=4))
@QUIETLY
def test_a_scan_of_the_services_in_question_finds_what_a_scan_of_every_service_finds(
    app: Flask, settings: Settings, windows: list[dict[str, Any]], steps: list[dict[str, Any]]
) -> None:
    with writing(by="a test") as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    with make.saved():
        service = make.a_service()
        for window in windows:
            add_window(service, **window)
        watch(service, day=TODAY - timedelta(500))
        service_id = service.id
    day = TODAY
    for step in steps:
        day += timedelta(step["days"])
        db.session.rollback()
        everything = said(list_due(day, settings.threshold_days, among=[service_id]))
        narrowed = list_due(day, settings.threshold_days)
        assert said(narrowed) == everything
        with make.saved():
            add_alerts(narrowed, day)
        assert list_due(day, settings.threshold_days, among=[service_id]) == []
        take(step, service_id)
