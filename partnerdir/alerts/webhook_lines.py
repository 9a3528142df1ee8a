"""One short HTTPS conversation with a machine that nobody here knows: where it may go, and how long it may take.

Written on the socket, because the guard has to hold there: the machine that was checked must be the one that is spoken to,
and a deadline must cover the name server, the greeting and each byte together. An HTTP library has a limit for each step.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, parse_headers
from io import BytesIO
from threading import Thread
from time import monotonic

from partnerdir.alerts.webhook_addresses import WebhookAddress, is_public

SECONDS = 15.0  # for all of it
SECONDS_PER_CONNECTION = 5.0  # so that one dead machine of several leaves time for the next
MOST_HEADERS = 16_384  # bytes; what comes after them is never read
Lookup = Callable[[str, int], list[str]]


class NotAllowed(Exception):
    """The name leads to a machine that nobody may reach through us."""


@dataclass(frozen=True)
class Answer:
    """What the receiver answered; its headers by their names in small letters."""

    status: int
    headers: dict[str, str]


class Deadline:
    """When all must be over."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises: TimeoutError."""
        left = self.ends_at - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def look_up(host: str, port: int) -> list[str]:
    """The numbers behind a name. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def converse(address: WebhookAddress, request: bytes, trusted: ssl.SSLContext, look_up: Lookup, seconds: float) -> Answer:
    """Sends the request and reads the head of the answer. Raises: NotAllowed, OSError, ValueError."""
    deadline = Deadline(seconds)
    with _connected(address, _checked(address, look_up, deadline), deadline) as plain:
        plain.settimeout(deadline.left())
        line = trusted.wrap_socket(plain, server_hostname=address.host)
        try:
            _send(line, request, deadline)
            return _read(line, deadline)
        finally:
            with suppress(OSError):
                line.close()


def _checked(address: WebhookAddress, look_up: Lookup, deadline: Deadline) -> list[str]:
    """The numbers behind the name, asked for once; one that is not public spoils all. Raises: NotAllowed."""
    numbers = _in_time(lambda: look_up(address.host, address.port), deadline)
    if not numbers:
        raise OSError("the name has no address")
    if not address.is_inside and not all(is_public(number) for number in numbers):
        raise NotAllowed(f"{address.host} is a machine inside a network, which webhooks may not reach.")
    return numbers


def _in_time(ask: Callable[[], list[str]], deadline: Deadline) -> list[str]:
    """What a name server says; it is asked in a thread of its own, because the question cannot be given a limit."""
    found: list[list[str]] = []
    failures: list[OSError | UnicodeError] = []

    def run() -> None:
        try:
            found.append(ask())
        except (OSError, UnicodeError) as error:
            failures.append(error)

    asking = Thread(target=run, daemon=True)
    asking.start()
    asking.join(deadline.left())
    if failures:
        raise failures[0]
    if not found:
        raise TimeoutError
    return found[0]


def _connected(address: WebhookAddress, numbers: list[str], deadline: Deadline) -> socket.socket:
    """A connection to the first of these machines that answers; the name is not looked up again."""
    problem: OSError = OSError("the name has no address")
    for number in numbers:
        try:
            return socket.create_connection((number, address.port), timeout=min(deadline.left(), SECONDS_PER_CONNECTION))
        except OSError as error:
            problem = error
    raise problem


def _send(line: ssl.SSLSocket, request: bytes, deadline: Deadline) -> None:
    unsent = memoryview(request)
    while unsent:
        line.settimeout(deadline.left())
        unsent = unsent[line.send(unsent) :]


def _read(line: ssl.SSLSocket, deadline: Deadline) -> Answer:
    """The status and the headers; the body stays where it is."""
    head = b""
    while b"\r\n\r\n" not in head:
        if len(head) > MOST_HEADERS:
            raise ValueError("its headers have no end")
        line.settimeout(deadline.left())
        part = line.recv(4096)
        if not part:
            raise ConnectionError("it hung up without an answer")
        head += part
    first, _, rest = head.partition(b"\r\n")
    version, _, status = first.decode("latin-1").partition(" ")
    if not version.startswith("HTTP/1.") or not status[:3].isdigit():
        raise ValueError("its answer is not HTTP")
    try:
        headers = parse_headers(BytesIO(rest))
    except HTTPException as error:
        raise ValueError("its headers cannot be read") from error
    return Answer(int(status[:3]), {name.lower(): value for name, value in headers.items()})
