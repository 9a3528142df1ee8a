"""What happens by itself: one table of jobs, each also a command."""

import logging
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Event
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from partnerdir import clock, runs
from partnerdir.alerts.actions import add_alerts
from partnerdir.alerts.auditor import audit
from partnerdir.alerts.due import list_due
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.outbox import Counts, send_waiting
from partnerdir.alerts.queries import count_waiting
from partnerdir.alerts.rules import ChannelName, Due
from partnerdir.database import refresh_statistics, writing
from partnerdir.errors import BadSetting
from partnerdir.search.following import follow_changes
from partnerdir.settings import PREFIX, Settings

TRIES = 3
SECONDS_PER_PING = 10
AUDITED_FOR = timedelta(days=400)
Result = TypeVar("Result")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One thing the worker does: its command, its function, and how many seconds it rests in between.

    Of several workers the one that leads does it, unless it is done by every one.
    """

    command: str
    run: Callable[[Settings, Event], None]
    rest: Callable[[Settings], float]
    by_every_worker: bool = False


def scan(settings: Settings, on: date | None = None) -> list[Due]:
    """Queues what is due today, or on a day that is to count as today, in one transaction."""
    today = clock.today()
    day = on or today
    for attempt in range(1, TRIES + 1):
        try:
            # Looking takes longest and holds nobody up; what it finds is looked at again once the write lock is ours.
            # A service of which two facts are due is looked at once: twice, its deliveries would be doubled and refused.
            found = list(dict.fromkeys(due.service_id for due in list_due(day, settings.threshold_days)))
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


@contextmanager
def noted(command: str) -> Iterator[None]:
    """Keeps when a job started, and when it went well or what was wrong."""
    _note(command, started_at=clock.now())
    try:
        yield
    except Exception as error:
        _note(command, failed_at=clock.now(), failure=f"{type(error).__name__}: {error}")
        raise
    _note(command, succeeded_at=clock.now())


def _note(command: str, **fields: datetime | str) -> None:
    try:
        kept(lambda session: runs.note_run(session, command, **fields))
    except Exception:
        # The job itself matters more than the note; without notes the site says soon enough that something is wrong.
        log.exception("What came of '%s' could not be written down.", command)


def kept(change: Callable[[Session], Result]) -> Result:
    """What a change of the worker's own rows gives, committed; once more when another worker adds the same row."""
    try:
        with writing(by="worker") as session:
            return change(session)
    except IntegrityError:
        with writing(by="worker") as session:
            return change(session)


def _scan_today(settings: Settings, _stopping: Event) -> None:
    kept(refresh_statistics)
    people = sum(len(due.watchers) for due in scan(settings))
    log.info("Looked for what is due: %s to be told.", people)
    if settings.heartbeat_url:
        _ping(settings.heartbeat_url)


def _audit(settings: Settings, _stopping: Event) -> None:
    scan(settings)  # what came due while the machine was down is no difference
    today = clock.today()
    found = audit(today - AUDITED_FOR, today, settings.threshold_days)
    if found:
        log.error("%s differences between what was and what should have been told: 'flask alerts audit' says them.", len(found))


def _ping(url: str) -> None:
    """Tells a watchman elsewhere that the scan went well; whoever does not answer stops nothing."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS_PER_PING):  # noqa: S310  # settings refuse all but http and https
            pass
    except Exception as error:
        # Its address may hold a secret, so the log keeps only what was wrong.
        log.warning("%sHEARTBEAT_URL could not be reached: %s", PREFIX, type(error).__name__)


def _deliver(settings: Settings, stopping: Event) -> None:
    if not settings.smtp_host:
        return  # the worker says so once; what waits goes on waiting
    counts = deliver(settings, stopping)
    if counts:
        log.info("Mail: %s.", ", ".join(f"{number} {state}" for state, number in sorted(counts.items())))


def _follow(settings: Settings, _stopping: Event) -> None:
    follow_changes(settings.resolved_index_folder)


JOBS = (
    Job(runs.SCAN, _scan_today, lambda settings: settings.scan_every_minutes * 60),
    # Claims see to it that each is sent once, so that a worker whose mail server answers makes up for one whose does not.
    Job("alerts deliver", _deliver, lambda _: 5, by_every_worker=True),
    # Each machine that serves the site has an index folder of its own; a lock in the folder lets one follow at a time.
    Job("search follow", _follow, lambda _: 0.5, by_every_worker=True),
    Job("alerts audit", _audit, lambda _: 24 * 60 * 60),
)
