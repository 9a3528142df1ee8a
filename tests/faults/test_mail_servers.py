"""Mail servers that refuse, stall, hang up and fill: nothing is lost, and at the worst one Message-ID comes twice."""

import dataclasses
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from partnerdir import clock, jobs
from partnerdir.alerts import mail_lines, outbox
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.errors import NotDelivered, Unreachable
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.outbox import Claim, claimed
from partnerdir.alerts.readings import Reading
from tests import make
from tests.alerts.cast import TODAY, WORKER, a_watched_service, days, deliver_on, scan_on, watch
from tests.alerts.post import free_port
from tests.faults import dribbling
from tests.faults.conftest import Outcome
from tests.faults.ground import Ground
from tests.faults.table import PLANTED, shows

REFUSED = [f"worker{number}@housing.example" for number in range(20)]


def deliver(ground: Ground) -> dict[str, int]:
    """Sends what waits, today, however lately it failed."""
    return {str(state): count for state, count in deliver_on(ground.settings, clock.today()).items()}


@pytest.mark.processes
@shows("mail", "refused for hours while two thresholds pass: one mail, the nearest")
def test_a_server_that_refuses_while_two_thresholds_pass_gets_one_mail_of_the_nearest(
    ground: Ground, outcome: Outcome, fake_clocks: None
) -> None:
    end = TODAY + days(25)
    with make.saved():
        a_watched_service(end)
    for day in (TODAY, TODAY + days(11), TODAY + days(18)):
        said = ground.fail("-m", "tests.faults.dying_senders", "nowhere", at=f"{day} 07:00:00", smtp_port=free_port())
        assert "PARTNERDIR_SMTP_HOST" in said
    ground.run("-m", "tests.faults.dying_senders", "nowhere", at=f"{TODAY + days(18)} 22:00:00")
    ground.expect(end)
    outcome.holds(ground.tally())
    assert "in 7 days" in str(ground.post.mails[0].get_body(("plain",)))


