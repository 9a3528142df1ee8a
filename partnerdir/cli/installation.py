"""Commands that set an installation up, and say what its settings are."""

import os
import secrets
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask, current_app
from flask_migrate import upgrade
from flask_security.utils import hash_password

from partnerdir import clock
from partnerdir.accounts.actions import add_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.cli.doors import says_what_is_wrong
from partnerdir.database import add_database_file, db, writing
from partnerdir.errors import Refused
from partnerdir.exchange import demonstration
from partnerdir.search.index import is_made, rebuild
from partnerdir.settings import PREFIX, SECRETS, SECRETS_FILE, SETTINGS, Settings

SIGN_INS_FILE = "demonstration-sign-ins.txt"


def init_app(app: Flask) -> None:
    """Adds the commands."""
    for command in (prepare, demo_reset, settings_table):
        app.cli.add_command(command)


@click.command("prepare")
@click.option(
    "--demonstration/--empty",
    "with_demonstration",
    default=False,
    help="On the very first run, load the demonstration district.",
)
@says_what_is_wrong
def prepare(with_demonstration: bool) -> None:
    """Make what is missing: the secrets, the database and its tables, the search index."""
    settings: Settings = current_app.extensions["settings"]
    folder = Path(settings.instance_folder)
    if any(getattr(settings, name) is None for name in SECRETS):
        _write_secrets(folder, settings)
        add_database_file()
        # This process began without secrets; the same command again has them.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # our own command, as it was given
    if not (folder / SECRETS_FILE).exists():
        add_database_file()  # the secrets come from outside, so this may well be a first run
    is_first_run = not sa.inspect(db.engine).has_table("service")
    upgrade()
    if with_demonstration and is_first_run:
        _load_demonstration(folder)
    if is_first_run or not is_made(settings.resolved_index_folder):
        rebuild(settings.resolved_index_folder)


@click.command("demo-reset")
@click.confirmation_option(prompt="This removes every record in the database. Go on?")
@says_what_is_wrong
def demo_reset() -> None:
    """Empty the database and load the demonstration district anew."""
    settings: Settings = current_app.extensions["settings"]
    if not (Path(settings.instance_folder) / SIGN_INS_FILE).exists():
        raise Refused("This installation was not set up as a demonstration, so its records are left alone.")
    with writing(by="demonstration") as session:
        for table in reversed(db.metadata.sorted_tables):
            session.execute(table.delete())
    _load_demonstration(Path(settings.instance_folder))
    rebuild(settings.resolved_index_folder)


@click.command("settings")
def settings_table() -> None:
    """Print every setting as the table that docs/settings.md holds."""
    click.echo(table_of_settings())


def table_of_settings() -> str:
    """Every setting as a Markdown table."""
    rows = []
    for setting in SETTINGS:
        default = "none" if setting.default in (None, "") else f"`{setting.default}`"
        rows.append(f"| `{PREFIX}{setting.name}` | {default} | {setting.sentence} |")
    return "\n".join(["| setting | default | what it does |", "| --- | --- | --- |", *rows])


def _write_secrets(folder: Path, settings: Settings) -> None:
    made = {
        "secret_key": secrets.token_urlsafe(48),
        "password_salt": secrets.token_urlsafe(32),
        "question_key": Fernet.generate_key().decode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SECRETS_FILE
    with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as file:
        for name, value in made.items():
            if getattr(settings, name) is None:
                file.write(f"{PREFIX}{name.upper()}={value}\n")
    click.echo(f"Made new secrets in {path}. Keep that file to yourself, and keep a copy.")


def _load_demonstration(folder: Path) -> None:
    with writing(by="demonstration"):
        counts = demonstration.add_demonstration(clock.today())
    lines = []
    with writing(by="demonstration"):
        for person in demonstration.people():
            password = secrets.token_urlsafe(12)
            account = add_account(person.email, RoleName(person.role), person.title, hash_password(password))
            lines.append(f"{person.role:12} {person.email:40} {password}")
            db.session.flush()
            for service_id in person.watched_service_ids:
                add_watch(account.id, service_id)
    path = folder / SIGN_INS_FILE
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    click.echo(f"Loaded the demonstration district: {', '.join(f'{n} {what}' for what, n in counts.items())}.")
