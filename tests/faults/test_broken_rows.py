"""One row that cannot be read, worded or sent stops nothing else, and is sent once it is mended."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date

import pytest

from partnerdir import clock
from tests import make
from tests.alerts.cast import watch
from tests.faults.conftest import Outcome
from tests.faults.ground import Ground
from tests.faults.table import shows

pytestmark = pytest.mark.processes
OF_FIRST = "SELECT min(service_id) FROM alert"


def plant(ground: Ground, *statements: str) -> list[Sequence[object]]:
    """Writes past every check that the database makes, as a bad disk or a bad hand would."""
    with closing(sqlite3.connect(ground.folder / "partnerdir.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        return [row for statement in statements for row in connection.execute(statement).fetchall()]


@shows("crash", "broken rows in the outbox do not stop the others")
def test_rows_that_cannot_be_read_are_marked_and_stop_no_others(ground: Ground, outcome: Outcome) -> None:
    ground.queue(30, each=3)
    plant(ground, f"UPDATE alert SET kind = 'rubbish' WHERE threshold = 30 AND service_id = ({OF_FIRST})")
    one = "(SELECT min(d.id) FROM delivery d JOIN alert a ON a.id = d.alert_id WHERE a.kind = 'ending')"
    (delivery_id,) = plant(ground, f"SELECT {one}")[0]
    plant(ground, f"UPDATE delivery SET channel = 'pigeon' WHERE id = '{delivery_id}'")
    assert ground.run("alerts", "deliver").startswith("19 sent, 11 to be tried again")
    assert [reason for (reason,) in plant(ground, "SELECT reason FROM delivery WHERE state = 'waiting' AND reason = ''")] == []
    plant(ground, "UPDATE alert SET kind = 'ending' WHERE kind = 'rubbish'", "UPDATE delivery SET channel = 'email'")
    ground.let_claims_run_out()
    assert ground.run("alerts", "deliver").startswith("11 sent")
    outcome.holds(ground.tally())


@shows("crash", "money that ends in the year 9999 does not stop the scan")
def test_a_window_that_ends_in_the_year_9999_does_not_stop_the_scan(ground: Ground, outcome: Outcome) -> None:
    ground.add_due(20)
    with make.saved():
        service = make.a_service("Eternal")
        make.a_window(service, clock.today(), fund=make.a_fund("Forever", "Other"))
        watch(service, day=clock.today())
    plant(ground, f"UPDATE funding_window SET ends_on = '{date.max}' WHERE service_id = '{service.id.hex}'")
    ground.run("-m", "tests.faults.dying_senders", "nowhere")
    outcome.holds(ground.tally())


@shows("crash", "a window whose date cannot be read does not stop the scan")
def test_a_window_with_a_date_that_cannot_be_read_does_not_stop_the_scan(ground: Ground, outcome: Outcome) -> None:
    ground.add_due(20)
    with make.saved():
        service = make.a_service("Broken")
        make.a_window(service, clock.today(), fund=make.a_fund("Broken", "Other"))
        watch(service, day=clock.today())
    plant(ground, f"UPDATE funding_window SET ends_on = '0000-99-99' WHERE service_id = '{service.id.hex}'")
    ground.start("-m", "tests.faults.dying_senders", "nowhere").communicate(timeout=120)
    outcome.holds(ground.tally())
