"""The e-mail channel: a notice becomes a mail with a plain and an equal HTML part, and goes out over SMTP."""

import smtplib
import ssl
import uuid
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import jinja2

from partnerdir import clock
from partnerdir.alerts.digests import LEFT_OUT, MOST_SERVICES, chapters_of
from partnerdir.alerts.errors import NotDelivered, Unreachable
from partnerdir.alerts.mail_lines import Line
from partnerdir.alerts.notices import Notice, one_line
from partnerdir.languages import gettext, jinja_callables, language_spoken, speaking
from partnerdir.settings import PREFIX, Settings

TEMPLATES = Path(__file__).parents[2] / "templates"
ALERT, DIGEST = ("mail/alert.txt", "mail/alert.html"), ("mail/digest.txt", "mail/digest.html")
CONFIRM = ("mail/confirm.txt", "mail/confirm.html")
ENCODING = "quoted-printable"
# Lines are folded at words only; a link is one word, and folding it otherwise would encode it.
POLICY = SMTP.clone(max_line_length=998)
CLOSING = 421  # RFC 5321: the server closes the connection, whatever was asked of it


class MailServer:
    """Sends mail through the server that the settings name; sends or raises NotDelivered."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.host = urlsplit(settings.site_url).hostname or "localhost"
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.templates.policies["ext.i18n.trimmed"] = True
        self.templates.install_gettext_callables(**jinja_callables())  # type: ignore[attr-defined]  # the extension adds it

    @property
    def off_because(self) -> str:
        """Why no mail can go as things are set; empty when it can."""
        return "" if self.settings.smtp_host else f"{PREFIX}SMTP_HOST is not set, so no mail is sent."

    def send(self, notice: Notice) -> None:
        """Sends an alert; however often this one is sent, its Message-ID is the same. Raises: NotDelivered."""
        self._send(self.mail_of(notice))

    def send_plain(self, to: str, subject: str, text: str) -> None:
        """Sends a mail of plain text. Raises: NotDelivered."""
        message = self._message(to, subject, make_msgid(domain=self.host))
        message.set_content(text, cte=ENCODING)
        self._send(message)

    def mail_of(self, notice: Notice) -> EmailMessage:
        """The mail that says a notice: one alert, or a digest of several. Raises: NotDelivered."""
        message = self._message(notice.to, notice.subject, self.message_id(notice.id))
        if stop_url := notice.unsubscribe_url or notice.pause_url:
            message["List-Unsubscribe"] = f"<{stop_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        with speaking(notice.language):
            self._write(message, notice)
        message["Content-Language"] = notice.language  # last, because a body throws away what a message said of its content
        return message

    def _write(self, message: EmailMessage, notice: Notice) -> None:
        words: dict[str, object] = {"notice": notice, "site_name": self.settings.site_name, "language": language_spoken()}
        if notice.parts:
            chapters = chapters_of(notice.parts)
            words |= {
                "chapters": chapters[:MOST_SERVICES],
                "rest": chapters[MOST_SERVICES:],
                "left_out": [gettext(label) for label in LEFT_OUT],
            }
        plain, html = DIGEST if notice.parts else CONFIRM if notice.confirm_url else ALERT
        message.set_content(self.templates.get_template(plain).render(words), cte=ENCODING)
        message.add_alternative(self.templates.get_template(html).render(words), subtype="html", cte=ENCODING)

    def message_id(self, notice_id: uuid.UUID) -> str:
        """The Message-ID of a notice, made from its id and this site."""
        return f"<{notice_id}@{self.host}>"

    def _message(self, to: str, subject: str, message_id: str) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        try:
            message["To"] = Address(addr_spec=to)
        except (ValueError, IndexError) as wrong:
            raise NotDelivered("This is not an e-mail address that mail can be sent to.", permanent=True) from wrong
        message["From"] = self._sender()
        message["Subject"] = one_line(subject)
        message["Message-ID"] = message_id
        message["Date"] = format_datetime(clock.now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer
        return message

    def _sender(self) -> Address:
        """Whom mail comes from. Raises: Unreachable, since a wrong address here is no one mail's fault."""
        try:
            return Address(display_name=one_line(self.settings.site_name), addr_spec=self.settings.mail_from)
        except (ValueError, IndexError) as wrong:
            said = f"{PREFIX}MAIL_FROM must be an e-mail address, not {self.settings.mail_from!r}, so no mail is sent."
            raise Unreachable(said) from wrong

    def _send(self, message: EmailMessage) -> None:
        line = self._connected()
        try:
            line.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise _too_slow(line) if line.is_cut else _undelivered(error) from error
        finally:
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def _connected(self) -> Line:
        """A connection that is private and signed in as the settings ask. Raises: Unreachable."""
        if self.off_because:
            raise Unreachable(self.off_because)
        host, port, security = self.settings.smtp_host, self.settings.smtp_port, self.settings.smtp_security
        line = Line(self.host, ssl.create_default_context() if security == "tls" else None)
        try:
            line.greet(host, port)
            if security == "starttls":
                line.starttls(context=ssl.create_default_context())
            if self.settings.smtp_user:
                line.login(self.settings.smtp_user, self.settings.smtp_password or "")
        except (smtplib.SMTPException, OSError) as error:
            line.close()
            said = f"The mail server {host}:{port} cannot be used ({_said(_too_slow(line) if line.is_cut else error)})."
            raise Unreachable(f"{said} Check {PREFIX}SMTP_HOST and the settings beside it.") from error
        return line


def _too_slow(line: Line) -> Unreachable:
    return Unreachable(f"The mail server took longer than {line.seconds:.0f} seconds for one mail.")


def _undelivered(error: smtplib.SMTPException | OSError) -> NotDelivered:
    """What a failure means: the whole server's trouble, this mail's for now, or this mail's for good."""
    said = _said(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        if CLOSING not in codes:
            return NotDelivered(f"The mail server refused the address ({said}).", permanent=min(codes) >= 500)
    elif isinstance(error, smtplib.SMTPDataError) and error.smtp_code != CLOSING:
        return NotDelivered(f"The mail server refused the mail ({said}).", permanent=error.smtp_code >= 500)
    elif isinstance(error, smtplib.SMTPServerDisconnected) and not isinstance(error.__context__, TimeoutError):
        return NotDelivered(f"The mail server dropped the line ({said}).")
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        return NotDelivered(f"The mail server cannot use the letters of this address ({said}).", permanent=True)
    return Unreachable(f"The mail server gave up in the middle ({said}).")


def _said(error: Exception) -> str:
    """The server's own words, on one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: list[tuple[int, bytes]] = list(error.recipients.values())
        return "; ".join(f"{code} {one_line(words.decode(errors='replace'))}" for code, words in answers)
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {one_line(words.decode(errors='replace') if isinstance(words, bytes) else str(words))}"
    return one_line(str(error)) or type(error).__name__
