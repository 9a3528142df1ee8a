"""A real HTTPS server on this machine that takes webhooks and does as it is told: answers, waits, trickles, hangs up."""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import trustme


@dataclass
class Post:
    """One request as it came."""

    first_line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and how the server answers; `act` takes the place of an answer."""

    port: int
    ca_file: Path
    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    act: Callable[["Receiver", socket.socket], None] | None = None
    posts: list[Post] = field(default_factory=list)
    connections: int = 0
    sent: int = 0
    is_over: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self.port}/hook?room=7"

    def answers(self, status: int, **headers: str) -> None:
        """Answers every request with this status."""
        lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
        self.answer, self.act = "\r\n".join(lines).encode(), None


def stays_silent(receiver: Receiver, _line: socket.socket) -> None:
    """Takes the request and never answers."""
    receiver.is_over.wait(30)


def hangs_up(_receiver: Receiver, _line: socket.socket) -> None:
    """Takes the request and closes the line."""


def trickles(receiver: Receiver, line: socket.socket) -> None:
    """Sends a byte now and then, each well within any limit for one answer."""
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000:
        if receiver.is_over.wait(0.05):
            return
        line.sendall(bytes([letter]))


def never_ends(receiver: Receiver, line: socket.socket) -> None:
    """Answers well, and goes on and on, headers or body as `answer` began."""
    line.sendall(receiver.answer)
    while not receiver.is_over.is_set():
        receiver.sent += line.send(b"a" * 65_536)


@contextmanager
def running(folder: Path, name: str = "localhost") -> Iterator[Receiver]:
    """Runs a receiver while the block lasts, with a certificate for this name from an authority of its own."""
    logging.getLogger("trustme").setLevel(logging.WARNING)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver = Receiver(server.getsockname()[1], folder / "authority.pem")
        listening = Thread(target=_listen, args=(server, context, receiver), daemon=True)
        listening.start()
        yield receiver
        receiver.is_over.set()
        server.shutdown(socket.SHUT_RDWR)
    listening.join(10)


def _listen(server: socket.socket, context: ssl.SSLContext, receiver: Receiver) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:  # the test is over
            return
        receiver.connections += 1
        Thread(target=_take, args=(plain, context, receiver), daemon=True).start()


def _take(plain: socket.socket, context: ssl.SSLContext, receiver: Receiver) -> None:
    # Whoever calls may hang up at any moment.
    with suppress(OSError), context.wrap_socket(plain, server_side=True) as line:
        receiver.posts.append(_read(line))
        if receiver.act:
            receiver.act(receiver, line)
        else:
            line.sendall(receiver.answer)


def _read(line: socket.socket) -> Post:
    whole = b""
    while b"\r\n\r\n" not in whole:
        whole += line.recv(4096)
    head, _, body = whole.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = dict(header.split(": ", 1) for header in rest)
    while len(body) < int(headers["Content-Length"]):
        body += line.recv(4096)
    return Post(first, headers, body)
