"""The commands of alerts, and the worker that runs them by itself."""

import dataclasses
import logging
from threading import Event

import pytest
from click.testing import Result
from flask import Flask

from partnerdir import jobs
from partnerdir.settings import Settings
from partnerdir.worker import Worker
from tests import make
from tests.alerts.cast import TODAY, WORKER, a_watched_service, days, ledger, noon
from tests.alerts.post import Post


def run(app: Flask, *command: str) -> Result:
    return app.test_cli_runner().invoke(args=command)


def test_scan_and_deliver_send_what_is_due_and_then_nothing(app: Flask, mail_server: Post) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25))
    with noon(TODAY):
        assert "1 queued." in run(app, "alerts", "scan").output
        assert run(app, "alerts", "deliver").output == "1 sent; 0 waiting.\n"
        assert run(app, "alerts", "scan").output == "0 queued.\n"
        assert run(app, "alerts", "deliver").output == "Nothing to send; 0 waiting.\n"
    assert mail_server.recipients == [WORKER]


def test_a_day_that_is_given_with_send_is_queued_and_sent(app: Flask, mail_server: Post) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25))
    assert "1 queued." in run(app, "alerts", "scan", "--on", TODAY.isoformat(), "--send").output
    assert run(app, "alerts", "deliver").output == "1 sent; 0 waiting.\n"
    assert run(app, "alerts", "scan", "--on", TODAY.isoformat(), "--send").output == "0 queued.\n"


def test_a_day_that_is_none_is_refused_in_words(app: Flask) -> None:
    answer = run(app, "alerts", "scan", "--on", "2027-02-30")
    assert answer.exit_code != 0
    assert "'2027-02-30' does not match" in answer.output


def test_without_a_mail_server_deliver_fails_with_one_sentence_that_names_the_setting(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = dataclasses.replace(settings, smtp_host="")
    answer = run(app, "alerts", "deliver")
    assert answer.exit_code == 1
    assert answer.output == "Error: PARTNERDIR_SMTP_HOST is not set, so no mail is sent; 0 wait and none is lost.\n"


def test_every_job_is_also_a_command(app: Flask) -> None:
    for job in jobs.JOBS:
        answer = run(app, *job.command.split(), "--help")
        assert answer.exit_code == 0, job.command


def test_a_job_that_fails_is_logged_once_and_stops_no_other(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    worker, ran = Worker(app), Event()

    def fail(_settings: Settings, _stopping: Event) -> None:
        raise ZeroDivisionError("a fault")

    failing = dataclasses.replace(jobs.JOBS[0], run=fail)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            worker.run(failing)
    assert [record.message for record in caplog.records] == [
        "'alerts scan' failed and will be tried again: ZeroDivisionError: a fault"
    ]
    worker.run(dataclasses.replace(jobs.JOBS[1], run=lambda *_: ran.set()))
    assert ran.is_set()


def test_the_scan_job_queues_for_today(app: Flask) -> None:
    with make.saved():
        a_watched_service(TODAY + days(25))
    with noon(TODAY):
        Worker(app).run(jobs.JOBS[0])
    assert len(ledger()) == 1
