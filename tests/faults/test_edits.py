"""What people change while warnings wait or after they went: the truth of the moment is told, once."""

import uuid

import pytest
import sqlalchemy as sa

from partnerdir.accounts.actions import add_account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.merging import merge_service, reopen_service
from partnerdir.alerts.models import Alert
from partnerdir.alerts.receipts import acknowledge
from partnerdir.database import db
from partnerdir.directory.actions import change_service
from partnerdir.directory.closing import close_service
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ClosingReason, ServiceStatus
from partnerdir.errors import BadInput
from partnerdir.funding.models import Fund, FundingWindow
from partnerdir.funding.rules import EndKind
from tests import make
from tests.alerts.cast import (
    END,
    TODAY,
    WORKER,
    a_watched_service,
    a_watcher,
    days,
    deliver_on,
    ledger,
    move_end,
    noon,
    scan_on,
    watch,
)
from tests.faults.conftest import Outcome
from tests.faults.ground import Ground, Tally
from tests.faults.table import shows


@pytest.fixture
def queued(ground: Ground) -> uuid.UUID:
    """One warning waits; this is the service it is about."""
    with make.saved():
        service_id = a_watched_service(END).id
    scan_on(ground.settings, TODAY)
    return service_id


def run_on(ground: Ground, *day_numbers: int) -> None:
    """Scans and sends once on each of these days, counted from today."""
    for number in day_numbers:
        scan_on(ground.settings, TODAY + days(number))
        deliver_on(ground.settings, TODAY + days(number))


@shows("edits", "brought forward after queueing")
def test_an_end_brought_forward_after_queueing_is_told_as_it_is_now(
    ground: Ground, outcome: Outcome, queued: uuid.UUID
) -> None:
    move_end(queued, TODAY + days(12))
    deliver_on(ground.settings, TODAY)
    run_on(ground, 0, 1)
    ground.expect(TODAY + days(12))
    outcome.holds(ground.tally())


@shows("edits", "extended after the warning: the new end is told in its turn, the old one never again")
def test_an_end_extended_after_the_warning_is_told_when_the_new_one_is_near(
    ground: Ground, outcome: Outcome, queued: uuid.UUID
) -> None:
    run_on(ground, 0)
    move_end(queued, END + days(365))
    run_on(ground, 1, 26, 365)
    ground.expect(END)
    ground.expect(END + days(365))
    outcome.holds(ground.tally())


@shows("edits", "extended and shortened back within a minute")
def test_an_end_extended_and_shortened_back_is_told_once(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    move_end(queued, END + days(365))
    scan_on(ground.settings, TODAY)
    move_end(queued, END)
    run_on(ground, 0, 0)
    move_end(queued, END + days(365))
    scan_on(ground.settings, TODAY)
    move_end(queued, END)
    run_on(ground, 0, 1)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "set to unknown after queueing, and dated again")
def test_an_end_that_is_unknown_is_not_told_until_it_is_known_again(
    ground: Ground, outcome: Outcome, queued: uuid.UUID
) -> None:
    move_end(queued, None, end_kind=EndKind.UNKNOWN)
    run_on(ground, 0, 1)
    assert ground.post.mails == []
    move_end(queued, END, end_kind=EndKind.FIXED)
    run_on(ground, 2, 3)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "closed after queueing, and opened again")
def test_a_service_that_is_closed_and_opened_again_is_told_of_once(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    for status in (ServiceStatus.CLOSED, ServiceStatus.ACTIVE):
        with make.saved():
            change_service(db.session.get_one(Service, queued), {"status": status})
        run_on(ground, 0)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "archived after the warning went out, and back: each is told once, and the warnings go on where they were")
def test_a_service_that_is_archived_after_the_warning_and_brought_back(
    ground: Ground, outcome: Outcome, queued: uuid.UUID
) -> None:
    run_on(ground, 0)
    with noon(TODAY + days(1)), make.saved():
        close_service(db.session.get_one(Service, queued), TODAY + days(1), ClosingReason.PROVIDER_CLOSED)
    run_on(ground, 1, 2)
    with noon(TODAY + days(3)), make.saved():
        reopen_service(db.session.get_one(Service, queued))
    run_on(ground, 3, 4, 11)
    ground.expect(END)
    ground.expect(END)
    outcome.holds(ground.tally())
    told = [(kind, threshold) for _, kind, _, threshold, state in ledger() if state == "sent"]
    assert told == [("ending", 30), ("closed", None), ("reopened", None), ("ending", 14)]


