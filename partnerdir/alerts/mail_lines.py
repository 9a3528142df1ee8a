"""The line to a mail server, which is cut when the whole conversation takes too long, however busy the server looks."""

import smtplib
import socket
import ssl
from contextlib import suppress
from threading import Timer
from time import monotonic

SECONDS_PER_ANSWER = 20.0
SECONDS_PER_MAIL = 28.0  # from the first knock to the last word


class Line(smtplib.SMTP):
    """A conversation with an end: an answer that dribbles in byte by byte would outlast every wait for a single one.

    `is_cut` says that it was ended by us.
    """

    def __init__(self, name: str, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(local_hostname=name, timeout=min(SECONDS_PER_ANSWER, SECONDS_PER_MAIL))
        self.tls = tls
        self.is_cut = False
        self.seconds = SECONDS_PER_MAIL
        self.ends_at = monotonic() + self.seconds
        self.plain: socket.socket | None = None
        self.scissors = Timer(self.seconds, self.cut)
        self.scissors.daemon = True
        self.scissors.start()

    def greet(self, host: str, port: int) -> None:
        """Connects and hears the greeting. Raises: SMTPConnectError, when the server will not talk with us."""
        self._host = host  # what smtplib checks a certificate against when TLS is put on later
        code, words = self.connect(host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)

    def cut(self) -> None:
        """Ends the conversation from outside: whoever waits for a word is told that the line is dead."""
        self.is_cut = True
        if self.plain:
            with suppress(OSError):
                self.plain.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Lets go of the line."""
        self.scissors.cancel()
        super().close()
        if self.plain:
            self.plain.close()

    # What smtplib calls to be connected; TLS is put on here so that its handshake can be cut as well.
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        last: OSError = TimeoutError(f"{host} did not answer in time")
        for *_, (address, *_) in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            left = min(timeout, self.ends_at - monotonic())
            if left <= 0:
                break
            try:
                connected = socket.create_connection((str(address), port), left)
            except OSError as error:
                last = error
                continue
            connected.settimeout(timeout)
            self.plain = connected.dup()  # a socket that TLS is put on is another one, and this one stays
            if self.is_cut:
                connected.close()
                break
            return self.tls.wrap_socket(connected, server_hostname=host) if self.tls else connected
        raise last
