"""The outbox against a real mail server that accepts, refuses, waits and hangs up."""

import dataclasses
import time
import uuid
from datetime import timedelta
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import clock, jobs
from partnerdir.alerts import email, mail_lines, notices, outbox, readings
from partnerdir.alerts.errors import Unreachable
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.queries import Pile, list_free_piles
from partnerdir.alerts.rules import LEASE, ChannelName, DeliveryState
from partnerdir.database import db, writing
from partnerdir.errors import BadSetting
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    WORKER,
    a_watched_service,
    a_watcher,
    deliver_on,
    noon,
    scan_on,
    the_delivery,
    try_again_now,
    watch,
)
from tests.alerts.post import Post, free_port


def more_watchers(settings: Settings, count: int) -> None:
    """So many more wait for the same warning."""
    service = the_delivery().alert.service
    with make.saved():
        for number in range(count):
            watch(service, f"worker{number}@housing.example")
    scan_on(settings, TODAY)


def test_a_warning_is_sent_once_and_marked(queued: Settings, mail_server: Post) -> None:
    assert deliver_on(queued) == {"sent": 1}
    assert deliver_on(queued) == {}
    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.claim_ends_at, delivery.reason) == ("sent", 1, None, "")
    assert delivery.sent_at is not None
    assert mail_server.recipients == [WORKER]
    assert delivery.account_id
    known_by = uuid.uuid5(delivery.account_id, f"{delivery.alert.key} email")
    assert mail_server.message_ids() == {f"<{known_by}@directory.example>": 1}


def test_an_address_refused_for_good_is_marked_failed_with_the_servers_words(queued_here: Settings, mail_server: Post) -> None:
    mail_server.answer_to[WORKER] = "550 No such mailbox"
    assert deliver_on(queued_here) == {"failed": 1}
    assert "550 No such mailbox" in the_delivery().reason
    assert deliver_on(queued_here) == {}


def test_one_refused_address_does_not_stop_the_others(queued_here: Settings, mail_server: Post) -> None:
    more_watchers(queued_here, 9)
    mail_server.answer_to |= {WORKER: "550 Gone", "worker3@housing.example": "451 Busy"}
    assert deliver_on(queued_here) == {"sent": 8, "failed": 1, "waiting": 1}
    mail_server.answer_to.clear()
    assert deliver_on(queued_here) == {"sent": 1}


@pytest.mark.parametrize("answer", ["451 Try later", "452 Full"])
def test_a_mail_refused_for_now_waits_and_is_tried_again(queued_here: Settings, mail_server: Post, answer: str) -> None:
    mail_server.answer_to_data = answer
    assert deliver_on(queued_here) == {"waiting": 1}
    assert answer in the_delivery().reason
    assert the_delivery().claim_ends_at is None
    mail_server.answer_to_data = "250 Kept"
    assert deliver_on(queued_here) == {"sent": 1}
    assert len(mail_server.mails) == 1


def test_a_mail_refused_for_good_is_marked_failed(queued_here: Settings, mail_server: Post) -> None:
    mail_server.answer_to_data = "554 Not wanted"
    assert deliver_on(queued_here) == {"failed": 1}


def test_a_failed_try_is_not_repeated_at_once(queued_here: Settings, mail_server: Post) -> None:
    mail_server.answer_to_data = "451 Try later"
    deliver_on(queued_here)
    wait = the_delivery().next_try_at
    with noon(TODAY):
        assert jobs.deliver(queued_here, Event()) == {}
    assert the_delivery().next_try_at == wait


def test_a_line_dropped_after_the_mail_was_kept_sends_the_same_message_id_again(
    queued_here: Settings, mail_server: Post
) -> None:
    mail_server.hangs_up_after_data = True
    assert deliver_on(queued_here) == {"waiting": 1}
    mail_server.hangs_up_after_data = False
    assert deliver_on(queued_here) == {"sent": 1}
    assert list(mail_server.message_ids().values()) == [2]


def test_a_server_that_is_not_there_loses_nothing_and_leaves_the_rest_untried(queued_here: Settings, mail_server: Post) -> None:
    more_watchers(queued_here, 5)
    with pytest.raises(Unreachable, match="PARTNERDIR_SMTP_HOST"):
        deliver_on(dataclasses.replace(queued_here, smtp_port=free_port()))
    with writing(by="a test") as session:
        tried = session.scalars(sa.text("SELECT attempts FROM delivery")).all()
    assert sorted(tried) == [0, 0, 0, 0, 0, 1]
    assert deliver_on(queued_here) == {"sent": 6}


def test_without_a_mail_server_everything_waits_and_the_message_names_the_setting(queued_here: Settings) -> None:
    with pytest.raises(BadSetting, match=r"PARTNERDIR_SMTP_HOST is not set, so no mail is sent; 1 wait and none is lost"):
        deliver_on(dataclasses.replace(queued_here, smtp_host=""))
    assert (the_delivery().state, the_delivery().attempts) == ("waiting", 0)


