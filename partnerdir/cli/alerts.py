"""Commands that find what must be told, send it, and do both day by day."""

from datetime import date, datetime
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from partnerdir import clock, jobs
from partnerdir.alerts.queries import Due, count_waiting, list_due
from partnerdir.alerts.rules import AlertKind
from partnerdir.cli.doors import says_what_is_wrong
from partnerdir.dates import day_with_distance
from partnerdir.settings import Settings

alerts = AppGroup("alerts", help="Warnings before money ends.")
OUTCOMES = {
    "sent": "sent",
    "waiting": "to be tried again",
    "failed": "refused for good",
    "dropped": "no longer true, so not sent",
}
VERBS = {AlertKind.ENDING: "ends on", AlertKind.ENDED: "ended on"}


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(alerts)
    app.cli.add_command(work)


@alerts.command("scan")
@click.option("--on", "moment", type=click.DateTime(["%Y-%m-%d"]), help="Take this day for today; only shows, unless --send.")
@click.option("--send", is_flag=True, help="With --on: queue what is found, so that 'deliver' sends it.")
@says_what_is_wrong
def scan(moment: datetime | None, send: bool) -> None:
    """Find what people must be told, and queue it for them."""
    settings = _settings()
    day = moment.date() if moment else clock.today()
    rehearses = moment is not None and not send
    due = list_due(day, settings.threshold_days) if rehearses else jobs.scan(settings, on=moment.date() if moment else None)
    for line in _lines(due, day):
        click.echo(line)
    people = sum(len(item.watchers) for item in due)
    click.echo(f"{people} to be told. Nothing was queued." if rehearses else f"{people} queued.")


@alerts.command("deliver")
@says_what_is_wrong
def deliver() -> None:
    """Send what waits in the outbox."""
    counts = jobs.deliver(_settings(), Event())
    told = [f"{counts[state]} {words}" for state, words in OUTCOMES.items() if counts[state]]  # type: ignore[index]  # a StrEnum's word
    click.echo(f"{', '.join(told) or 'Nothing to send'}; {count_waiting()} waiting.")


@click.command("work")
@says_what_is_wrong
def work() -> None:
    """Scan every day, deliver every few seconds and keep the search index up to date, until stopped."""
    jobs.Worker(current_app._get_current_object()).work()  # type: ignore[attr-defined]  # the app itself, for other threads


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _lines(due: list[Due], day: date) -> list[str]:
    return [
        f"{watcher.email}: {item.service_name} {VERBS[item.fact.kind]} {day_with_distance(item.fact.ends_on, day)}"
        for item in due
        for watcher in item.watchers
    ]
