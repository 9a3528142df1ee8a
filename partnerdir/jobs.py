"""What happens by itself: one table of jobs, each also a command, run in the worker's own process."""

import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from threading import Event, Timer

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy.exc import IntegrityError

from partnerdir import clock
from partnerdir.alerts.actions import add_alerts
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.outbox import Counts, send_waiting
from partnerdir.alerts.queries import Due, count_waiting, list_due
from partnerdir.alerts.rules import ChannelName
from partnerdir.database import db, writing
from partnerdir.errors import BadSetting, PartnerdirError
from partnerdir.search.following import follow_changes
from partnerdir.settings import PREFIX, Settings

TRIES = 3
SECONDS_TO_STOP = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One thing the worker does: its command, its function, and when."""

    command: str
    run: Callable[[Settings, Event], None]
    trigger: Callable[[Settings], BaseTrigger]


def scan(settings: Settings, on: date | None = None) -> list[Due]:
    """Queues what is due today, or on a day that is to count as today, in one transaction."""
    today = clock.today()
    day = on or today
    for attempt in range(1, TRIES + 1):
        try:
            # Looking takes longest and holds nobody up; what it finds is looked at again once the write lock is ours.
            found = [due.service_id for due in list_due(day, settings.threshold_days)]
            if not found:
                return []
            with writing(by="alert scan"):
                due = list_due(day, settings.threshold_days, among=found)
                add_alerts(due, day, rehearsed_on=None if day == today else day)
            return due
        except IntegrityError:
            # Another scan of the same moment was first; what it recorded is not due any more.
            if attempt == TRIES:
                raise
    return []


def deliver(settings: Settings, stopping: Event) -> Counts:
    """Sends what waits in the outbox. Raises: BadSetting when no mail server is named; Unreachable when it is down."""
    if not settings.smtp_host:
        raise BadSetting(f"{PREFIX}SMTP_HOST", f"is not set, so no mail is sent; {count_waiting()} wait and none is lost")
    return send_waiting({ChannelName.EMAIL: MailServer(settings)}, settings, stopping.is_set)


def _scan_today(settings: Settings, _stopping: Event) -> None:
    people = sum(len(due.watchers) for due in scan(settings))
    log.info("Looked for what is due: %s to be told.", people)


def _deliver(settings: Settings, stopping: Event) -> None:
    counts = deliver(settings, stopping)
    if counts:
        log.info("Mail: %s.", ", ".join(f"{number} {state}" for state, number in sorted(counts.items())))


def _follow(settings: Settings, _stopping: Event) -> None:
    follow_changes(settings.resolved_index_folder)


def _daily(settings: Settings) -> BaseTrigger:
    try:
        at = time.fromisoformat(settings.scan_at)
    except ValueError as wrong:
        raise BadSetting(f"{PREFIX}SCAN_AT", f"must be a time like 06:30, not {settings.scan_at!r}") from wrong
    return CronTrigger(hour=at.hour, minute=at.minute, timezone=settings.time_zone)


def _every(seconds: float) -> Callable[[Settings], BaseTrigger]:
    return lambda settings: IntervalTrigger(seconds=seconds, timezone=settings.time_zone)


JOBS = (
    Job("alerts scan", _scan_today, _daily),
    Job("alerts deliver", _deliver, _every(5)),
    Job("search follow", _follow, _every(0.5)),
)


class Worker:
    """Runs the jobs until it is told to stop; a job that fails is logged and stops nothing."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.stopping = Event()
        self.failures: dict[str, str] = {}

    def work(self) -> None:
        """Works until SIGTERM or SIGINT, then finishes the message in hand."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        scheduler = self._scheduler()
        scheduler.start()
        log.info("The worker has started.")
        self.stopping.wait()
        # A mail server that does not answer must not keep us; its message is claimed and is tried again later.
        last_resort = Timer(SECONDS_TO_STOP, os._exit, [0])
        last_resort.daemon = True
        last_resort.start()
        scheduler.shutdown()
        log.info("The worker has stopped.")

    def run(self, job: Job) -> None:
        """Runs one job once, in a context of its own."""
        if self.stopping.is_set():
            return
        with self.app.app_context():
            try:
                job.run(self.settings, self.stopping)
                self.failures.pop(job.command, None)
            except Exception as error:
                self._log_once(job, error)
            finally:
                db.session.remove()

    def _scheduler(self) -> BackgroundScheduler:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would log every half second that all is well
        scheduler = BackgroundScheduler(
            timezone=self.settings.time_zone,
            executors={"default": ThreadPoolExecutor(len(JOBS))},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for job in JOBS:
            # Everything runs at once at the start too: whatever was missed while the machine was down is still due.
            scheduler.add_job(self.run, job.trigger(self.settings), [job], name=job.command, next_run_time=clock.now())
        return scheduler

    def _log_once(self, job: Job, error: Exception) -> None:
        """Logs a failure when it begins, not every few seconds while it lasts."""
        words = f"{type(error).__name__}: {error}"
        if self.failures.get(job.command) != words:
            self.failures[job.command] = words
            log.error(
                "'%s' failed and will be tried again: %s", job.command, words, exc_info=not isinstance(error, PartnerdirError)
            )
