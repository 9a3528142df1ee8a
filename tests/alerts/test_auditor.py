"""The auditor finds what is missing, what is double and what was never true, and nothing else."""

import uuid
from datetime import date, timedelta
from random import Random
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import clock
from partnerdir.alerts.auditor import Difference, DifferenceKind, audit
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.standing import Money
from partnerdir.database import db, writing
from partnerdir.directory.models import Service
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import outlook_on
from partnerdir.settings import Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    WORKER,
    a_watched_service,
    a_watcher,
    days,
    deliver_on,
    move_end,
    noon,
    scan_on,
    the_delivery,
    unwatch,
    watch,
)


def audited(settings: Settings, on: int = 2, since: int = -900) -> list[Difference]:
    """What the auditor finds so many days after today."""
    db.session.rollback()
    with noon(TODAY + days(on)):
        return audit(TODAY + days(since), TODAY + days(on), settings.threshold_days)


def kinds(found: list[Difference]) -> list[str]:
    return sorted(str(difference.kind) for difference in found)


@pytest.fixture
def told(app: Flask, settings: Settings) -> Settings:
    """A warning that was sent as it should be."""
    with noon(TODAY - days(5)), make.saved():
        a_watched_service(END, day=TODAY - days(5))
    scan_on(settings, TODAY)
    deliver_on(settings, TODAY)
    return settings


def a_planted_alert(threshold: int, kind: AlertKind = AlertKind.ENDING, **fields: object) -> None:
    """One more delivery to the worker, sent at noon of the first day."""
    service_id = db.session.scalars(sa.select(FundingWindow.service_id)).one()
    with noon(TODAY), make.saved() as session:
        values = {"ends_on": END, "found_on": TODAY, "service_id": service_id, "key": uuid.uuid4().hex} | fields
        alert = Alert(id=uuid.uuid4(), kind=kind, threshold=threshold, **values)
        session.add(alert)
        session.flush()
        sent_at = clock.now()
        session.add(
            Delivery(
                alert_id=alert.id,
                account_id=a_watcher().id,
                state=DeliveryState.SENT,
                next_try_at=sent_at,
                sent_at=sent_at,
            )
        )


def test_what_was_told_as_it_should_be_is_no_difference(told: Settings) -> None:
    assert audited(told) == []


def test_a_planted_gap_is_found_and_said_in_a_sentence(told: Settings) -> None:
    with make.saved() as session:
        session.execute(sa.delete(Delivery))
    (found,) = audited(told)
    assert found.kind is DifferenceKind.UNTOLD
    assert found.sentence == (
        f"{WORKER} should have been told, by 10 January 2027, that the money of Harbour Family Support ends on"
        " 9 February 2027 (the warning of 30 days); the ledger has nothing of it."
    )


def test_a_gap_from_before_the_day_asked_for_is_left_out(told: Settings) -> None:
    with make.saved() as session:
        session.execute(sa.delete(Delivery))
    assert audited(told, since=1) == []


def test_a_warning_that_was_dropped_though_it_is_still_true_is_a_gap(told: Settings) -> None:
    with make.saved() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.DROPPED, reason="Somebody said so."))
    assert kinds(audited(told)) == ["untold"]


def test_a_warning_that_waits_or_was_refused_for_a_reason_is_no_gap(told: Settings) -> None:
    for state in (DeliveryState.WAITING, DeliveryState.FAILED):
        with make.saved() as session:
            session.execute(sa.update(Delivery).values(state=state, sent_at=None, reason="550 No such mailbox"))
        assert audited(told) == []


def test_a_refusal_without_a_reason_is_found(told: Settings) -> None:
    with make.saved() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.FAILED, sent_at=None, reason=""))
    assert kinds(audited(told)) == ["unexplained"]


def test_an_older_warning_does_not_stand_in_for_a_nearer_one(told: Settings) -> None:
    found = audited(told, on=20)
    assert kinds(found) == ["untold"]
    assert "(the warning of 7 days); the ledger has only the warning of 30 days" in found[0].sentence


def test_an_end_that_came_and_was_not_told_is_found(told: Settings) -> None:
    assert "ended on 9 February 2027; the ledger has nothing of it" in audited(told, on=40)[0].sentence


@pytest.mark.parametrize("threshold", [30, 60, 29], ids=["the same", "a farther one", "two on one day"])
def test_a_planted_double_is_found(told: Settings, threshold: int) -> None:
    a_planted_alert(threshold)
    assert "told_twice" in kinds(audited(told))


def test_a_telling_of_an_end_that_never_stood_is_found(told: Settings) -> None:
    a_planted_alert(30, ends_on=END + days(3))
    (found,) = audited(told)
    assert found.kind is DifferenceKind.NEVER_TRUE
    assert "12 February 2027" in found.sentence


def test_a_telling_that_money_had_ended_while_it_had_not_is_found(told: Settings) -> None:
    a_planted_alert(-1, AlertKind.ENDED)
    assert kinds(audited(told)) == ["never_true"]


