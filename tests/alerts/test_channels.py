"""Each channel keeps the contract of channels, against a real server."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnerdir.alerts import mail_lines
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.webhook import Webhooks
from tests.alerts import receiver
from tests.alerts.cast import WORKER
from tests.alerts.channel_contract import ChannelContract
from tests.alerts.conftest import with_mail
from tests.alerts.post import Post
from tests.alerts.receiver import Receiver
from tests.conftest import make_settings


class FarMail:
    """A mail server."""

    to = WORKER
    patience = 0.5

    def __init__(self, post: Post) -> None:
        self.post = post

    def refuses_for_now(self) -> None:
        self.post.answer_to_data = "451 Later"

    def refuses_for_good(self) -> None:
        self.post.answer_to[WORKER] = "550 No such mailbox"

    def stays_silent(self) -> None:
        self.post.seconds_per_mail = 1.5

    def hangs_up(self) -> None:
        self.post.hangs_up_after_data = True

    def ids(self) -> Counter[str]:
        found = Counter[str]()
        for message_id, count in self.post.message_ids().items():
            match = re.fullmatch(r"<([0-9a-f-]{36})@directory\.example>", message_id)
            assert match is not None, message_id
            found[match[1]] += count
        assert "Bcc" not in str([mail.keys() for mail in self.post.mails])
        return found


class FarWebhook:
    """A machine that takes webhooks."""

    patience = 1.0

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.to = receiver.url

    def refuses_for_now(self) -> None:
        self.receiver.answers(503)

    def refuses_for_good(self) -> None:
        self.receiver.answers(410)

    def stays_silent(self) -> None:
        self.receiver.act = receiver.stays_silent

    def hangs_up(self) -> None:
        self.receiver.act = receiver.hangs_up

    def ids(self) -> Counter[str]:
        assert not any("Planted" in name for post in self.receiver.posts for name in post.headers)
        return Counter(post.headers["Idempotency-Key"] for post in self.receiver.posts)


class TestMail(ChannelContract):
    """Mail over SMTP."""

    @pytest.fixture
    def far_end(self, mail_server: Post) -> FarMail:
        return FarMail(mail_server)

    @pytest.fixture
    def channel(self, tmp_path: Path, mail_server: Post, monkeypatch: pytest.MonkeyPatch) -> MailServer:
        monkeypatch.setattr(mail_lines, "SECONDS_PER_ANSWER", FarMail.patience)
        return MailServer(with_mail(make_settings(tmp_path), mail_server))


class TestWebhooks(ChannelContract):
    """Webhooks over HTTPS."""

    @pytest.fixture
    def far_end(self, tmp_path: Path) -> Iterator[FarWebhook]:
        with receiver.running(tmp_path) as running:
            yield FarWebhook(running)

    @pytest.fixture
    def channel(self, tmp_path: Path, far_end: FarWebhook) -> Webhooks:
        listening = far_end.receiver
        settings = dataclasses.replace(
            make_settings(tmp_path), webhook_hosts=f"localhost:{listening.port}", webhook_ca_file=str(listening.ca_file)
        )
        return Webhooks(settings, seconds=FarWebhook.patience)
