"""Webhooks: what is posted, how it is signed, which machines it may reach, and when it gives up."""

import dataclasses
import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from partnerdir import clock
from partnerdir.alerts import webhook_addresses
from partnerdir.alerts.errors import NotDelivered, Unreachable
from partnerdir.alerts.rules import LONGEST_WAIT
from partnerdir.alerts.webhook import Webhooks, secret_of, signature_of
from partnerdir.alerts.webhook_addresses import is_public
from partnerdir.alerts.webhook_lines import Lookup
from partnerdir.settings import Settings
from tests.alerts import receiver
from tests.alerts.channel_contract import a_notice
from tests.alerts.receiver import Receiver
from tests.conftest import make_settings

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104  # an address to refuse, not one to listen on
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "::",
    "::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "2002:7f00:1::1",
    "2001:0:a9fe:a9fe::1",
]
OUTSIDE = ["8.8.8.8", "2a00:1450:4009::200e", "64:ff9b::808:808"]


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Receiver]:
    """A machine that takes webhooks."""
    with receiver.running(tmp_path) as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, listening: Receiver) -> Settings:
    """Settings that allow it."""
    return dataclasses.replace(
        make_settings(tmp_path), webhook_hosts=f"localhost:{listening.port}", webhook_ca_file=str(listening.ca_file)
    )


def problem_of(webhooks: Webhooks, url: str) -> NotDelivered:
    """What goes wrong when something is sent there."""
    with pytest.raises(NotDelivered) as caught:
        webhooks.send(a_notice(url))
    return caught.value


def _answering(numbers: list[str]) -> Lookup:
    """A name server that gives these numbers for every name."""
    return lambda _host, _port: numbers


def test_what_is_posted_names_things_as_hsds_does(site: Settings, listening: Receiver) -> None:
    notice = a_notice(listening.url)
    Webhooks(site).send(notice)
    post = listening.posts[0]
    said = json.loads(post.body)
    alert = said["alerts"][0]
    assert post.first_line == "POST /hook?room=7 HTTP/1.1"
    assert post.headers["Host"] == f"localhost:{listening.port}"
    assert post.headers["Content-Type"] == "application/json"
    assert said["id"] == str(notice.id) == post.headers["Idempotency-Key"]
    assert (alert["kind"], alert["ends_on"]) == ("ending", "2027-02-09")
    assert alert["service"] == {
        "id": str(notice.service_id),
        "name": "Harbour Family Support",
        "organization": {"name": "Harbour Trust"},
    }
    assert [other["name"] for other in alert["alternatives"]] == ["Quay Advice"]
    assert "unsubscribe" not in post.body.decode()
    assert "pause" not in post.body.decode()


def test_a_digest_is_posted_once_with_all_that_it_holds(site: Settings, listening: Receiver) -> None:
    parts = tuple(a_notice(listening.url, headline=words) for words in ("One ends.", "Two ends."))
    Webhooks(site).send(a_notice(listening.url, parts=parts))
    assert [alert["headline"] for alert in json.loads(listening.posts[0].body)["alerts"]] == ["One ends.", "Two ends."]
    assert len(listening.posts) == 1


def test_the_signature_covers_the_moment_and_the_body(site: Settings, listening: Receiver) -> None:
    notice = a_notice(listening.url)
    Webhooks(site).send(notice)
    post = listening.posts[0]
    parts = dict(part.split("=") for part in post.headers["Partnerdir-Signature"].split(","))
    assert notice.account_id is not None
    assert site.secret_key is not None
    secret = secret_of(notice.account_id, site.secret_key)
    assert parts["v1"] == signature_of(secret, parts["t"], post.body)
    assert abs(int(parts["t"]) - clock.now().timestamp()) < 60
    assert parts["v1"] != signature_of(secret, parts["t"], post.body + b" ")
    assert parts["v1"] != signature_of(secret, str(int(parts["t"]) + 1), post.body)
    assert secret != secret_of(notice.account_id, "another secret of the site, as long as it")


@pytest.mark.parametrize("number", INSIDE)
def test_a_name_that_leads_inside_is_refused_before_any_connection(site: Settings, listening: Receiver, number: str) -> None:
    """Also where only one of several answers leads inside."""
    outside = dataclasses.replace(site, webhook_hosts="")
    for answers in ([number], ["8.8.8.8", number]):
        problem = problem_of(Webhooks(outside, look_up=_answering(answers)), "https://hook.example/")
        assert problem.permanent
        assert "inside a network" in str(problem)
    assert listening.connections == 0