def test_a_server_without_tls_is_refused_where_starttls_is_asked_for(queued_here: Settings, mail_server: Post) -> None:
    with pytest.raises(Unreachable, match="STARTTLS"):
        deliver_on(dataclasses.replace(queued_here, smtp_security="starttls"))
    assert mail_server.mails == []


def test_a_server_that_never_answers_is_given_up_without_holding_the_database(
    queued: Settings, mail_server: Post, monkeypatch: pytest.MonkeyPatch, app_on_both: Flask
) -> None:
    monkeypatch.setattr(mail_lines, "SECONDS_PER_ANSWER", 2)
    in_hand = Event()
    mail_server.seconds_per_mail = 60
    mail_server.answer_to = Watched(in_hand)
    given_up: list[Exception] = []

    def deliver() -> None:
        with app_on_both.app_context():
            try:
                deliver_on(queued)
            except Unreachable as error:
                given_up.append(error)
            finally:
                db.session.remove()

    thread = Thread(target=deliver)
    thread.start()
    assert in_hand.wait(10)
    began = time.perf_counter()
    with make.saved():
        make.a_service("Written meanwhile")
    assert time.perf_counter() - began < 1
    thread.join(timeout=30)
    assert len(given_up) == 1
    assert the_delivery().state == "waiting"


class Watched(dict[str, str]):
    """Answers for addresses; says when one was asked for."""

    def __init__(self, asked: Event) -> None:
        super().__init__()
        self.asked = asked

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]  # as narrow as the server needs
        """The answer, and the news that it was asked for."""
        self.asked.set()
        return default


def test_an_address_that_is_none_is_marked_failed_and_stops_nothing(queued_here: Settings, mail_server: Post) -> None:
    service = the_delivery().alert.service
    with make.saved():
        watch(service, "other@housing.example")
        a_watcher().email = "worker@housing.example\nbcc: all@example.org"
    scan_on(queued_here, TODAY)
    assert deliver_on(queued_here) == {"failed": 1, "sent": 1}
    assert mail_server.recipients == ["other@housing.example"]


def test_a_row_that_cannot_be_worded_is_kept_with_its_error_and_stops_nothing(
    queued_here: Settings, mail_server: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make.saved():
        a_watched_service(END, "Broken")
    scan_on(queued_here, TODAY)
    worded = notices.notice_of

    def break_one(delivery: Delivery, *others: object) -> object:
        if delivery.alert.service.name == "Broken":
            raise ZeroDivisionError("broken row")
        return worded(delivery, *others)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(readings, "notice_of", break_one)
    assert deliver_on(queued_here) == {"sent": 1, "waiting": 1}
    with writing(by="a test") as session:
        assert "ZeroDivisionError: broken row" in session.scalars(sa.text("SELECT reason FROM delivery")).all()


def the_pile() -> Pile:
    """The one pile there is."""
    (pile,) = list_free_piles(clock.now(), 10)
    db.session.rollback()
    return pile


def test_a_claim_keeps_others_off_until_it_runs_out(queued: Settings) -> None:
    now = clock.now()
    try_again_now()
    pile = the_pile()
    assert outbox.claimed(pile) is not None
    assert outbox.claimed(pile) is None
    assert list_free_piles(now + LEASE - timedelta(seconds=9), 10) == []
    assert list_free_piles(now + LEASE + timedelta(seconds=9), 10) == [pile]


def test_a_time_set_by_a_clock_far_ahead_does_not_keep_a_mail_waiting(queued: Settings) -> None:
    now = clock.now()
    delivery = the_delivery()
    with make.saved():
        delivery.next_try_at = now + timedelta(days=30)
        delivery.claim_ends_at = now + timedelta(days=30)
    assert the_pile().account_id == the_delivery().account_id


def test_a_stopping_worker_sends_no_more(queued_here: Settings, mail_server: Post) -> None:
    stopping = Event()
    stopping.set()
    try_again_now()
    assert jobs.deliver(queued_here, stopping) == {}
    assert mail_server.mails == []


def test_no_transaction_is_open_while_a_mail_is_on_its_way(queued: Settings, mail_server: Post) -> None:
    open_ones: list[bool] = []

    class Watching(email.MailServer):
        def send(self, notice: notices.Notice) -> None:
            open_ones.append(db.session().in_transaction())
            super().send(notice)

    try_again_now()
    with noon(TODAY):
        assert outbox.send_waiting({ChannelName.EMAIL: Watching(queued)}, queued) == {"sent": 1}
    assert open_ones == [False]


def test_a_sender_whose_claim_ran_out_marks_nothing(queued: Settings, caplog: pytest.LogCaptureFixture) -> None:
    try_again_now()
    slow = outbox.claimed(the_pile())
    try_again_now()
    quick = outbox.claimed(the_pile())
    assert slow is not None
    assert quick is not None
    ids = list(quick.attempts)
    outbox._mark(slow, ids, DeliveryState.FAILED, reason="too late")
    assert (the_delivery().state, the_delivery().claim_ends_at) == ("waiting", quick.ends_at)
    assert "took longer than their claim" in caplog.text
    outbox._mark(quick, ids, DeliveryState.SENT)
    assert the_delivery().state == "sent"
