"""The worker's own process: runs each job in its rhythm, leads while the lease is its own, and stops when told to."""

import logging
import os
import signal
import socket
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread, Timer
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from partnerdir import clock, runs
from partnerdir.alerts.queries import count_waiting
from partnerdir.database import db
from partnerdir.errors import PartnerdirError
from partnerdir.jobs import JOBS, Job, kept, noted
from partnerdir.settings import PREFIX, Settings

SECONDS_TO_STOP = 8
SECONDS_PER_LOOK = 0.2
SECONDS_OF_A_JUMP = 30  # a clock that is put right by less than this holds nothing up for long
SECONDS_PER_RENEWAL = 4.0
SECONDS_PER_NOTE = 60  # a job that runs twice a second is not written down each time
log = logging.getLogger(__name__)


class Worker:
    """Runs the jobs until it is told to stop; a job that fails is logged and stops nothing."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.id = uuid.uuid4()
        self.name = f"{socket.gethostname()}, process {os.getpid()}"
        self.stopping = Event()
        self.is_told_to_stop = self.leads = False
        self.has_warned = False
        self.failures: dict[str, str] = {}
        self.note_due_at: dict[str, float] = {}
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would log every half second that all is well
        self.scheduler = BackgroundScheduler(
            timezone=self.settings.time_zone,
            executors={"default": ThreadPoolExecutor(len(JOBS) + 2)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def work(self) -> None:
        """Works until SIGTERM or SIGINT, then finishes the message in hand."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._be_told)
        log.info("The worker has started.")
        with self.keeping(JOBS):
            self.scheduler.add_job(self._attempt, _every(SECONDS_PER_RENEWAL), ["lease", self.lead], next_run_time=clock.now())
            if not self.settings.smtp_host:
                self.scheduler.add_job(self._attempt, _every(SECONDS_PER_RENEWAL), ["outbox", self.say_what_waits])
            # Not woken by the signal: one that arrives just before this waits, or in another thread, wakes nobody.
            while not self.is_told_to_stop:
                self.stopping.wait(SECONDS_PER_LOOK)
            # A mail server that does not answer must not keep us; its message is claimed and is tried again later.
            last_resort = Timer(SECONDS_TO_STOP, os._exit, [0])
            last_resort.daemon = True
            last_resort.start()
        self._attempt("lease", self.give_up)
        log.info("The worker has stopped.")

    def _be_told(self, *_signal: object) -> None:
        self.is_told_to_stop = True  # and no more: a lock of the event may be held by whoever the signal interrupts

    @contextmanager
    def keeping(self, jobs: Sequence[Job]) -> Iterator[None]:
        """Runs these jobs in their rhythm while the block lasts, at once and after each rest."""
        for job in jobs:
            trigger = _every(job.rest(self.settings))
            self.scheduler.add_job(self._turn, trigger, [job], id=job.command, next_run_time=clock.now())
        self.scheduler.start()
        watch = Thread(target=self._watch_the_clock, daemon=True)
        watch.start()
        try:
            yield
        finally:
            self.stopping.set()
            watch.join()
            self.scheduler.shutdown()

    def run(self, job: Job) -> None:
        """Runs one job once, in a context of its own, and keeps what came of it."""
        if not self.stopping.is_set():
            self._attempt(job.command, lambda: self._run(job))

    def lead(self) -> None:
        """Takes the lease or renews it, so that of several workers one schedules."""
        led, self.leads = self.leads, False  # whoever cannot reach the database leads nobody
        self.leads = kept(lambda session: runs.take_lease(session, self.id, self.name, clock.now()))
        if self.leads and not led and (scan := self.scheduler.get_job(runs.SCAN)):
            scan.modify(next_run_time=clock.now())  # whoever led before may have left something unseen
        if self.leads != led:
            log.info("This worker leads now." if self.leads else "Another worker leads now.")

    def give_up(self) -> None:
        """Lets another worker lead at once."""
        kept(lambda session: runs.give_up_lease(session, self.id))

    def say_what_waits(self) -> None:
        """Warns once that mail is off, as soon as anything waits for it."""
        if not self.has_warned and (waiting := count_waiting()):
            self.has_warned = True
            log.warning("%sSMTP_HOST is not set, so no mail is sent; %s wait and none is lost.", PREFIX, waiting)

    def _turn(self, job: Job) -> None:
        if job.by_every_worker or self.leads:
            self.run(job)

    def _watch_the_clock(self) -> None:
        """Makes every job due when the clock jumps; the scheduler, which goes by it, might wait for a day."""
        ahead = _ahead()
        while not self.stopping.wait(SECONDS_PER_LOOK):
            if abs(_ahead() - ahead) > SECONDS_OF_A_JUMP:
                ahead = _ahead()
                log.warning("The clock has jumped; every job runs now.")
                for job in self.scheduler.get_jobs():
                    job.modify(next_run_time=clock.now())

    def _run(self, job: Job) -> None:
        due_at = self.note_due_at.get(job.command, 0.0)
        if monotonic() < due_at:
            job.run(self.settings, self.stopping)
            return
        self.note_due_at[job.command] = monotonic() + SECONDS_PER_NOTE
        with noted(job.command):
            job.run(self.settings, self.stopping)

    def _attempt(self, name: str, act: Callable[[], None]) -> None:
        """Does it in a context of its own; a failure is logged when it begins, not every few seconds while it lasts."""
        with self.app.app_context():
            try:
                act()
                self.failures.pop(name, None)
            except Exception as error:
                words = f"{type(error).__name__}: {error}"
                if self.failures.get(name) != words:
                    self.failures[name] = words
                    is_known = isinstance(error, PartnerdirError)
                    log.error("'%s' failed and will be tried again: %s", name, words, exc_info=not is_known)
            finally:
                with suppress(Exception):
                    db.session.remove()


def _every(seconds: float) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds)


def _ahead() -> float:
    """Seconds by which the clock is ahead of the counter that nobody can set."""
    return clock.now().timestamp() - monotonic()
