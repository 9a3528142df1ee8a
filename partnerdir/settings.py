"""Every setting there is: its name, its default and one sentence that says what it does."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from partnerdir.errors import BadSetting

PREFIX = "PARTNERDIR_"
SECRETS_FILE = "secrets.env"
WEBHOOK_PORTS = (443, 8443)
SECRETS = ("secret_key", "password_salt", "question_key")


def _setting(default: Any, sentence: str) -> Any:
    return field(default=default, metadata={"sentence": sentence})


@dataclass(frozen=True)
class Settings:
    """The values one running installation goes by."""

    instance_folder: str = _setting("instance", "The folder that keeps the database, the search index and the secrets.")
    database_url: str = _setting("", "Where the records are kept; when empty, a SQLite file in the instance folder.")
    index_folder: str = _setting("", "Where the search index is kept; when empty, a folder in the instance folder.")
    secret_key: str | None = _setting(
        None, "Signs sessions and links; made for you by 'flask prepare', at least 32 characters."
    )
    password_salt: str | None = _setting(
        None, "Mixed into password hashes; made for you by 'flask prepare', never change it later."
    )
    question_key: str | None = _setting(
        None, "Encrypts what people search for inside the address; made for you by 'flask prepare'."
    )
    site_name: str = _setting("partnerdir", "What the site calls itself on every page and in every mail.")
    site_url: str = _setting("http://127.0.0.1:8000", "The address people reach the site at, used for links in mail.")
    languages: str = _setting("en,pl", "The languages of the pages, codes with commas; the first unless another is asked for.")
    exit_url: str = _setting("https://www.bbc.co.uk/weather", "Where 'Exit this page' takes a visitor.")
    desk_phone: str = _setting(
        "", "The number of the coordinators' desk, shown where a service has gone and there is nobody else to ask."
    )
    time_zone: str = _setting("Europe/London", "The civil time zone that decides which day today is.")
    secure_cookies: bool = _setting(False, "Sends session cookies over HTTPS only; switch on wherever HTTPS is served.")
    behind_proxies: int = _setting(0, "How many proxies in front of the site may be believed about the visitor's address.")
    listen_on: str = _setting("127.0.0.1:8000", "The address and port that 'python app.py' serves.")
    smtp_host: str = _setting("", "The mail server; when empty, no mail is sent and the outbox says so.")
    smtp_port: int = _setting(587, "The port of the mail server.")
    smtp_user: str = _setting("", "The name to sign in to the mail server with, if it asks for one.")
    smtp_password: str | None = _setting(None, "The password to sign in to the mail server with, if it asks for one.")
    smtp_security: str = _setting("starttls", "How mail is kept private on its way: starttls, tls or none.")
    mail_from: str = _setting("partnerdir@localhost", "The address that warnings come from.")
    webhook_hosts: str = _setting(
        "",
        "Hosts inside your own network that webhooks may reach, as names with commas, like 'chat.council.example:9443'.",
    )
    webhook_ca_file: str = _setting("", "A file of certificates that webhooks trust beside the usual authorities.")
    thresholds: str = _setting("180,90,60,30,14,7,1,0", "How many days before an end people are warned, most first.")
    review_after_days: int = _setting(
        180,
        "After how many days without anybody confirming it a listing is to be looked at again; asked once each such period.",
    )
    scan_every_minutes: int = _setting(60, "How many minutes the worker rests between two looks for what people must be told.")
    heartbeat_url: str = _setting(
        "", "An address that is asked after each good look, so that somebody elsewhere notices when none comes."
    )
    page_size: int = _setting(20, "How many services one page of results shows.")
    log_level: str = _setting("INFO", "How much the log says: DEBUG, INFO, WARNING or ERROR.")

    def require_secrets(self) -> None:
        """Refuses to go on without the secrets. Raises: BadSetting."""
        for name in SECRETS:
            if getattr(self, name) is None:
                raise BadSetting(PREFIX + name.upper(), "is not set; run 'flask --app app prepare', which makes it")

    @property
    def threshold_days(self) -> tuple[int, ...]:
        """The thresholds as numbers of days, most first."""
        return tuple(sorted((int(part) for part in self.thresholds.split(",")), reverse=True))

    @property
    def offered_languages(self) -> tuple[str, ...]:
        """The codes of the languages that the pages speak, the one they fall back on first."""
        return tuple(dict.fromkeys(filter(None, (part.strip() for part in self.languages.split(","))))) or ("en",)

    @property
    def inside_hosts(self) -> dict[str, tuple[int, ...]]:
        """The hosts of our own network that webhooks may reach, and their ports. Raises: ValueError."""
        found: dict[str, tuple[int, ...]] = {}
        for part in filter(None, (part.strip().lower() for part in self.webhook_hosts.split(","))):
            host, _, port = part.partition(":")
            if not re.fullmatch(r"[a-z0-9_.-]+", host) or (":" in part and not 0 < int(port) < 65536):
                raise ValueError(part)
            found[host] = found.get(host, ()) + ((int(port),) if port else WEBHOOK_PORTS)
        return found

    @property
    def resolved_database_url(self) -> str:
        """The database address to use, with the default filled in."""
        return self.database_url or f"sqlite:///{Path(self.instance_folder).resolve() / 'partnerdir.sqlite3'}"

    @property
    def resolved_index_folder(self) -> Path:
        """The index folder to use, with the default filled in."""
        return Path(self.index_folder or Path(self.instance_folder) / "index").resolve()


@dataclass(frozen=True)
class Setting:
    """One setting as it is documented."""

    name: str
    default: Any
    sentence: str


SETTINGS = tuple(Setting(f.name.upper(), f.default, f.metadata["sentence"]) for f in fields(Settings))


def load_settings(environ: Mapping[str, str | None] | None = None) -> Settings:
    """Reads settings from the environment, then `.env`, then the secrets made at first run; the first wins."""
    if environ is None:
        environ = {**dotenv_values(".env"), **os.environ}
    instance = environ.get(f"{PREFIX}INSTANCE_FOLDER") or Settings.instance_folder
    known: Mapping[str, str | None] = {**dotenv_values(Path(instance) / SECRETS_FILE), **environ}
    values = {f.name: _parsed(f.name, known.get(PREFIX + f.name.upper()), f.default) for f in fields(Settings)}
    settings = Settings(**values)
    _check(settings, {name for name in known if name.startswith(PREFIX)})
    return settings


def _parsed(name: str, text: str | None, default: Any) -> Any:
    if text is None:
        return default
    if isinstance(default, bool):
        if text.lower() not in {"true", "false", "1", "0", "yes", "no"}:
            raise BadSetting(PREFIX + name.upper(), f"must be true or false, not {text!r}")
        return text.lower() in {"true", "1", "yes"}
    if isinstance(default, int):
        if not text.strip().isdigit():
            raise BadSetting(PREFIX + name.upper(), f"must be a whole number, not {text!r}")
        return int(text)
    return text


def _check(settings: Settings, given: set[str]) -> None:
    unknown = given - {PREFIX + setting.name for setting in SETTINGS}
    if unknown:
        raise BadSetting(min(unknown), "is not a setting; 'flask settings' lists those there are")
    if settings.secret_key is not None and len(settings.secret_key) < 32:
        raise BadSetting(f"{PREFIX}SECRET_KEY", "must be at least 32 characters long")
    if settings.smtp_security not in {"starttls", "tls", "none"}:
        raise BadSetting(f"{PREFIX}SMTP_SECURITY", f"must be starttls, tls or none, not {settings.smtp_security!r}")
    if not 1 <= settings.scan_every_minutes <= 720:
        raise BadSetting(f"{PREFIX}SCAN_EVERY_MINUTES", f"must be from 1 to 720, not {settings.scan_every_minutes}")
    if not 1 <= settings.review_after_days <= 3650:
        raise BadSetting(f"{PREFIX}REVIEW_AFTER_DAYS", f"must be from 1 to 3650, not {settings.review_after_days}")
    if settings.heartbeat_url and not re.match(r"https?://[^/\s]", settings.heartbeat_url):
        raise BadSetting(f"{PREFIX}HEARTBEAT_URL", "must begin with https:// or http://")
    _check_webhooks(settings)
    try:
        days = settings.threshold_days
    except ValueError:
        days = ()
    if not days or min(days) < 0:
        raise BadSetting(f"{PREFIX}THRESHOLDS", f"must be days like '90,30,7,0', not {settings.thresholds!r}")


def _check_webhooks(settings: Settings) -> None:
    try:
        settings.inside_hosts  # noqa: B018  # reading it is the check
    except ValueError as wrong:
        said = "must be names like 'chat.council.example' or 'chat.council.example:9443'"
        raise BadSetting(f"{PREFIX}WEBHOOK_HOSTS", f"{said}, not {settings.webhook_hosts!r}") from wrong
    if settings.webhook_ca_file and not Path(settings.webhook_ca_file).is_file():
        raise BadSetting(f"{PREFIX}WEBHOOK_CA_FILE", f"must be a file, and {settings.webhook_ca_file!r} is none")
