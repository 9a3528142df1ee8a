"""Alerts over a webhook from the scan to the receiver, and the receiver that the documentation shows."""

import dataclasses
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.alerts.errors import NotDelivered
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.reaching import change_channels
from partnerdir.alerts.rules import LONGEST_WAIT
from partnerdir.alerts.webhook import body_of, secret_of, signature_of
from partnerdir.database import db
from partnerdir.settings import Settings
from tests import make
from tests.alerts import receiver
from tests.alerts.cast import END, TODAY, WORKER, a_watched_service, a_watcher, days, deliver_on, scan_on
from tests.alerts.channel_contract import ChannelContract, a_notice
from tests.alerts.post import Post
from tests.alerts.receiver import Receiver
from tests.conftest import make_settings

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Receiver]:
    """A machine that takes webhooks."""
    with receiver.running(tmp_path) as running:
        yield running


@pytest.fixture
def site(app: Flask, settings: Settings, listening: Receiver) -> Settings:
    """A site whose settings allow it."""
    return dataclasses.replace(settings, webhook_hosts=f"localhost:{listening.port}", webhook_ca_file=str(listening.ca_file))


def chooses(site: Settings, listening: Receiver, wants_mail: bool = False, url: str | None = None) -> None:
    """The worker chooses to be told there."""
    with make.saved():
        change_channels(a_watcher().id, wants_mail, listening.url if url is None else url, site.inside_hosts)


def ledger() -> Counter[tuple[str, str]]:
    """How often each channel stands in each state."""
    db.session.rollback()
    return Counter(
        (str(channel), str(state)) for channel, state in db.session.execute(sa.select(Delivery.channel, Delivery.state))
    )


def test_a_person_is_told_once_over_each_channel_that_they_want(site: Settings, listening: Receiver, mail_server: Post) -> None:
    chooses(site, listening, wants_mail=True)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY, TODAY)
    assert deliver_on(site) == {"sent": 2}
    assert deliver_on(site) == {}
    assert ledger() == {("email", "sent"): 1, ("webhook", "sent"): 1}
    assert (len(listening.posts), len(mail_server.mails)) == (1, 1)
    said = json.loads(listening.posts[0].body)
    assert said["alerts"][0]["headline"] == "Funding for Harbour Family Support ends on 9 February 2027, in 3 weeks."
    assert WORKER not in listening.posts[0].body.decode()


def test_what_comes_together_is_posted_once(site: Settings, listening: Receiver, mail_server: Post) -> None:
    chooses(site, listening)
    with make.saved():
        for number in range(3):
            a_watched_service(END + days(number), f"Service {number}")
    scan_on(site, TODAY)
    assert deliver_on(site) == {"sent": 3}
    assert [len(json.loads(post.body)["alerts"]) for post in listening.posts] == [3]
    assert mail_server.mails == []


def test_a_receiver_that_is_down_gets_the_same_message_later(site: Settings, listening: Receiver) -> None:
    chooses(site, listening)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY)
    listening.answers(503)
    assert deliver_on(site) == {"waiting": 1}
    listening.answers(200)
    assert deliver_on(site) == {"sent": 1}
    first, second = listening.posts
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body


@pytest.mark.parametrize(("asked", "seconds"), [("1800", 1800), ("9999999", LONGEST_WAIT.total_seconds())])
def test_a_receiver_that_asks_to_wait_is_left_alone_for_as_long(
    site: Settings, listening: Receiver, asked: str, seconds: float
) -> None:
    chooses(site, listening)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY)
    listening.answers(429, Retry_After=asked)
    deliver_on(site)
    db.session.rollback()
    wait = db.session.scalars(sa.select(Delivery)).one().next_try_at - _noon()
    assert abs(wait.total_seconds() - seconds) < 60


def test_a_dead_receiver_holds_up_nobodys_mail(site: Settings, listening: Receiver, mail_server: Post) -> None:
    chooses(site, listening, wants_mail=True)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY)
    listening.act = receiver.hangs_up
    assert deliver_on(site) == {"sent": 1, "waiting": 1}
    assert len(mail_server.mails) == 1


def test_without_a_mail_server_webhooks_go_out(site: Settings, listening: Receiver) -> None:
    chooses(site, listening)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY)
    without_mail = dataclasses.replace(site, smtp_host="")
    with pytest.raises(Exception, match="SMTP_HOST"):
        deliver_on(without_mail)
    assert ledger() == {("webhook", "sent"): 1}


