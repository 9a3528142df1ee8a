"""The auditor looks at every kind of alert: for gaps where it can work the fact out, for truth and doubles in any case."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.accounts.actions import change_areas
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.audit_alerts import tell_differences
from partnerdir.alerts.auditor import Difference, DifferenceKind
from partnerdir.alerts.new_matches import add_new_matches
from partnerdir.alerts.rules import AlertKind, late_fact_on, part_fact_on
from partnerdir.alerts.standing import Money, Standing, nearest_passed
from partnerdir.alerts.thresholds import change_thresholds
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import Fund
from partnerdir.funding.rules import DEFAULT_THRESHOLDS, Renewal, outlook_on
from partnerdir.lists.models import SavedSearch
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    WORKER,
    a_watched_service,
    a_watcher,
    days,
    deliver_on,
    ledger,
    move_end,
    noon,
    scan_on,
)
from tests.alerts.planting import audited, forget_why, found_for, give_to_a_stranger, lose, make_untrue, tell_twice
from tests.alerts.test_auditor import a_random_window
from tests.alerts.test_kinds_routes import another, on_a_route
from tests.alerts.test_looking_after import a_coordinator

BEFORE = TODAY - days(5)
FAR = TODAY + days(900)


@dataclass
class Told:
    """A kind of alert, how somebody came to be told of it, and whether the auditor can say that they were not."""

    kind: AlertKind
    arrange: Callable[[Settings], None]
    finds_gaps: bool = True


def a_service(**window: Any) -> Service:
    """A service, watched before today, that is paid for until far away."""
    return a_watched_service(FAR, day=BEFORE, **window)


def told_on(settings: Settings, *on: int) -> None:
    """The machine is up so many days after today."""
    for number in on:
        scan_on(settings, TODAY + days(number))
        deliver_on(settings, TODAY + days(number))


def a_part_ends(settings: Settings) -> None:
    with noon(BEFORE), make.saved() as session:
        make.a_window(a_service(), END, fund=session.scalars(sa.select(Fund)).one(), is_essential=False)
    told_on(settings, 0)


def an_answer_is_late(settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        a_service(renewal=Renewal.APPLIED, decision_due_on=TODAY - days(1))
    told_on(settings, 0)


def an_end_moves(settings: Settings, *ends: int) -> None:
    with noon(BEFORE), make.saved():
        service_id = a_watched_service(END, day=BEFORE).id
    told_on(settings, -2)
    for number, end in enumerate(ends):
        with noon(TODAY - days(len(ends) - number - 1)):
            move_end(service_id, END + days(end))
        told_on(settings, 1 + number - len(ends))


def is_extended(settings: Settings) -> None:
    an_end_moves(settings, 700)


def is_brought_forward(settings: Settings) -> None:
    an_end_moves(settings, 700, 400)


def becomes(*statuses: ServiceStatus) -> Callable[[Settings], None]:
    def arranged(settings: Settings) -> None:
        with noon(BEFORE), make.saved():
            service_id = a_service().id
        for number, status in enumerate(statuses):
            day = number + 1 - len(statuses)
            with noon(TODAY + days(day)), make.saved() as session:
                directory.change_service(session.get_one(Service, service_id), {"status": status})
            told_on(settings, day)

    return arranged


def a_contact_leaves(settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        directory.add_contact(a_service(), "Duty worker", last_on=TODAY + days(20))
    told_on(settings, 0)


def a_contact_changes(settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        service_id = a_service().id
    with noon(TODAY), make.saved() as session:
        directory.add_contact(session.get_one(Service, service_id), "Duty worker")
    told_on(settings, 0)


def a_route_is_thin(settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        on_a_route(a_watched_service(END, day=BEFORE))
        another("Other")
    told_on(settings, 0)


def a_review_is_due(settings: Settings) -> None:
    with noon(TODAY - days(300)), make.saved():
        ward = make.an_area()
        service = make.a_service(assured_on=TODAY - days(200), area_ids=[ward.id])
        make.a_window(service, FAR)
        change_areas(a_coordinator(WORKER), [ward.id], TODAY - days(300))
    told_on(settings, 0)


def a_difference_is_found(settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        steward = a_coordinator(WORKER, RoleName.STEWARD)
        service = make.a_service()
        make.a_window(service, FAR)
        standing = Standing(AlertKind.ENDING, END)
        tell_differences([Difference(DifferenceKind.UNTOLD, steward.id, service.id, standing, 30, "A difference.")], BEFORE)


def a_search_matches(settings: Settings) -> None:
    with noon(BEFORE), make.saved() as session:
        search = SavedSearch(account_id=a_watcher().id, name="Ours", question={}, made_on=BEFORE)
        session.add(search)
        session.flush()
        add_new_matches(search, [make.a_service().id], BEFORE)


CASES = [
    Told(AlertKind.PART_ENDING, a_part_ends),
    Told(AlertKind.DECISION_LATE, an_answer_is_late),
    Told(AlertKind.EXTENDED, is_extended),
    Told(AlertKind.BROUGHT_FORWARD, is_brought_forward),
    Told(AlertKind.PAUSED, becomes(ServiceStatus.PAUSED)),
    Told(AlertKind.CLOSED, becomes(ServiceStatus.CLOSED)),
    Told(AlertKind.REOPENED, becomes(ServiceStatus.CLOSED, ServiceStatus.ACTIVE)),
    Told(AlertKind.CONTACT_LEAVING, a_contact_leaves),
    Told(AlertKind.CONTACT_CHANGED, a_contact_changes, finds_gaps=False),
    Told(AlertKind.ROUTE_AT_RISK, a_route_is_thin, finds_gaps=False),
    Told(AlertKind.REVIEW_DUE, a_review_is_due, finds_gaps=False),
    Told(AlertKind.AUDIT_DIFFERENCE, a_difference_is_found, finds_gaps=False),
    Told(AlertKind.NEW_MATCH, a_search_matches, finds_gaps=False),
]
# What these tell is true of any service: there is nothing in the records that could contradict them.
OF_RECORDS = [told for told in CASES if told.kind not in (AlertKind.AUDIT_DIFFERENCE, AlertKind.NEW_MATCH)]


@pytest.fixture(params=CASES, ids=lambda case: str(case.kind))
def case(request: pytest.FixtureRequest, app: Flask, settings: Settings) -> Told:
    """A kind that somebody was told of as they should be."""
    told: Told = request.param
    told.arrange(settings)
    assert audited(settings) == []
    assert told.kind in [kind for _, kind, *_ in ledger()]
    return told


def test_a_gap_a_double_a_stranger_and_silence_are_found(case: Told, settings: Settings) -> None:
    tell_twice(WORKER, case.kind)
    assert ("told_twice", WORKER) in found_for(audited(settings), case.kind)
    forget_why(WORKER, case.kind)
    assert ("unexplained", WORKER) in found_for(audited(settings), case.kind)
    give_to_a_stranger(WORKER, case.kind)
    assert ("not_asked", "stranger@housing.example") in found_for(audited(settings), case.kind)
    lose("stranger@housing.example", case.kind)
    assert found_for(audited(settings), case.kind) == ([("untold", WORKER)] if case.finds_gaps else [])


@pytest.mark.parametrize("case", OF_RECORDS, indirect=True, ids=lambda told: str(told.kind))
def test_what_was_never_true_is_found(case: Told, settings: Settings) -> None:
    make_untrue(case.kind)
    assert "never_true" in [str(difference.kind) for difference in audited(settings)]


def test_a_late_answer_is_owed_again_each_week(app: Flask, settings: Settings) -> None:
    an_answer_is_late(settings)
    assert audited(settings, on=6) == []
    assert found_for(audited(settings, on=8), AlertKind.DECISION_LATE) == [("untold", WORKER)]
    told_on(settings, 8)
    assert audited(settings, on=10) == []


def test_days_of_warning_of_its_own_are_kept_to(app: Flask, settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        early, late = (a_watched_service(TODAY + days(number), str(number), day=BEFORE) for number in (300, 25))
        change_thresholds(early.id, [400])
        change_thresholds(late.id, [10])
    scan_on(settings, TODAY)
    assert audited(settings) == []
    lose(WORKER, AlertKind.ENDING)
    (found,) = audited(settings)
    assert "the money of 300 ends" in found.sentence
    assert "(the warning of 400 days)" in found.sentence
    assert found_for(audited(settings, on=17), AlertKind.ENDING) == [("untold", WORKER)] * 2


def test_days_of_warning_that_changed_since_are_asked_about_the_day_after(app: Flask, settings: Settings) -> None:
    with noon(BEFORE), make.saved():
        service_id = a_watched_service(TODAY + days(300), day=BEFORE).id
    with noon(TODAY), make.saved():
        change_thresholds(service_id, [400])
    assert audited(settings, on=1) == []
    assert len(audited(settings, on=2)) == 1


def test_a_digest_that_waits_for_monday_is_no_gap(app: Flask, settings: Settings) -> None:
    a_part_ends(settings)
    with make.saved() as session:
        session.execute(sa.text("UPDATE delivery SET state = 'waiting', sent_at = NULL"))
    assert audited(settings, on=6) == []


def test_its_reading_of_parts_and_late_answers_is_that_of_the_scan() -> None:
    random = Random(5)
    seen = set()
    for _ in range(1500):
        windows = [a_random_window(random) for _ in range(random.randint(0, 5))]
        for window in windows:
            window["renewal"] = random.choice(["not_started", "applied", "extension_requested"])
            window["decision_due_on"] = random.choice([None, TODAY + days(random.randint(-300, 300))])
        day = TODAY + days(random.randint(-500, 800))
        outlook = outlook_on([SimpleNamespace(**window) for window in windows], day, DEFAULT_THRESHOLDS)
        plain = [{n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in w.items()} for w in windows]
        facts = part_fact_on(outlook, day, DEFAULT_THRESHOLDS), late_fact_on(outlook, day)
        read = Money(plain)
        for fact, standing in zip(facts, (read.part_ending_on(day, 180), read.decision_late_on(day, 180)), strict=True):
            steps = standing and nearest_passed(standing, day, DEFAULT_THRESHOLDS)
            expected = fact and (fact.kind, fact.ends_on, fact.threshold)
            assert (standing and (standing.kind, standing.ends_on, steps)) == expected, (day, windows)
            seen.add(standing and standing.kind)
    assert seen == {None, AlertKind.PART_ENDING, AlertKind.DECISION_LATE}
