"""A mail server that talks and talks: at one point its answer comes byte by byte and never ends."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

SECONDS_PER_BYTE = 0.1
ANSWERS = {
    "EHLO": b"250-mail.example\r\n250 STARTTLS\r\n",
    "MAIL": b"250 OK\r\n",
    "RCPT": b"250 OK\r\n",
    "DATA": b"354 Go on\r\n",
    ".": b"250 Kept\r\n",
    "STARTTLS": b"220 Ready\r\n",
}


@contextmanager
def running(point: str) -> Iterator[int]:
    """Runs one on the port it gives; it dribbles when it should greet, answer this command, or put on TLS."""
    stopping = Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = Thread(target=_serve, args=(server, point, stopping), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stopping.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(server: socket.socket, point: str, stopping: Event) -> None:
    with suppress(OSError):
        while not stopping.is_set():
            line, _ = server.accept()
            with closing(line), suppress(OSError):
                _talk(line, point, stopping)


def _talk(line: socket.socket, point: str, stopping: Event) -> None:
    if point == "greeting":
        _dribble(line, b"220-", b"x", stopping)
    line.sendall(b"220 mail.example\r\n")
    is_mail = False
    with line.makefile("rb") as heard:
        for words in heard:
            said = words.decode(errors="replace").split()
            command = said[0].upper() if said else ""
            if is_mail and command != ".":
                continue
            is_mail = command == "DATA"
            if command == point:
                _dribble(line, b"250-", b"x", stopping)
            line.sendall(ANSWERS.get(command, b"250 OK\r\n"))
            if command == "STARTTLS":
                _dribble(line, b"\x16\x03\x03\x3f\xff", b"\x00", stopping)  # the head of a long TLS record, and its body


def _dribble(line: socket.socket, first: bytes, then: bytes, stopping: Event) -> None:
    line.sendall(first)
    while not stopping.wait(SECONDS_PER_BYTE):
        line.sendall(then)