@shows("edits", "merged into another service after queueing, and taken apart again: the end of each is told once")
def test_a_service_that_is_merged_and_taken_apart_again(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    with make.saved() as session:
        other = make.a_service("Quay Family Support")
        make.a_window(other, END + days(1), fund=session.scalars(sa.select(Fund)).one())
    with noon(TODAY), make.saved():
        merge_service(db.session.get_one(Service, queued), other, TODAY)
    run_on(ground, 0, 0)
    ground.expect(END + days(1), name=other.name)
    assert ground.tally() == Tally(1, 0, 0, 0)
    with noon(TODAY + days(1)), make.saved():
        reopen_service(db.session.get_one(Service, queued))
    run_on(ground, 1, 2)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "recipient deactivated in between, and back")
def test_a_closed_account_gets_nothing_and_is_told_when_it_is_open_again(
    ground: Ground, outcome: Outcome, queued: uuid.UUID
) -> None:
    with make.saved():
        a_watcher().active = False
    run_on(ground, 0, 1)
    assert ground.post.mails == []
    with make.saved():
        a_watcher().active = True
    run_on(ground, 2, 3)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "address changed after queueing, and after sending")
def test_a_changed_address_gets_what_waits_and_nothing_twice(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    with make.saved():
        a_watcher().email = "new@housing.example"
    run_on(ground, 0)
    with make.saved():
        a_watcher("new@housing.example").email = "newer@housing.example"
    run_on(ground, 0, 1)
    ground.expect(END, to="new@housing.example")
    outcome.holds(ground.tally())


@shows("edits", "two accounts with one address: the second is refused, and the first is told once")
def test_a_second_account_with_the_same_address_is_refused(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    for address in (WORKER, WORKER.upper(), f" {WORKER.title()} "):
        with pytest.raises(BadInput, match="already an account"), make.saved():
            add_account(address, RoleName.FRONTLINE)
    run_on(ground, 0, 1)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "recipient added after the warning went out")
def test_whoever_begins_to_watch_late_is_told_the_warning_that_stands(
    ground: Ground, outcome: Outcome, queued: uuid.UUID
) -> None:
    run_on(ground, 0)
    with make.saved():
        watch(db.session.get_one(Service, queued), "late@housing.example", TODAY + days(3))
    run_on(ground, 3, 4)
    ground.expect(END)
    ground.expect(END, to="late@housing.example")
    outcome.holds(ground.tally())


@shows("edits", "acknowledged by one worker only: both are told the next threshold")
def test_what_one_worker_acknowledges_is_still_told_to_the_other(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    with make.saved():
        watch(db.session.get_one(Service, queued), "other@housing.example")
    run_on(ground, 0)
    with make.saved() as session:
        alert = session.scalars(sa.select(Alert).where(Alert.threshold == 30)).one()
        acknowledge(a_watcher().id, alert)
    run_on(ground, 1, 12, 13)
    for address in (WORKER, WORKER, "other@housing.example", "other@housing.example"):
        ground.expect(END, to=address)
    outcome.holds(ground.tally())


@shows("edits", "an import changes 500 dates after queueing")
def test_five_hundred_dates_changed_at_once_are_each_told_once(ground: Ground, outcome: Outcome) -> None:
    with make.saved():
        for number in range(500):
            a_watched_service(END, f"Service {number}")
    scan_on(ground.settings, TODAY)
    with make.saved() as session:
        session.execute(sa.update(FundingWindow).values(ends_on=END - days(1)))
    run_on(ground, 0, 0, 0)
    for number in range(500):
        ground.expect(END - days(1), name=f"Service {number}")
    outcome.holds(ground.tally())


@shows("edits", "title changed after sending")
def test_a_new_name_is_no_news(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    run_on(ground, 0)
    with make.saved():
        change_service(db.session.get_one(Service, queued), {"name": "Harbour Families"})
    run_on(ground, 1, 2)
    ground.expect(END)
    outcome.holds(ground.tally())


@shows("edits", "the window is removed while its mail waits, and put back")
def test_a_window_that_is_removed_and_put_back_is_told_once(ground: Ground, outcome: Outcome, queued: uuid.UUID) -> None:
    with make.saved() as session:
        session.execute(sa.delete(FundingWindow))
    run_on(ground, 0)
    assert ground.post.mails == []
    with make.saved():
        make.a_window(db.session.get_one(Service, queued), END, fund=make.a_fund("Next", "Other"))
    run_on(ground, 1, 2)
    ground.expect(END)
    outcome.holds(ground.tally())