def test_a_telling_to_somebody_who_never_watched_is_found(told: Settings) -> None:
    with make.saved() as session:
        stranger = a_watcher("stranger@housing.example")
        session.flush()
        session.execute(sa.update(Delivery).values(account_id=stranger.id))
    assert kinds(audited(told)) == ["not_asked", "untold"]


def test_the_change_log_says_that_what_was_told_was_true_then(told: Settings) -> None:
    service_id = the_delivery().alert.service_id
    with noon(TODAY + days(1)):
        assert service_id is not None
        move_end(service_id, END + days(700))
    scan_on(told, TODAY + days(2))
    assert audited(told, on=9) == []


def test_a_window_and_a_watch_that_were_removed_since_are_remembered(told: Settings) -> None:
    service = the_delivery().alert.service
    with noon(TODAY + days(1)), make.saved() as session:
        session.delete(session.scalars(sa.select(FundingWindow)).one())
        unwatch(service)
    assert audited(told, on=9) == []


def test_what_was_entered_since_yesterday_is_not_asked_for_yet(told: Settings) -> None:
    with noon(TODAY + days(2)), make.saved():
        a_watched_service(TODAY + days(10), "New", day=TODAY + days(2))
    assert audited(told, on=2) == []
    assert audited(told, on=3) == []
    assert kinds(audited(told, on=4)) == ["untold"]


def test_whoever_closed_their_account_is_owed_nothing(told: Settings) -> None:
    with make.saved() as session:
        session.execute(sa.delete(Delivery))
    with noon(TODAY - days(1)), make.saved():
        a_watcher().active = False
    assert audited(told) == []


def test_its_reading_of_windows_is_that_of_the_outlook() -> None:
    random = Random(4)
    for _ in range(1500):
        windows = [a_random_window(random) for _ in range(random.randint(0, 5))]
        day = TODAY + days(random.randint(-500, 800))
        outlook = outlook_on([SimpleNamespace(**window) for window in windows], day)
        expected = (AlertKind.ENDING, outlook.funded_until) if outlook.is_covered else (AlertKind.ENDED, outlook.ends_on)
        plain = [{n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in w.items()} for w in windows]
        standing = Money(plain).standing_on(day)
        assert (standing and (standing.kind, standing.ends_on)) == (expected if expected[1] else None), (day, windows)


def a_random_window(random: Random) -> dict[str, object]:
    """Days of a window: many touch, overlap by about ninety days, or have no known end."""
    starts_on = TODAY + days(random.choice([-400, -90, -89, 0, 1, 2, random.randint(-400, 300)]))
    end_kind = random.choice(["fixed"] * 8 + ["estimated", "open_ended", "unknown"])
    length = random.choice([0, 88, 89, 90, 91, 92, 365, random.randint(0, 400)])
    return {
        "starts_on": random.choice([starts_on] * 6 + [None]),
        "ends_on": starts_on + days(length) if end_kind in ("fixed", "estimated") else None,
        "end_kind": end_kind,
        "is_essential": random.random() < 0.7,
        "certainty": random.choice(["confirmed"] * 6 + ["applied_for"]),
        "renewal": "not_started",
        "decision_due_on": None,
        "confirmed_on": None,
    }


@pytest.mark.parametrize("seed", [2, 4])
def test_an_honest_history_with_downtime_and_edits_has_no_difference(app: Flask, settings: Settings, seed: int) -> None:
    live_honestly(settings, Random(seed))
    assert [difference.sentence for difference in audited(settings, on=60)] == []


def test_the_histories_are_such_that_a_lost_delivery_is_found(app: Flask, settings: Settings) -> None:
    live_honestly(settings, Random(2))
    with make.saved() as session:
        session.execute(sa.delete(Delivery))
    assert "untold" in kinds(audited(settings, on=60))


def live_honestly(settings: Settings, random: Random) -> None:
    """Sixty days: ends move, watches come and go, accounts close, and the machine is down for up to nine days."""
    with writing(by="a test") as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    with noon(TODAY), make.saved():
        services = [
            a_watched_service(TODAY + days(random.randint(-30, 200)), f"Service {number}", day=TODAY) for number in range(4)
        ]
        ids = [service.id for service in services]
    next_up = 0
    for day in range(61):
        with noon(TODAY + days(day)):
            if random.random() < 0.12:
                live_one_edit(random, ids, TODAY + days(day))
        if day >= next_up or day == 60:
            scan_on(settings, TODAY + days(day))
            if random.random() < 0.8:
                deliver_on(settings, TODAY + days(day))
            next_up = day + random.choice([1, 1, 1, 2, random.randint(1, 9)])


def live_one_edit(random: Random, ids: list[uuid.UUID], day: date) -> None:
    service_id = random.choice(ids)
    what = random.choice(["move", "move", "watch", "close"])
    if what == "move":
        move_end(service_id, day + timedelta(random.randint(-40, 300)))
        return
    email = random.choice([WORKER, "late@housing.example"])
    with make.saved() as session:
        service = session.get_one(Service, service_id)
        if what == "close":
            a_watcher(email).active = random.random() < 0.6
        elif random.random() < 0.6:
            watch(service, email, day=day)
        else:
            watched = watch(service, email, day=day)
            session.delete(watched)
