"""Commands that check what was told, and say what would be told and why."""

import sys
import uuid
from datetime import date, datetime

import click
from flask import Flask, current_app

from partnerdir import clock
from partnerdir.accounts.queries import require_account_of
from partnerdir.alerts.auditor import audit
from partnerdir.alerts.explaining import explained
from partnerdir.cli.alerts import alerts
from partnerdir.cli.doors import says_what_is_wrong
from partnerdir.dates import spoken_day
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_services_by_name, require_service
from partnerdir.errors import PartnerdirError
from partnerdir.settings import Settings

DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 10


class AmbiguousName(PartnerdirError):
    """Several services, or none, are called so."""


def init_app(app: Flask) -> None:
    """Adds the commands of alerts with the two below among them."""
    app.cli.add_command(alerts)


@alerts.command("audit")
@click.option("--since", "moment", type=DAY, help="Look at what was due or told since this day; everything, when left out.")
@says_what_is_wrong
def check(moment: datetime | None) -> None:
    """Compare what people were told with what they should have been told."""
    since, today = moment.date() if moment else date.min, clock.today()
    differences = audit(since, today, _settings().threshold_days)
    for difference in differences:
        click.echo(difference.sentence)
    period = f" since {spoken_day(since)}" if moment else ""
    if differences:
        click.echo(f"{len(differences)} different{period}.")
        sys.exit(1)
    click.echo(f"Everybody was told what they should have been told{period}, once.")


@alerts.command("explain")
@click.argument("service")
@click.option("--on", "moment", type=DAY, help="The day; today, when left out.")
@click.option("--for", "email", required=True, help="The e-mail address of the account.")
@says_what_is_wrong
def explain(service: str, moment: datetime | None, email: str) -> None:
    """Say what would be sent about SERVICE (its id, or words of its name), and why or why not."""
    found, account = _service_called(service), require_account_of(email)
    day = moment.date() if moment else clock.today()
    click.echo(f"{found.name}, for {account.email}, on {spoken_day(day)}:")
    settings = _settings()
    for line in explained(found, account, day, settings.threshold_days, settings.review_after_days):
        click.echo(f"  {line}")


def _service_called(words: str) -> Service:
    """The service with this id, or the one with this name or these words in it. Raises: Missing; AmbiguousName."""
    try:
        return require_service(uuid.UUID(words))
    except ValueError:
        pass
    found = list_services_by_name(words, limit=SHOWN + 1)
    exact = [service for service in found if service.name.casefold() == words.casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise AmbiguousName(f"No service has {words!r} in its name.")
    names = "; ".join(f"{service.name} ({service.id})" for service in found[:SHOWN])
    raise AmbiguousName(f"Several services have this in their names. Say which, by its id: {names}")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
