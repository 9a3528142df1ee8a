"""A real mail server on this machine that does as it is told: accepts, refuses, waits, hangs up."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What came, and how the server answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer_to: dict[str, str] = field(default_factory=dict)  # what RCPT TO is answered for an address
    answer_to_data: str = "250 Kept"
    seconds_per_mail: float = 0.0
    hangs_up_after_data: bool = False
    on_data: Callable[[], None] = lambda: None  # called when a mail is in hand, before it is kept

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        """Answers a recipient as told."""
        answer = self.answer_to.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keeps a mail and answers as told."""
        if self.seconds_per_mail:
            await asyncio.sleep(self.seconds_per_mail)
        self.on_data()
        if not self.answer_to_data.startswith("250"):
            return self.answer_to_data
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        if self.hangs_up_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.answer_to_data

    def message_ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)


@contextmanager
def running() -> Iterator[Post]:
    """Runs a mail server while the block lasts."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # every word of every connection otherwise
    post = Post(port=free_port())
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
