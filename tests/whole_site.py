"""The whole product as real processes: a folder of its own, the site, the worker, and a mail server that keeps what comes."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).parents[1]


@dataclass
class Mailbox:
    """Keeps every mail that the server accepts."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Accepts a mail."""
        mail = message_from_bytes(bytes(envelope.original_content or b""), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 Kept"

    def wait_for(self, address: str, text: str, seconds: float = 15) -> EmailMessage:
        """The first mail to this address with this text in it; fails when none has come in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for mail in self.mails:
                if address in str(mail["To"]) and text in plain_text(mail):
                    return mail
            time.sleep(0.1)
        raise AssertionError(f"No mail to {address} says {text!r}; {len(self.mails)} came.")


def plain_text(mail: EmailMessage) -> str:
    """The words of the plain part, lines joined."""
    part = mail.get_body(("plain",))
    assert part is not None
    return re.sub(r"\s+", " ", part.get_content())


@dataclass
class WholeSite:
    """Where it is, how to run its commands, who may sign in."""

    url: str
    folder: Path
    environment: dict[str, str]
    mailbox: Mailbox

    def run(self, *command: str) -> str:
        """Runs a flask command against this site and returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sign_ins(self) -> dict[str, tuple[str, str]]:
        """The demonstration people: role to e-mail address and password."""
        lines = (self.folder / "demonstration-sign-ins.txt").read_text().split("\n")
        return {parts[0]: (parts[1], parts[2]) for line in lines if len(parts := line.split()) == 3}


def free_port() -> int:
    """A port on the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[WholeSite]:
    """Prepares a site with the demonstration district, serves it with its worker, and stops both."""
    mailbox = Mailbox()
    post = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    post.start()
    address = f"127.0.0.1:{free_port()}"
    environment = os.environ | {
        "PARTNERDIR_INSTANCE_FOLDER": str(folder),
        "PARTNERDIR_LISTEN_ON": address,
        "PARTNERDIR_SITE_URL": f"http://{address}",
        "PARTNERDIR_SMTP_HOST": "127.0.0.1",
        "PARTNERDIR_SMTP_PORT": str(post.port),
        "PARTNERDIR_SMTP_SECURITY": "none",
    }
    site = WholeSite(f"http://{address}", folder, environment, mailbox)
    site.run("prepare", "--demonstration")
    with (folder / "site.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_it_answers(site, process)
            yield site
        finally:
            process.terminate()
            process.wait(timeout=30)
            post.stop()


def _wait_until_it_answers(site: WholeSite, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{site.url}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError((site.folder / "site.log").read_text())
