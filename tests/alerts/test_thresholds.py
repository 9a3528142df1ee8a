"""A service may warn on other days than everybody else's."""

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import jobs
from partnerdir.alerts import narrowing
from partnerdir.alerts.due import list_due
from partnerdir.alerts.models import Alert, ServiceThresholds
from partnerdir.alerts.thresholds import change_thresholds, thresholds_of
from partnerdir.changes import list_changes_about
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, days, deliver_on, ledger, noon, scan_on
from tests.alerts.conftest import with_mail
from tests.alerts.post import Post


def own(service_id: uuid.UUID, *numbers: int) -> None:
    with make.saved():
        change_thresholds(service_id, numbers)


def told() -> list[tuple[int, int]]:
    """The days left and the threshold of each warning."""
    return [((ends_on - TODAY).days, threshold) for _, _, ends_on, threshold, _ in ledger()]


def test_a_service_warns_on_its_own_days_and_others_on_everybodys(app_on_both: Flask) -> None:
    settings: Settings = app_on_both.extensions["settings"]
    with make.saved():
        own_id = a_watched_service(TODAY + days(300), "Own Days").id
        a_watched_service(TODAY + days(170), "Everybody's")
    own(own_id, 400, 10)
    scan_on(settings, TODAY)
    assert sorted(told()) == [(170, 180), (300, 400)]


def test_a_service_with_days_of_its_own_is_not_warned_of_on_everybodys(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    own(service_id, 10)
    scan_on(settings, TODAY, TODAY + days(14), TODAY + days(15), TODAY + days(18), TODAY + days(26))
    assert told() == [(25, 10), (25, -1)]


def test_thresholds_that_are_taken_away_leave_everybodys(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    own(service_id, 10)
    assert thresholds_of([service_id]) == {service_id: (10,)}
    own(service_id)
    assert thresholds_of([service_id]) == {}
    scan_on(settings, TODAY)
    assert told() == [(25, 30)]


def test_thresholds_changed_at_noon_are_honoured_by_the_next_scan_of_the_day(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(200)).id
    with noon(TODAY):
        jobs.scan(settings)
        own(service_id, 210)
        jobs.scan(settings)
    assert told() == [(200, 210)]


def test_of_several_thresholds_of_its_own_the_farther_ones_are_superseded(app: Flask, settings: Settings) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    own(service_id, 100, 50, 26)
    scan_on(settings, TODAY)
    query = sa.select(Alert.threshold, Alert.is_superseded).order_by(Alert.threshold)
    assert [tuple(row) for row in db.session.execute(query)] == [(26, False), (50, True), (100, True)]


def test_what_waits_is_dropped_when_its_service_warns_later(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY + days(25)).id
    scan_on(settings, TODAY)
    own(service_id, 10)
    deliver_on(with_mail(settings, mail_server), TODAY)
    assert mail_server.recipients == []
    assert [state for *_, state in ledger()] == ["dropped"]


def test_a_scan_that_forgets_services_with_days_of_their_own_is_caught(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: only everybody's thresholds say which services are looked at."""
    with make.saved():
        service_id = a_watched_service(TODAY + days(300)).id
    own(service_id, 400)
    assert len(list_due(TODAY, settings.threshold_days)) == 1
    monkeypatch.setattr(narrowing, "ServiceThresholds", Alert)
    assert list_due(TODAY, settings.threshold_days) == []


def test_the_change_is_in_the_history_of_the_service(app: Flask) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY).id
    own(service_id, 40, 90, 40)
    own(service_id, 30)
    changes = [change for change in list_changes_about(service_id) if change.record_type == ServiceThresholds.__tablename__]
    assert [change.fields["days"] for change in changes] == [[[90, 40], [30]], [None, [90, 40]]]


@pytest.mark.parametrize("numbers", [[-1], [30, 1001], list(range(13))])
def test_days_that_make_no_sense_are_refused_in_words(app: Flask, numbers: list[int]) -> None:
    with make.saved():
        service_id = a_watched_service(TODAY).id
    with pytest.raises(BadInput, match="Enter"):
        change_thresholds(service_id, numbers)
    assert thresholds_of([service_id]) == {}
