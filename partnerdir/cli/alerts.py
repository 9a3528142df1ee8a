"""Commands that find what must be told, send it, and do both day by day."""

from datetime import date, datetime
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from partnerdir import clock, jobs, runs
from partnerdir.alerts.due import list_due
from partnerdir.alerts.queries import count_waiting
from partnerdir.alerts.rules import Due
from partnerdir.alerts.unsent import count_failed, count_unsent
from partnerdir.alerts.wording import headline
from partnerdir.cli.doors import says_what_is_wrong
from partnerdir.dates import spoken_day
from partnerdir.settings import PREFIX, Settings
from partnerdir.worker import Worker

alerts = AppGroup("alerts", help="Warnings before money ends.")
OUTCOMES = {
    "sent": "sent",
    "waiting": "to be tried again",
    "failed": "refused for good",
    "dropped": "no longer true, so not sent",
}


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(alerts)
    app.cli.add_command(work)


@alerts.command("scan")
@click.option("--on", "moment", type=click.DateTime(["%Y-%m-%d"]), help="Take this day for today; only shows, unless --send.")
@click.option("--send", is_flag=True, help="With --on: queue what is found, so that 'deliver' sends it.")
@click.option("--everything", is_flag=True, help="Ask about every service, whatever earlier scans have looked at.")
@says_what_is_wrong
def scan(moment: datetime | None, send: bool, everything: bool) -> None:
    """Find what people must be told, and queue it for them."""
    settings = _settings()
    day = moment.date() if moment else clock.today()
    rehearses = moment is not None and not send
    if rehearses:
        due = list_due(day, settings.threshold_days, review_after=settings.review_after_days)
    elif moment:
        due = jobs.scan(settings, on=day, everything=everything)
    else:
        with jobs.noted(runs.SCAN):
            due = jobs.scan(settings, everything=everything)
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


@alerts.command("status")
@says_what_is_wrong
def status() -> None:
    """Say which worker leads, when each job last ran and how many warnings wait."""
    lease, noted = runs.find_lease(clock.now()), runs.list_runs()
    click.echo(f"Leads: the worker on {lease.holder}." if lease else "No worker leads.")
    for job in jobs.JOBS:
        click.echo(f"{job.command}: {_said_of(noted.get(job.command))}.")
    is_off = "" if _settings().smtp_host else f" No mail is sent: {PREFIX}SMTP_HOST is not set."
    click.echo(f"{count_waiting()} waiting.{is_off}")
    click.echo(_said_of_failures(count_failed(), count_unsent(clock.today())))
    since = runs.late_since(clock.now())
    if since:
        click.echo(f"Warnings may be late: nobody has looked for what is due since {_moment(since)}.")


@click.command("work")
@says_what_is_wrong
def work() -> None:
    """Scan every hour, deliver every few seconds and keep the search index up to date, until stopped."""
    Worker(current_app._get_current_object()).work()  # type: ignore[attr-defined]  # the app itself, for other threads


def _said_of_failures(failed: int, unsent: int) -> str:
    if not unsent:
        return "0 failed."
    return (
        f"{failed} failed for good, {unsent - failed} tried for more than a day: 'What could not be sent' in the site says why."
    )


def _said_of(run: runs.JobRun | None) -> str:
    if run is None or run.started_at is None:
        return "has never run"
    well = f"last went well {_moment(run.succeeded_at)}" if run.succeeded_at else "never went well"
    badly = f"last failed {_moment(run.failed_at)} ({run.failure})" if run.failed_at else "never failed"
    return f"last started {_moment(run.started_at)}, {well}, {badly}"


def _moment(value: datetime) -> str:
    civil = clock.civil_time(value)
    return f"on {spoken_day(civil.date())} at {civil:%H:%M:%S}"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _lines(due: list[Due], day: date) -> list[str]:
    return [f"{watcher.email}: {headline(item.fact, item.service_name, day)}" for item in due for watcher in item.watchers]
