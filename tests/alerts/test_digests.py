"""What is due for one person at one moment goes in one mail, however often it must be tried, and nothing of it is lost."""

import dataclasses
import re
from datetime import date, timedelta
from email.message import EmailMessage
from threading import Event

import pytest
import sqlalchemy as sa
from html5lib import parse

from partnerdir import clock, jobs
from partnerdir.alerts import notices, outbox, readings
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.queries import list_free_piles
from partnerdir.alerts.rules import DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import (
    TODAY,
    WORKER,
    a_watched_service,
    days,
    deliver_on,
    move_end,
    noon,
    scan_on,
    try_again_now,
    watch,
)
from tests.alerts.post import Post
from tests.alerts.test_notices import others_for, part, text_of

MONDAY = TODAY + days(3)
ENDS = {"Alpha": TODAY + days(60), "Beta": TODAY + days(20), "Gamma": TODAY - days(2), "Delta": TODAY + days(28)}


def queue_some(settings: Settings) -> dict[str, Service]:
    """Four warnings wait for the worker; Gamma's money ended two days ago."""
    with make.saved():
        services = {name: a_watched_service(end, name, day=TODAY - days(9)) for name, end in ENDS.items()}
    scan_on(settings, TODAY)
    return services


def states() -> dict[str, str]:
    """Where the delivery about each service stands; the newest counts."""
    db.session.rollback()
    query = sa.select(Service.name, Delivery.state).select_from(Delivery).join(Alert).join(Service).order_by(Alert.found_on)
    return {name: str(state) for name, state in db.session.execute(query)}


def named_in(mail: EmailMessage) -> list[str]:
    """The services that a mail tells of, in its order."""
    return re.findall(r"^Funding for (\w+) end", part(mail, "plain"), re.MULTILINE)


def test_what_is_due_for_one_person_goes_in_one_mail_the_most_urgent_first(queued_here: Settings, mail_server: Post) -> None:
    deliver_on(queued_here)
    mail_server.mails.clear()
    queue_some(queued_here)
    assert deliver_on(queued_here) == {"sent": 4}
    (mail,) = mail_server.mails
    assert named_in(mail) == ["Gamma", "Beta", "Delta", "Alpha"]
    assert mail["Subject"] == "partnerdir: 4 things about services you watch, the first ended on 13 January 2027"
    assert not any(name in mail["Subject"] for name in ENDS)
    assert deliver_on(queued_here) == {}


def test_each_part_says_how_far_away_how_certain_where_else_and_where_to_read_on(
    queued_here: Settings, mail_server: Post
) -> None:
    with make.saved():
        service = a_watched_service(
            TODAY + days(20), "Beta", confirmed_by="Project lead", confirmed_on=TODAY - timedelta(30), day=TODAY
        )
        others_for(service)
    scan_on(queued_here, TODAY)
    deliver_on(queued_here)
    (mail,) = mail_server.mails
    text = text_of(mail)
    assert "Funding for Beta ends on 4 February 2027, in 2 weeks. How certain: The money is confirmed" in text
    assert "Project lead said so on 16 December 2026." in text
    assert "Council wide. Funded until 29 May 2028. Takes people now. https://directory.example/services/" in text
    assert text.count("We know of no other service") == 1
    alert = db.session.scalars(sa.select(Alert).where(Alert.service_id == service.id, Alert.threshold == 30)).one()
    assert f"Read more: https://directory.example/alerts#alert-{alert.id}" in text
    assert text.count("Stop watching: https://directory.example/unsubscribe/") == 2
    assert text.count("You get this because you watch this service at partnerdir.") == 2
    assert str(mail["List-Unsubscribe"]).startswith("<https://directory.example/pause/")


def test_the_html_part_of_a_digest_says_the_same_words_as_the_plain_one(queued_here: Settings, mail_server: Post) -> None:
    with make.saved():
        others_for(a_watched_service(TODAY + days(20), "Fish & <Chips>"))
    scan_on(queued_here, TODAY)
    deliver_on(queued_here)
    (mail,) = mail_server.mails
    document = parse(part(mail, "html"), namespaceHTMLElements=False)
    body = document.find("body")
    assert body is not None
    addresses = re.compile(r":? https://\S+")
    assert " ".join("".join(body.itertext()).split()) == addresses.sub("", text_of(mail))
    assert {link.get("href") for link in body.iter("a")} == set(re.findall(r"https://\S+", text_of(mail)))
    assert document.findtext("head/title") == mail["Subject"]
    assert "<Chips>" not in part(mail, "html")


def test_three_hundred_dates_changed_by_an_import_are_one_mail_that_names_them_all(
    queued_here: Settings, mail_server: Post
) -> None:
    with make.saved():
        for number in range(300):
            a_watched_service(TODAY + days(25 + number % 5), f"S{number}")
    scan_on(queued_here, TODAY)
    assert deliver_on(queued_here) == {"sent": 301}
    (mail,) = mail_server.mails
    assert {*named_in(mail)} >= {f"S{number}" for number in range(300)}
    assert "And at 276 more:" in text_of(mail)
    assert len(part(mail, "html").encode()) < 100_000
    assert mail["Subject"].startswith("partnerdir: 301 things about services you watch, the first ends on 9 February 2027")


def test_each_person_has_a_mail_of_their_own(queued_here: Settings, mail_server: Post) -> None:
    services = queue_some(queued_here)
    with make.saved():
        watch(services["Alpha"], "other@housing.example", day=TODAY)
        watch(services["Beta"], "other@housing.example", day=TODAY)
    scan_on(queued_here, TODAY)
    deliver_on(queued_here)
    assert sorted(mail_server.recipients) == ["other@housing.example", WORKER]
    assert {str(mail["To"]): len(named_in(mail)) for mail in mail_server.mails} == {WORKER: 4, "other@housing.example": 2}