@shows("mail", "451 for hours, then accepted")
def test_mails_refused_for_now_are_tried_until_they_are_accepted(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    ground.post.answer_to_data = "451 Try later"
    for _ in range(4):
        assert deliver(ground) == {"waiting": 20}
    ground.post.answer_to_data = "250 Kept"
    assert deliver(ground) == {"sent": 20}
    outcome.holds(ground.tally())


@shows("mail", "550 for one address: marked with the server's words, the others sent")
def test_an_address_refused_for_good_is_marked_and_stops_nobody_else(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    ground.post.answer_to[REFUSED[0]] = "550 No such mailbox"
    assert deliver(ground) == {"sent": 19, "failed": 1}
    assert deliver(ground) == {}
    ground.expected = type(ground.expected)({told: n for told, n in ground.expected.items() if told[0] != REFUSED[0]})
    outcome.holds(ground.tally())


@pytest.mark.processes
@shows("mail", "accepts and never answers: given up within 30 s, no lock held")
def test_a_server_that_never_answers_is_given_up_within_30_seconds(ground: Ground, outcome: Outcome) -> None:
    ground.queue(10)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        sender = ground.start("alerts", "deliver", smtp_port=silent.getsockname()[1])
        line, _ = silent.accept()
        began = time.monotonic()
        with closing(line):
            with make.saved():
                make.a_service("Written meanwhile")
            assert time.monotonic() - began < 2
            sender.communicate(timeout=60)
            assert time.monotonic() - began < 30
    assert sender.returncode == 1, ground.log()
    assert "timed out" in ground.log()
    assert deliver(ground) == {"sent": 10}
    outcome.holds(ground.tally())


@pytest.mark.parametrize("point", ["greeting", "EHLO", "STARTTLS", "RCPT", "."])
@shows("mail", "answers byte by byte and never ends: given up in time all the same (30 s, shortened here), no lock held")
def test_a_server_that_dribbles_is_given_up_in_time(
    ground: Ground, outcome: Outcome, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    assert mail_lines.SECONDS_PER_MAIL <= 30
    monkeypatch.setattr(mail_lines, "SECONDS_PER_MAIL", 1.0)
    ground.queue(10)
    security = "starttls" if point == "STARTTLS" else "none"
    with dribbling.running(point) as port:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="took longer than 1 seconds"):
            deliver_on(dataclasses.replace(ground.settings, smtp_port=port, smtp_security=security), clock.today())
        assert time.monotonic() - began < 5
    assert deliver(ground) == {"sent": 10}
    outcome.holds(ground.tally())


@shows(PLANTED, "a line without an end, before a server that dribbles")
def test_a_line_without_an_end_is_caught_outlasting_its_time(
    ground: Ground, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the test above: a limit for each answer, as smtplib has it, is none for all of them."""
    monkeypatch.setattr(mail_lines, "SECONDS_PER_MAIL", 1.0)
    monkeypatch.setattr(mail_lines.Line, "cut", lambda _: None)
    ground.queue(1)
    with dribbling.running("EHLO") as port:
        settings = dataclasses.replace(ground.settings, smtp_port=port)
        sender = Thread(target=in_context, args=(ground, lambda: MailServer(settings).send_plain(WORKER, "", "")), daemon=True)
        sender.start()
        sender.join(4)
        assert sender.is_alive()
        outcome.catches(ground.tally())
    sender.join(30)


def in_context(ground: Ground, act: Callable[[], None]) -> None:
    with ground.app.app_context(), suppress(NotDelivered):
        act()


@shows("mail", "keeps the mail and drops the line after DATA")
def test_a_line_dropped_after_data_repeats_the_same_message_id_only(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    ground.post.hangs_up_after_data = True
    assert deliver(ground) == {"waiting": 20}
    ground.post.hangs_up_after_data = False
    assert deliver(ground) == {"sent": 20}
    outcome.holds(ground.tally(), again_at_most=20)


@shows(PLANTED, "a sender that makes a new Message-ID for every try")
def test_a_new_message_id_for_every_try_is_caught_doubling(
    ground: Ground, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "claimed", lambda pile: forgetful(claimed(pile)))
    monkeypatch.setattr(Reading, "batch_id", property(lambda _: uuid.uuid4()))
    ground.queue(10)
    ground.post.hangs_up_after_data = True
    deliver(ground)
    ground.post.hangs_up_after_data = False
    deliver(ground)
    assert ground.tally().doubled == 10
    outcome.catches(ground.tally())


def forgetful(claim: Claim | None) -> Claim | None:
    """Forgets what was sent as one before."""
    return dataclasses.replace(claim, batch_id=None) if claim else None


@shows("mail", "keeps a digest and drops the line after DATA, and more is due by then: the same digest again, and a new one")
def test_a_digest_whose_line_was_dropped_is_repeated_and_never_widened(ground: Ground, outcome: Outcome) -> None:
    drop_the_line_and_make_more_due(ground)
    assert deliver(ground) == {"sent": 24}
    outcome.holds(ground.tally(), again_at_most=4)


def drop_the_line_and_make_more_due(ground: Ground) -> None:
    """Four digests of five were kept by the server without our knowing, and something more is due for each of the four."""
    ground.queue(20, each=5)
    ground.post.hangs_up_after_data = True
    assert deliver(ground) == {"waiting": 20}
    ground.post.hangs_up_after_data = False
    end = clock.today() + days(20)
    with make.saved():
        late = make.a_service("Late")
        make.a_window(late, end, fund=make.a_fund("Late", "Late"))
        for person in range(4):
            watch(late, f"worker{person}@housing.example", day=clock.today())
            ground.expect(end, f"worker{person}@housing.example", "Late")
    jobs.scan(ground.settings)


@shows(PLANTED, "a sender that makes up its digests anew for every try")
def test_digests_made_up_anew_for_every_try_are_caught_doubling(ground: Ground, outcome: Outcome) -> None:
    drop_the_line_and_make_more_due(ground)
    with make.saved() as session:
        session.execute(sa.update(Delivery).values(batch_id=None))
    assert deliver(ground) == {"sent": 24}
    assert ground.tally().doubled == 20
    outcome.catches(ground.tally())


@shows("mail", "20 of 50 fail")
def test_twenty_that_fail_of_fifty_are_sent_later_and_the_others_now(ground: Ground, outcome: Outcome) -> None:
    ground.queue(50)
    ground.post.answer_to |= dict.fromkeys(REFUSED, "450 Mailbox busy")
    assert deliver(ground) == {"sent": 30, "waiting": 20}
    ground.post.answer_to.clear()
    assert deliver(ground) == {"sent": 20}
    outcome.holds(ground.tally())


@shows("mail", "421 after every ten mails")
def test_a_server_that_closes_after_ten_mails_gets_the_rest_later(ground: Ground, outcome: Outcome) -> None:
    ground.queue(30)
    for round_ in range(1, 3):
        ground.post.on_data = lambda until=round_ * 10: close_after(ground, until)  # type: ignore[misc]  # bound now, not later
        with pytest.raises(Unreachable, match="421"):
            deliver(ground)
        assert len(ground.post.mails) == round_ * 10
        ground.post.answer_to_data = "250 Kept"
    ground.post.on_data = lambda: None
    assert deliver(ground) == {"sent": 10}
    outcome.holds(ground.tally())


def close_after(ground: Ground, count: int) -> None:
    if len(ground.post.mails) >= count:
        ground.post.answer_to_data = "421 Too many from you"


@pytest.mark.processes
@shows("mail", "missing or wrong settings: said by name, nothing lost")
def test_missing_and_wrong_settings_are_named_and_lose_nothing(ground: Ground, outcome: Outcome) -> None:
    ground.queue(10)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"smtp_host": ""}, "PARTNERDIR_SMTP_HOST is not set, so no mail is sent; 10 wait and none is lost"),
        ({"smtp_port": free_port()}, "Check PARTNERDIR_SMTP_HOST and the settings beside it"),
        ({"smtp_security": "starttls"}, "STARTTLS"),
        ({"smtp_security": "tls"}, "Check PARTNERDIR_SMTP_HOST and the settings beside it"),
        ({"smtp_user": "somebody", "smtp_password": "wrong"}, "Check PARTNERDIR_SMTP_HOST and the settings beside it"),
        ({"mail_from": "nobody"}, "PARTNERDIR_MAIL_FROM"),
    )
    for settings, words in wrong:
        assert words in ground.fail("alerts", "deliver", **settings)
        ground.let_claims_run_out()
    assert ground.run("alerts", "deliver").startswith("10 sent")
    outcome.holds(ground.tally())


@shows("mail", "mail is off for good: everything stays in the ledger, and goes out if it is ever switched on")
def test_without_mail_the_ledger_is_kept_and_the_nearest_warning_is_sent_if_mail_comes(
    ground: Ground, outcome: Outcome
) -> None:
    end = TODAY + days(100)
    with make.saved():
        a_watched_service(end)
    scan_on(ground.settings, *(TODAY + timedelta(day) for day in range(0, 100, 3)))
    assert ground.post.mails == []
    deliver_on(ground.settings, TODAY + days(99))
    ground.expect(end)
    outcome.holds(ground.tally())


@shows("mail", "no server at all: one try, the others wait")
def test_a_server_that_is_not_there_is_tried_once_and_the_rest_wait(ground: Ground, outcome: Outcome) -> None:
    ground.queue(20)
    with pytest.raises(Unreachable):
        deliver_on(dataclasses.replace(ground.settings, smtp_port=free_port()), clock.today())
    assert deliver(ground) == {"sent": 20}
    outcome.holds(ground.tally())