@pytest.mark.parametrize("number", OUTSIDE)
def test_a_machine_on_the_public_internet_is_allowed(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost.", "LOCALHOST"])
def test_this_machine_is_refused_under_every_name(site: Settings, listening: Receiver, host: str) -> None:
    for url in (f"https://{host}/", f"https://{host}:8443/"):
        assert problem_of(Webhooks(dataclasses.replace(site, webhook_hosts="")), url).permanent
    assert listening.connections == 0


def test_a_name_that_changes_after_the_check_wins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once, and the connection goes to the number that was checked, not to the name."""
    asked, reached = [], []

    def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(place: tuple[str, int], **_named: object) -> socket.socket:
        reached.append(place)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert not problem_of(Webhooks(make_settings(tmp_path), look_up=look_up), "https://rebinding.example/").permanent
    assert (asked, reached) == (["rebinding.example"], [("8.8.8.8", 443)])


def test_the_guard_is_what_refuses(site: Settings, listening: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: without the check of numbers and of ports, the same posting does reach the machine inside."""
    outside = dataclasses.replace(site, webhook_hosts="")
    assert problem_of(Webhooks(outside), listening.url).permanent
    monkeypatch.setattr(webhook_addresses, "WEBHOOK_PORTS", (listening.port,))
    assert "inside a network" in str(problem_of(Webhooks(outside), listening.url))
    monkeypatch.setattr("partnerdir.alerts.webhook_lines.is_public", lambda _number: True)
    Webhooks(outside).send(a_notice(listening.url))
    assert len(listening.posts) == 1


def test_a_certificate_of_another_name_or_an_unknown_authority_is_refused(site: Settings, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with receiver.running(tmp_path / "other", name="elsewhere.example") as stranger:
        allowed = dataclasses.replace(site, webhook_hosts=f"localhost:{stranger.port}")
        assert "certificate verify failed" in str(problem_of(Webhooks(allowed), stranger.url))
        known = dataclasses.replace(allowed, webhook_ca_file=str(stranger.ca_file))
        assert "Hostname mismatch" in str(problem_of(Webhooks(known), stranger.url))
        assert stranger.posts == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(site: Settings, listening: Receiver, status: int) -> None:
    listening.answers(status, Location=listening.url)
    problem = problem_of(Webhooks(site), listening.url)
    assert problem.permanent
    assert len(listening.posts) == 1


@pytest.mark.parametrize(
    ("status", "permanent"), [(404, True), (410, True), (429, False), (500, False), (503, False), (401, False)]
)
def test_an_answer_says_whether_to_try_again(site: Settings, listening: Receiver, status: int, permanent: bool) -> None:
    listening.answers(status)
    problem = problem_of(Webhooks(site), listening.url)
    assert (problem.permanent, problem.wait) == (permanent, None)
    assert str(status) in str(problem)
    assert "room" not in str(problem)  # the address is often a secret


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("999999999999", LONGEST_WAIT),
        ("Thu, 01 Jan 2099 00:00:00 GMT", LONGEST_WAIT),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta(0)),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("Thu, 99 Foo 99999 00:00:00 GMT", None),
    ],
)
def test_a_wait_that_was_asked_for_is_kept_up_to_the_longest(
    site: Settings, listening: Receiver, asked: str, wait: timedelta | None
) -> None:
    listening.answer = f"HTTP/1.1 429 Slow down\r\nRetry-After: {asked}\r\n\r\n".encode()
    assert problem_of(Webhooks(site), listening.url).wait == wait


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (receiver.stays_silent, "did not answer within 1 seconds"),
        (receiver.trickles, "did not answer within 1 seconds"),
        (receiver.hangs_up, "hung up"),
    ],
)
def test_all_of_it_ends_in_time(
    site: Settings, listening: Receiver, act: Callable[[Receiver, socket.socket], None], said: str
) -> None:
    listening.act = act
    began = monotonic()
    problem = problem_of(Webhooks(site, seconds=1.0), listening.url)
    assert monotonic() - began < 2.5
    assert not problem.permanent
    assert said in str(problem)


def test_a_name_server_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    is_over = Event()

    def look_up(_host: str, _port: int) -> list[str]:
        is_over.wait(30)
        return []

    began = monotonic()
    problem = problem_of(Webhooks(make_settings(tmp_path), look_up=look_up, seconds=0.5), "https://hook.example/")
    assert monotonic() - began < 2
    is_over.set()
    assert "did not answer" in str(problem)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nX-Endless: ", b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_an_answer_that_is_none_is_tried_again_later(site: Settings, listening: Receiver, answer: bytes) -> None:
    listening.answer, listening.act = answer, receiver.never_ends
    assert not problem_of(Webhooks(site, seconds=3), listening.url).permanent


def test_a_body_without_end_is_not_read(site: Settings, listening: Receiver) -> None:
    listening.answer, listening.act = b"HTTP/1.1 200 OK\r\n\r\n", receiver.never_ends
    began = monotonic()
    Webhooks(site, seconds=5).send(a_notice(listening.url))
    assert monotonic() - began < 4


def test_a_file_of_authorities_that_is_lost_stops_webhooks_and_names_the_setting(site: Settings, listening: Receiver) -> None:
    problem = problem_of(Webhooks(dataclasses.replace(site, webhook_ca_file="/nowhere.pem")), listening.url)
    assert isinstance(problem, Unreachable)
    assert "PARTNERDIR_WEBHOOK_CA_FILE" in str(problem)
