"""What is queued and no longer true is not sent, and nothing that is true gets lost with it."""

from datetime import timedelta
from threading import Event

import sqlalchemy as sa
from flask import Flask

from partnerdir import jobs
from partnerdir.alerts.models import Alert
from partnerdir.alerts.rules import DeliveryState
from partnerdir.database import db
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    a_watched_service,
    a_watcher,
    deliver_on,
    ledger,
    move_end,
    scan_on,
    the_delivery,
    try_again_now,
    unwatch,
    watch,
)
from tests.alerts.post import Post


def test_mail_refused_while_two_thresholds_pass_ends_in_one_mail_of_the_nearest(
    queued_here: Settings, mail_server: Post
) -> None:
    mail_server.answer_to_data = "451 Try later"
    for day in range(0, 21, 4):
        scan_on(queued_here, TODAY + timedelta(day))
        deliver_on(queued_here, TODAY + timedelta(day))
    mail_server.answer_to_data = "250 Kept"
    last = TODAY + timedelta(20)
    assert deliver_on(queued_here, last)[DeliveryState.SENT] == 1
    assert len(mail_server.mails) == 1
    assert [(threshold, state) for *_, threshold, state in ledger()] == [(30, "dropped"), (14, "dropped"), (7, "sent")]
    assert "in 5 days" in mail_server.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]  # there is one


def test_a_date_changed_after_queueing_drops_the_old_warning_and_tells_the_new_date(
    queued_here: Settings, mail_server: Post
) -> None:
    move_end(the_delivery().alert.service.id, TODAY + timedelta(12))
    assert deliver_on(queued_here) == {"dropped": 1}
    assert the_delivery().reason == "The end date changed before this was sent."
    scan_on(queued_here, TODAY)
    assert deliver_on(queued_here) == {"sent": 1}
    assert "27 January 2027" in str(mail_server.mails[0]["Subject"])


def test_a_window_removed_while_its_mail_waits_drops_the_mail(queued_here: Settings, mail_server: Post) -> None:
    with make.saved() as session:
        session.execute(sa.text("DELETE FROM funding_window"))
    assert deliver_on(queued_here) == {"dropped": 1}
    assert mail_server.mails == []


def test_an_account_closed_after_queueing_gets_nothing_and_the_reason_is_kept(queued_here: Settings) -> None:
    with make.saved():
        a_watcher().active = False
    assert deliver_on(queued_here) == {"dropped": 1}
    assert "closed" in the_delivery().reason


def test_whoever_stops_watching_gets_nothing_and_whoever_begins_again_is_told(queued_here: Settings, mail_server: Post) -> None:
    service = the_delivery().alert.service
    with make.saved():
        unwatch(service)
    assert deliver_on(queued_here) == {"dropped": 1}
    with make.saved():
        watch(service)
    scan_on(queued_here, TODAY)
    assert deliver_on(queued_here) == {"sent": 1}


def test_mail_goes_to_the_address_of_the_moment_it_is_sent(queued_here: Settings, mail_server: Post) -> None:
    with make.saved():
        a_watcher().email = "new@housing.example"
    deliver_on(queued_here)
    assert mail_server.recipients == ["new@housing.example"]


def test_a_rehearsed_day_that_is_sent_is_worded_as_of_that_day(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        a_watched_service(END, day=END + timedelta(900))
    jobs.scan(settings, on=TODAY)
    try_again_now()
    assert jobs.deliver(settings, Event()) == {"sent": 1}
    assert "ends on 9 February 2027, in 3 weeks" in mail_server.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]  # there is one
    assert db.session.scalars(sa.select(Alert.found_on).distinct()).all() == [TODAY]