def test_whoever_takes_their_webhook_away_is_told_by_mail_instead(
    site: Settings, listening: Receiver, mail_server: Post
) -> None:
    chooses(site, listening)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY)
    chooses(site, listening, wants_mail=True, url="")
    assert deliver_on(site) == {"dropped": 1}
    scan_on(site, TODAY)
    assert deliver_on(site) == {"sent": 1}
    assert ledger() == {("webhook", "dropped"): 1, ("email", "sent"): 1}
    assert (len(listening.posts), len(mail_server.mails)) == (0, 1)


def test_the_address_stays_out_of_the_ledger(site: Settings, listening: Receiver) -> None:
    chooses(site, listening)
    with make.saved():
        a_watched_service(END)
    scan_on(site, TODAY)
    listening.answers(500)
    deliver_on(site)
    db.session.rollback()
    reason = db.session.scalars(sa.select(Delivery)).one().reason
    assert "500" in reason
    assert "room=7" not in reason
    assert "/hook" not in reason


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the first example of the documentation makes."""
    names: dict[str, Any] = {"__name__": "documented"}
    exec(EXAMPLES[0], names)  # noqa: S102  # it is our own page, and this is how its example is tested
    return names


def test_the_documented_receiver_takes_what_we_send_once_and_refuses_what_others_send(
    documented: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a server that speaks HTTPS, as the page says; here what came there is handed on."""
    settings, notice = make_settings(tmp_path), a_notice("")
    assert notice.account_id is not None
    secret = secret_of(notice.account_id, settings.secret_key or "")
    monkeypatch.setenv("PARTNERDIR_WEBHOOK_SECRET", secret)
    taken: list[Any] = []
    documented["Receiver"].take = lambda _self, message: taken.append(message)
    documented["Receiver"].log_message = lambda *_arguments: None
    body, now = body_of([notice], notice.id, settings), str(int(time.time()))
    with HTTPServer(("127.0.0.1", 0), documented["Receiver"]) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        signed = f"t={now},v1={signature_of(secret, now, body)}"
        assert [_post(server, body, signed), _post(server, body, signed)] == [204, 204]
        old = str(int(now) - 301)
        for wrong in ("", "t=x", "nonsense", f"t={now},v1=", f"t={old},v1={signature_of(secret, old, body)}"):
            assert _post(server, body, wrong) == 401, wrong
        assert _post(server, body + b" ", signed) == 401
        server.shutdown()
    assert [message["id"] for message in taken] == [str(notice.id)]


def test_the_documented_shapes_for_chats_say_every_headline(tmp_path: Path) -> None:
    names: dict[str, Any] = {"__name__": "documented"}
    exec(EXAMPLES[1], names)  # noqa: S102  # as above
    settings = make_settings(tmp_path)
    notice = a_notice("", headline="Funding for <!channel> & Sons ends.")
    message = json.loads(body_of([notice], notice.id, settings))
    assert names["for_slack"](message)["text"].startswith("Funding for &lt;!channel&gt; &amp; Sons ends. https://")
    assert names["for_teams"](message)["attachments"][0]["content"]["body"][0]["text"].startswith("Funding for <!channel>")
    test = json.loads(body_of([], notice.id, settings, test="A test."))
    assert names["for_slack"](test) == {"text": "A test."}


class Swallows:
    """A channel with a planted fault: it never says that anything went wrong."""

    off_because = ""

    def send(self, _notice: object) -> None:
        """Sends nothing."""


class Forgets(Swallows):
    """A channel with a planted fault: it says that trying again helps where it cannot."""

    def send(self, _notice: object) -> None:
        """Sends nothing."""
        raise NotDelivered("Not now.")


class Nowhere:
    """A far end at which nothing arrives."""

    to, patience = "nowhere", 1.0

    def refuses_for_now(self) -> None: ...
    def refuses_for_good(self) -> None: ...

    def ids(self) -> Counter[str]:
        """None came."""
        return Counter()


def test_the_contract_of_channels_catches_a_channel_that_breaks_it() -> None:
    contract, nowhere = ChannelContract(), Nowhere()
    for check in (
        contract.test_it_sends_a_notice_once_under_the_notices_own_id,
        contract.test_a_digest_goes_as_one,
        contract.test_what_is_refused_for_now_may_be_tried_again,
        contract.test_what_is_refused_for_good_is_permanent,
        contract.test_an_address_that_is_none_is_permanent,
    ):
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            check(Swallows(), nowhere)  # type: ignore[arg-type]  # the planted fault needs no more of a far end
    with pytest.raises(AssertionError):
        contract.test_what_is_refused_for_good_is_permanent(Forgets(), nowhere)  # type: ignore[arg-type]  # as above


def _post(server: HTTPServer, body: bytes, signature: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.server_port)
    connection.request("POST", "/", body, {"Partnerdir-Signature": signature})
    status = connection.getresponse().status
    connection.close()
    return status


def _noon() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
