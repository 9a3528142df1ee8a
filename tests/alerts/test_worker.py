"""The worker: which one leads, what is kept of each job, and who notices when none runs."""

import dataclasses
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Semaphore, Thread

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock, jobs, runs
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db
from partnerdir.runs import JobRun, Lease
from partnerdir.settings import Settings
from partnerdir.worker import Worker
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, days, noon, scan_on
from tests.alerts.post import free_port

FIRST, SECOND = uuid.uuid4(), uuid.uuid4()
BANNER = "Warnings may be late: the worker has not run since"
Client = Callable[[RoleName], FlaskClient]


def takes(holder_id: uuid.UUID, now: datetime) -> bool:
    with make.saved() as session:
        return runs.take_lease(session, holder_id, "a machine", now)


def looked(ago: timedelta, job: str = runs.SCAN) -> None:
    """The job went well so long ago."""
    with make.saved() as session:
        runs.note_run(session, job, succeeded_at=clock.now() - ago)


def run(app: Flask, *command: str) -> Result:
    answer = app.test_cli_runner().invoke(args=command)
    db.session.rollback()
    return answer


def test_of_two_workers_one_leads_until_its_lease_runs_out(app_on_both: Flask) -> None:
    now = clock.now()
    assert takes(FIRST, now)
    assert not takes(SECOND, now + runs.LEASE)
    assert takes(FIRST, now + runs.LEASE)
    assert not takes(SECOND, now + 2 * runs.LEASE)
    assert takes(SECOND, now + 2 * runs.LEASE + timedelta(seconds=1))
    assert not takes(FIRST, now + 2 * runs.LEASE + timedelta(seconds=2))


def test_a_worker_that_stops_lets_another_lead_at_once(app_on_both: Flask) -> None:
    now = clock.now()
    assert takes(FIRST, now)
    with make.saved() as session:
        runs.give_up_lease(session, SECOND)
        runs.give_up_lease(session, FIRST)
    assert takes(SECOND, now)


def test_a_lease_taken_while_the_clock_was_a_day_ahead_keeps_nobody_out(app_on_both: Flask) -> None:
    now = clock.now()
    assert takes(FIRST, now + days(1))
    assert runs.find_lease(now) is None
    assert takes(SECOND, now)
    assert takes(FIRST, now + days(1))


def test_a_worker_that_cannot_reach_the_database_leads_nobody(app: Flask) -> None:
    worker = Worker(app)
    worker.lead()
    assert worker.leads
    Lease.__table__.drop(db.engine)  # type: ignore[attr-defined]  # a table, though its type does not say so
    with pytest.raises(sa.exc.OperationalError):
        worker.lead()
    assert not worker.leads


def test_a_worker_that_does_not_lead_follows_changes_and_delivers_but_does_not_scan(app: Flask) -> None:
    worker, done = Worker(app), {job.command: Event() for job in jobs.JOBS}
    each = [dataclasses.replace(job, run=lambda *_, job=job: done[job.command].set()) for job in jobs.JOBS]
    with worker.keeping(each):
        assert done["alerts deliver"].wait(10)
        assert done["search follow"].wait(10)
        assert not done["alerts scan"].wait(0.5)
        worker.lead()
        assert done["alerts scan"].wait(10)


def test_a_clock_that_is_set_back_holds_no_job_up(app: Flask) -> None:
    turns = Semaphore(0)
    often = dataclasses.replace(jobs.JOBS[2], run=lambda *_: turns.release(), rest=lambda _: 0.1)
    with noon(TODAY), Worker(app).keeping([often]):
        assert turns.acquire(timeout=10)
        with noon(TODAY - days(1)):
            assert all(turns.acquire(timeout=10) for _ in range(3))


def test_what_came_of_each_run_is_kept_and_shown(app_on_both: Flask) -> None:
    def fail(_settings: Settings, _stopping: Event) -> None:
        raise ZeroDivisionError("a fault")

    assert "alerts scan: has never run." in run(app_on_both, "alerts", "status").output
    Worker(app_on_both).run(jobs.JOBS[0])
    Worker(app_on_both).run(dataclasses.replace(jobs.JOBS[1], run=fail))
    scanned, delivered = db.session.get_one(JobRun, "alerts scan"), db.session.get_one(JobRun, "alerts deliver")
    assert scanned.succeeded_at
    assert scanned.failed_at is None
    assert delivered.started_at
    assert delivered.failed_at
    assert (delivered.succeeded_at, delivered.failure) == (None, "ZeroDivisionError: a fault")
    takes(FIRST, clock.now())
    said = run(app_on_both, "alerts", "status").output
    assert "Leads: the worker on a machine." in said
    assert "never went well, last failed on" in said
    assert "(ZeroDivisionError: a fault)." in said
    assert "search follow: has never run." in said
    assert "0 waiting." in said


def test_a_scan_by_hand_counts_as_a_look_and_a_rehearsal_does_not(app: Flask) -> None:
    run(app, "alerts", "scan", "--on", TODAY.isoformat())
    run(app, "alerts", "scan", "--on", TODAY.isoformat(), "--send")
    assert runs.list_runs() == {}
    run(app, "alerts", "scan")
    assert runs.list_runs()[runs.SCAN].succeeded_at