@pytest.mark.parametrize("answer", ["451 Try later", "250 Kept"])
def test_a_batch_that_failed_goes_again_as_the_same_and_is_never_widened(
    queued_here: Settings, mail_server: Post, answer: str
) -> None:
    mail_server.answer_to_data, mail_server.hangs_up_after_data = answer, answer.startswith("250")
    queue_some(queued_here)
    assert deliver_on(queued_here) == {"waiting": 5}
    with make.saved():
        a_watched_service(TODAY + days(10), "Late")
    scan_on(queued_here, TODAY)
    mail_server.answer_to_data, mail_server.hangs_up_after_data = "250 Kept", False
    assert deliver_on(queued_here) == {"sent": 6}
    new, *digests = sorted(mail_server.mails, key=lambda mail: len(named_in(mail)))
    assert named_in(new) == ["Late"]
    assert {tuple(named_in(mail)) for mail in digests} == {tuple(named_in(digests[0]))}
    assert len({mail["Message-ID"] for mail in digests}) == 1
    assert len(digests) == (2 if answer.startswith("250") else 1)


def test_what_has_become_untrue_is_left_out_of_its_batch(queued_here: Settings, mail_server: Post) -> None:
    services = queue_some(queued_here)
    mail_server.answer_to_data = "451 Try later"
    deliver_on(queued_here)
    batches = set(db.session.scalars(sa.select(Delivery.batch_id)))
    assert len(batches) == 1
    move_end(services["Beta"].id, TODAY + days(900))
    mail_server.answer_to_data = "250 Kept"
    assert deliver_on(queued_here) == {"sent": 4, "dropped": 1}
    (mail,) = mail_server.mails
    assert "Beta" not in text_of(mail)
    assert str(mail["Message-ID"]) == f"<{batches.pop()}@directory.example>"
    assert states()["Beta"] == "dropped"


def test_one_of_a_batch_that_cannot_be_worded_is_marked_and_stops_none_of_the_rest(
    queued_here: Settings, mail_server: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_some(queued_here)
    worded = notices.notice_of

    def break_one(delivery: Delivery, *others: object) -> object:
        if delivery.alert.service.name == "Beta":
            raise ZeroDivisionError("broken row")
        return worded(delivery, *others)  # type: ignore[arg-type]  # passed on as they came

    with monkeypatch.context() as broken:
        broken.setattr(readings, "notice_of", break_one)
        assert deliver_on(queued_here) == {"sent": 4, "waiting": 1}
    (beta,) = db.session.scalars(sa.select(Delivery).where(Delivery.state == DeliveryState.WAITING))
    assert (beta.reason, beta.attempts, beta.batch_id) == ("ZeroDivisionError: broken row", 1, None)
    assert deliver_on(queued_here) == {"sent": 1}
    assert [len(named_in(mail)) for mail in mail_server.mails] == [3, 1]


def test_a_refusal_for_good_marks_all_of_the_batch(queued_here: Settings, mail_server: Post) -> None:
    queue_some(queued_here)
    mail_server.answer_to[WORKER] = "550 Gone"
    assert deliver_on(queued_here) == {"failed": 5}
    assert set(states().values()) == {"failed"}


def test_two_senders_do_not_share_a_pile(queued: Settings) -> None:
    queue_some(queued)
    try_again_now()
    (pile,) = list_free_piles(clock.now(), 10)
    claim = outbox.claimed(pile)
    assert claim is not None
    assert len(claim.attempts) == 5
    assert outbox.claimed(pile) is None


def test_a_batch_whose_claim_ran_out_while_it_was_made_ready_is_not_sent(
    queued_here: Settings, mail_server: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*arguments: object, **named: object) -> readings.Reading:
        found = readings.read(*arguments, **named)  # type: ignore[arg-type]  # passed on as they came
        try_again_now()
        return found

    with monkeypatch.context() as late:
        late.setattr(outbox, "read", slow)
        late.setattr(outbox, "list_free_piles", lambda *rest, real=list_free_piles, seen=[], **named: (
            [] if seen else seen.append(1) or real(*rest, **named)
        ))  # fmt: skip
        deliver_on(queued_here)
    assert mail_server.mails == []
    assert deliver_on(queued_here) == {"sent": 1}


def test_without_a_mail_server_the_reason_stands_beside_what_waits(queued_here: Settings, mail_server: Post) -> None:
    queue_some(queued_here)
    off = dataclasses.replace(queued_here, smtp_host="")
    with noon(TODAY):
        jobs.JOBS[1].run(off, Event())
        jobs.JOBS[1].run(off, Event())
    assert set(db.session.scalars(sa.select(Delivery.reason))) == {"PARTNERDIR_SMTP_HOST is not set, so no mail is sent."}
    assert set(db.session.scalars(sa.select(Delivery.attempts))) == {0}
    db.session.rollback()
    assert deliver_on(queued_here) == {"sent": 5}
    assert set(db.session.scalars(sa.select(Delivery.reason))) == {""}


def test_an_end_that_is_an_estimate_is_said_to_be_so_in_the_subject(queued_here: Settings, mail_server: Post) -> None:
    with make.saved():
        a_watched_service(date(2027, 2, 1), "Beta", end_kind="estimated")
    scan_on(queued_here, TODAY)
    deliver_on(queued_here)
    assert str(mail_server.mails[0]["Subject"]).endswith(
        "2 things about services you watch, the first ends on about 1 February 2027"
    )
