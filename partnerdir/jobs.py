"""What happens by itself: one table of jobs, each also a command."""

import logging
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Event
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from partnerdir import clock, runs
from partnerdir.alerts.actions import add_alerts
from partnerdir.alerts.audit_alerts import tell_differences
from partnerdir.alerts.auditor import audit
from partnerdir.alerts.due import list_due
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.marks import keep_mark, look_for
from partnerdir.alerts.new_matches import add_new_matches
from partnerdir.alerts.outbox import Channel, Counts, send_waiting
from partnerdir.alerts.queries import count_waiting
from partnerdir.alerts.rules import ChannelName, Due
from partnerdir.alerts.webhook import Webhooks
from partnerdir.database import db, refresh_statistics, writing
from partnerdir.errors import BadSetting
from partnerdir.lists.actions import add_matches
from partnerdir.lists.queries import find_search, list_searches_to_ask
from partnerdir.lists.rules import MOST_MATCHES
from partnerdir.search.carrying import unpacked
from partnerdir.search.finder import Finder
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


def scan(settings: Settings, on: date | None = None, everything: bool = False) -> list[Due]:
    """Queues what is due today, or on a day that is to count as today, in one transaction.

    It asks about what changed and came due since the last scan where that may be believed, unless about `everything`.
    """
    today = clock.today()
    day = on or today
    for attempt in range(1, TRIES + 1):
        try:
            # Looking takes longest and holds nobody up; what it finds is looked at again once the write lock is ours.
            # A service of which two facts are due is looked at once: twice, its deliveries would be doubled and refused.
            look = look_for(day, settings.threshold_days, settings.review_after_days, everything)
            found = list(dict.fromkeys(due.service_id for due in _list_due(day, settings, look.service_ids)))
            if not found and not look.says_something_new:
                return []
            with writing(by="alert scan"):
                due = _list_due(day, settings, found)
                add_alerts(due, day, rehearsed_on=None if day == today else day)
                if day == today:
                    keep_mark(look)
            return due
        except IntegrityError:
            # Another scan of the same moment was first; what it recorded is not due any more.
            if attempt == TRIES:
                raise
    return []


def _list_due(day: date, settings: Settings, among: Sequence[UUID]) -> list[Due]:
    return list_due(day, settings.threshold_days, among, settings.review_after_days)


def deliver(settings: Settings, stopping: Event) -> Counts:
    """Sends what waits in the outbox.

    Raises: BadSetting when no mail server is named, once all else is sent; Unreachable when one is down.
    """
    counts = _sent(settings, stopping)
    if not settings.smtp_host:
        raise BadSetting(f"{PREFIX}SMTP_HOST", f"is not set, so no mail is sent; {count_waiting()} wait and none is lost")
    return counts


def _sent(settings: Settings, stopping: Event) -> Counts:
    channels: dict[ChannelName, Channel] = {ChannelName.EMAIL: MailServer(settings), ChannelName.WEBHOOK: Webhooks(settings)}
    return send_waiting(channels, settings, stopping.is_set)


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
    with writing(by="auditor"):
        tell_differences(found, today)
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
    counts = _sent(settings, stopping)  # without a mail server the worker says so once, and what waits for it goes on waiting
    if counts:
        log.info("Told: %s.", ", ".join(f"{number} {state}" for state, number in sorted(counts.items())))


def ask_saved_searches(settings: Settings, stopping: Event) -> int:
    """Asks each saved search that was not asked today, and says how many services are to be told of.

    Raises: NoIndex. What was asked before it stays asked, and the rest is asked the next time.
    """
    today, told = clock.today(), 0
    waiting = list_searches_to_ask(today)
    if not waiting:
        return 0
    finder = Finder(settings.resolved_index_folder)
    try:
        for search_id in waiting:
            if stopping.is_set():
                break
            told += _ask(search_id, finder, today)
    finally:
        finder.close()
    return told


def _ask(search_id: UUID, finder: Finder, today: date) -> int:
    """Asks one saved search; what is found is remembered in the transaction that queues it, so that none is told twice."""
    search = find_search(search_id)
    question = unpacked(search.question, MOST_MATCHES) if search else None
    db.session.rollback()  # asking may take a moment, and nothing is held meanwhile
    if question is None:
        return 0
    answer = finder.find(question)
    with writing(by="saved searches"):
        search = find_search(search_id)
        if search is None or search.looked_on == today:
            return 0
        new = add_matches(search, answer.service_ids, answer.total, today)
        add_new_matches(search, new, today)
    return len(new)


def _ask_saved_searches(settings: Settings, stopping: Event) -> None:
    told = ask_saved_searches(settings, stopping)
    if told:
        log.info("Saved searches asked: %s new matches.", told)


def _follow(settings: Settings, _stopping: Event) -> None:
    follow_changes(settings.resolved_index_folder)


JOBS = (
    Job(runs.SCAN, _scan_today, lambda settings: settings.scan_every_minutes * 60),
    # Claims see to it that each is sent once, so that a worker whose mail server answers makes up for one whose does not.
    Job("alerts deliver", _deliver, lambda _: 5, by_every_worker=True),
    # Each machine that serves the site has an index folder of its own; a lock in the folder lets one follow at a time.
    Job("search follow", _follow, lambda _: 0.5, by_every_worker=True),
    Job("alerts audit", _audit, lambda _: 24 * 60 * 60),
    # Each search is asked once a day; looking often makes up for a worker that was down.
    Job("search ask", _ask_saved_searches, lambda _: 60 * 60),
)