def test_a_job_that_runs_all_the_time_is_written_down_once_a_minute(app: Flask, statements: list[str]) -> None:
    worker = Worker(app)
    idle = dataclasses.replace(jobs.JOBS[2], run=lambda *_: None)
    worker.run(idle)
    statements.clear()
    worker.run(idle)
    assert statements == []


def test_a_note_that_cannot_be_kept_stops_no_job(app: Flask) -> None:
    ran = Event()
    JobRun.__table__.drop(db.engine)  # type: ignore[attr-defined]  # a table, though its type does not say so
    Worker(app).run(dataclasses.replace(jobs.JOBS[0], run=lambda *_: ran.set()))
    assert ran.is_set()


def test_health_is_red_and_says_since_when_no_scan_went_well(visitor: FlaskClient, app: Flask) -> None:
    looked(timedelta(hours=25))
    assert (visitor.get("/health").status_code, visitor.get("/health").json) == (200, {"status": "ok", "failed": 0})
    looked(timedelta(hours=27))
    looked(timedelta(0), job="alerts deliver")
    answer = visitor.get("/health")
    since = db.session.get_one(JobRun, runs.SCAN).succeeded_at
    assert since is not None
    assert answer.status_code == 503
    assert answer.json == {"status": "late", "job": "alerts scan", "since": since.isoformat(timespec="seconds"), "failed": 0}
    looked(timedelta(0))
    assert visitor.get("/health").status_code == 200


def test_a_new_installation_whose_worker_never_ran_has_a_day_and_two_hours(app: Flask, visitor: FlaskClient) -> None:
    assert visitor.get("/health").status_code == 200
    with noon(TODAY), make.saved():
        make.an_organisation()
    with noon(TODAY + days(1)):
        assert visitor.get("/health").status_code == 200
    with noon(TODAY + days(2)):
        answer = visitor.get("/health")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["since"] == f"{TODAY}T12:00:00+00:00"


def test_a_run_that_only_failed_does_not_make_health_green(app: Flask, visitor: FlaskClient) -> None:
    with noon(TODAY), make.saved() as session:
        make.an_organisation()
        runs.note_run(session, runs.SCAN, started_at=clock.now(), failed_at=clock.now() + days(2), failure="a fault")
    with noon(TODAY + days(2)):
        assert visitor.get("/health").status_code == 503


def test_a_good_run_by_a_clock_that_was_days_ahead_is_not_believed(app: Flask, visitor: FlaskClient) -> None:
    looked(-days(3))
    assert visitor.get("/health").status_code == 503


def test_health_asks_the_database_two_things(app: Flask, visitor: FlaskClient, statements: list[str]) -> None:
    looked(timedelta(0))
    visitor.get("/health")
    statements.clear()
    visitor.get("/health")
    assert sum(statement.startswith("SELECT") for statement in statements) == 2


@pytest.mark.parametrize("role", RoleName)
def test_staff_are_told_on_every_page_while_the_worker_does_not_run(client_as: Client, role: RoleName) -> None:
    reader = client_as(role)
    looked(timedelta(hours=25))
    assert BANNER not in reader.get("/").text
    looked(timedelta(hours=27))
    for address in ("/", "/watching", "/manage/services", "/no-such-page"):
        assert BANNER in reader.get(address, follow_redirects=True).text, address


def test_visitors_are_not_told_how_the_worker_is(visitor: FlaskClient) -> None:
    looked(timedelta(hours=27))
    assert BANNER not in visitor.get("/").text


def test_without_a_mail_server_the_worker_warns_once_and_all_goes_on_waiting(
    app: Flask, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app.extensions["settings"] = dataclasses.replace(settings, smtp_host="")
    worker = Worker(app)
    with caplog.at_level(logging.WARNING):
        worker.say_what_waits()
        assert caplog.records == []
        with make.saved():
            a_watched_service(TODAY + days(25))
        scan_on(settings, TODAY)
        for _ in range(3):
            worker.say_what_waits()
            worker.run(jobs.JOBS[1])
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "PARTNERDIR_SMTP_HOST is not set, so no mail is sent; 1 wait and none is lost.")
    ]
    said = run(app, "alerts", "status").output
    assert "1 waiting. No mail is sent: PARTNERDIR_SMTP_HOST is not set." in said


@contextmanager
def a_watchman(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Somebody elsewhere who expects to hear of us: the address, and what was asked."""
    asked: list[str] = []

    class Watchman(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Watchman)
    thread = Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/a-secret", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def scanned_with(app: Flask, **changes: object) -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], **changes)
    Worker(app).run(jobs.JOBS[0])


def test_somebody_elsewhere_hears_of_every_good_scan_and_of_no_other(app: Flask) -> None:
    with a_watchman() as (url, asked):
        scanned_with(app, heartbeat_url=url)
        scanned_with(app, thresholds="none")  # which no scan can go by
    assert asked == ["/a-secret"]


def test_a_watchman_who_does_not_answer_is_logged_without_his_address_and_stops_nothing(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with a_watchman(status=500) as (url, _asked):
        scanned_with(app, heartbeat_url=url)
    scanned_with(app, heartbeat_url=f"http://127.0.0.1:{free_port()}/a-secret")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "a-secret" not in caplog.text
    assert runs.list_runs()[runs.SCAN].failed_at is None
