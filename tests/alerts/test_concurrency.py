"""Several scans at the same moment record each fact once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from flask import Flask

from partnerdir import jobs
from partnerdir.database import db
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, ledger

AT_ONCE = 4
SERVICES = 20


def test_scans_that_run_at_the_same_moment_queue_each_warning_once(app_on_both: Flask, settings_on_both: Settings) -> None:
    with make.saved():
        for number in range(SERVICES):
            a_watched_service(TODAY + timedelta(25), f"Service {number}")
    start = Barrier(AT_ONCE)

    def scan(_number: int) -> int:
        with app_on_both.app_context():
            start.wait(10)
            try:
                return len(jobs.scan(settings_on_both, on=TODAY))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = list(threads.map(scan, range(AT_ONCE)))
    assert sorted(found) == [0, 0, 0, SERVICES]
    assert len(ledger()) == SERVICES
