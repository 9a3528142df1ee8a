"""The webhook channel: a notice becomes JSON that is signed and posted over HTTPS; docs/webhooks.md tells receivers of it.

The address is a stranger's wish, so it is treated as one: its name is looked up once, every answer must be a machine on the
public internet, the connection goes to exactly that machine, no redirect is followed, and all of it ends in time.
"""

import hashlib
import hmac
import json
import ssl
import uuid
from collections.abc import Sequence
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property

from partnerdir import clock
from partnerdir.alerts.errors import NotDelivered, Unreachable
from partnerdir.alerts.notices import Notice
from partnerdir.alerts.rules import LONGEST_WAIT
from partnerdir.alerts.webhook_addresses import WebhookAddress, require_address
from partnerdir.alerts.webhook_lines import SECONDS, Answer, Lookup, NotAllowed, converse, look_up
from partnerdir.errors import BadInput
from partnerdir.languages import gettext_noop
from partnerdir.settings import PREFIX, Settings

PURPOSE = b"signs webhooks of "
GONE = (404, 410)
TEST = "This is a test. If you can read it, warnings will reach you here."


class Webhooks:
    """Posts alerts to the addresses that people chose; sends or raises NotDelivered."""

    off_because = ""  # it needs no setting: whoever named no address is told over no webhook

    def __init__(self, settings: Settings, look_up: Lookup = look_up, seconds: float = SECONDS) -> None:
        self.settings = settings
        self.look_up = look_up
        self.seconds = seconds

    def send(self, notice: Notice) -> None:
        """Posts a notice, or all that a digest holds; under the same id however often it is sent. Raises: NotDelivered."""
        self.post(notice.to, notice.account_id, notice.id, body_of(notice.parts or (notice,), notice.id, self.settings))

    def send_test(self, url: str, account_id: uuid.UUID) -> None:
        """Posts a message that says it is a test. Raises: NotDelivered."""
        message_id = uuid.uuid4()
        self.post(url, account_id, message_id, body_of([], message_id, self.settings, test=TEST))

    def post(self, url: str, account_id: uuid.UUID | None, message_id: uuid.UUID, body: bytes) -> None:
        """Posts this body, signed for this account. Raises: NotDelivered."""
        if not url or account_id is None:
            raise NotDelivered(gettext_noop("There is no address for a webhook any more."), permanent=True)
        address = self._address(url)
        request = _request(address, self._headers(account_id, message_id, body), body)
        try:
            answer = converse(address, request, self.trusted, self.look_up, self.seconds)
        except NotAllowed as refused:
            raise NotDelivered(f"{refused} Name the host in {PREFIX}WEBHOOK_HOSTS if it is yours.", permanent=True) from refused
        except TimeoutError as error:
            raise NotDelivered(f"{address.host} did not answer within {self.seconds:g} seconds.") from error
        except (OSError, ValueError) as error:
            raise NotDelivered(f"{address.host} could not be reached ({_said(error)}).") from error
        _judge(address.host, answer)

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """The authorities whose certificates are believed. Raises: Unreachable, when the settings name a file that is none."""
        try:
            context = ssl.create_default_context()
            if self.settings.webhook_ca_file:
                context.load_verify_locations(self.settings.webhook_ca_file)
        except OSError as error:
            said = f"{PREFIX}WEBHOOK_CA_FILE cannot be read, so no webhook is sent ({_said(error)})."
            raise Unreachable(said) from error
        return context

    def _address(self, url: str) -> WebhookAddress:
        try:
            return require_address(url, self.settings.inside_hosts)
        except BadInput as problem:
            raise NotDelivered(" ".join(problem.sentences.values()), permanent=True) from problem

    def _headers(self, account_id: uuid.UUID, message_id: uuid.UUID, body: bytes) -> dict[str, str]:
        sent_at = str(int(clock.now().timestamp()))
        signature = signature_of(secret_of(account_id, self.settings.secret_key or ""), sent_at, body)
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": str(message_id),
            "Partnerdir-Signature": f"t={sent_at},v1={signature}",
            "User-Agent": "partnerdir",
        }


def secret_of(account_id: uuid.UUID, secret_key: str) -> str:
    """What an account's webhooks are signed with: made from the site's own secret, so that it is stored nowhere."""
    return hmac.new(secret_key.encode(), PURPOSE + account_id.bytes, hashlib.sha256).hexdigest()


def signature_of(secret: str, sent_at: str, body: bytes) -> str:
    """The proof that whoever knows the secret sent this body at this moment (seconds since 1970)."""
    return hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()


def body_of(notices: Sequence[Notice], message_id: uuid.UUID, settings: Settings, test: str = "") -> bytes:
    """Notices as JSON, with the names of HSDS 3.1 where it has one for the thing."""
    said = {
        "id": str(message_id),
        "version": 1,
        "site": {"name": settings.site_name, "url": settings.site_url.rstrip("/")},
        "test": test or None,
        "alerts": [_alert(notice) for notice in notices],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _alert(notice: Notice) -> dict[str, object]:
    return {
        "kind": str(notice.kind or ""),
        "headline": notice.headline,
        "ends_on": notice.ends_on.isoformat() if notice.ends_on else None,
        "is_estimate": notice.is_estimate,
        "service": _service(notice.service_id, notice.service_name, notice.organisation),
        "page_url": notice.url,
        "facts": [{"name": name, "description": words} for name, words in notice.facts],
        "alternatives": [
            _service(other.service_id, other.name, other.organisation)
            | {
                "description": other.words,
                "funded_until": other.funded_until.isoformat() if other.funded_until else None,
                "page_url": other.url,
            }
            for other in notice.others
        ],
        "why": notice.why,
    }


def _service(service_id: uuid.UUID | None, name: str, organisation: str) -> dict[str, object]:
    return {"id": str(service_id) if service_id else None, "name": name, "organization": {"name": organisation}}


def _request(address: WebhookAddress, headers: dict[str, str], body: bytes) -> bytes:
    """One HTTP request, whole; the parts of the address hold no line breaks, so that nobody can add a header."""
    whole = {"Host": address.authority, **headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {address.target} HTTP/1.1", *(f"{name}: {value}" for name, value in whole.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _judge(host: str, answer: Answer) -> None:
    """What an answer means. Raises: NotDelivered, unless the receiver took it."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in GONE:
        raise NotDelivered(f"{host} says that there is nothing at this address any more ({status}).", permanent=True)
    if 300 <= status < 400:
        raise NotDelivered(f"{host} sends us on to another address ({status}), which we do not follow.", permanent=True)
    raise NotDelivered(f"{host} did not take it ({status}).", wait=_wait_asked_for(answer))


def _wait_asked_for(answer: Answer) -> timedelta | None:
    """How long the receiver asked to be left alone: seconds, or a moment (RFC 9110); never longer than our longest wait."""
    asked = answer.headers.get("retry-after", "").strip()
    try:
        if asked.isascii() and asked.isdigit():
            wait = timedelta(seconds=min(int(asked[:9]), LONGEST_WAIT.total_seconds()))
        else:
            moment = parsedate_to_datetime(asked)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - clock.now()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _said(error: Exception) -> str:
    """What went wrong, on one line, in the words of the machine."""
    return " ".join(str(error).split())[:200] or type(error).__name__
