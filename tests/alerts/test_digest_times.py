"""Which mail an alert goes in when its reader has a pace, quiet hours, a pause or a snooze."""

from datetime import UTC, datetime, time, timedelta
from threading import Event

import sqlalchemy as sa
import time_machine

from partnerdir import jobs
from partnerdir.alerts.choices import change_choice, change_pause
from partnerdir.alerts.models import Alert, AlertChoice, Delivery
from partnerdir.alerts.receipts import snooze
from partnerdir.alerts.rules import DeliveryState, Pace
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watcher, days, deliver_on, move_end, scan_on
from tests.alerts.post import Post
from tests.alerts.test_digests import named_in, queue_some, states
from tests.alerts.test_notices import text_of

MONDAY = TODAY + days(3)


def use_default_pace() -> None:
    """The worker has chosen nothing."""
    with make.saved() as session:
        session.execute(sa.delete(AlertChoice))


def test_who_chose_nothing_is_told_of_what_is_urgent_now_and_of_the_rest_on_monday_in_one(
    queued_here: Settings, mail_server: Post
) -> None:
    use_default_pace()
    services = queue_some(queued_here)
    assert deliver_on(queued_here)[DeliveryState.SENT] == 1
    assert [named_in(mail) for mail in mail_server.mails] == [["Gamma"]]
    move_end(services["Alpha"].id, TODAY + days(12))
    scan_on(queued_here, TODAY + days(1))
    assert deliver_on(queued_here, TODAY + days(1))[DeliveryState.SENT] == 1
    assert named_in(mail_server.mails[1]) == ["Alpha"]
    deliver_on(queued_here, MONDAY)
    (monday,) = mail_server.mails[2:]
    assert sorted(named_in(monday)) == ["Beta", "Delta"]
    assert "Harbour Family Support" in text_of(monday)
    assert set(states().values()) == {"sent"}


def test_what_is_looked_at_a_second_apart_still_goes_in_one_on_monday_morning(queued_here: Settings, mail_server: Post) -> None:
    """The waits of what is held back end a breath apart; whoever comes first brings the others along."""
    use_default_pace()
    queue_some(queued_here)
    deliver_on(queued_here)
    mail_server.mails.clear()
    morning = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 8, tzinfo=UTC)
    with make.saved() as session:
        held = session.scalars(sa.select(Delivery).where(Delivery.state == DeliveryState.WAITING)).all()
        for number, delivery in enumerate(held):
            delivery.next_try_at = morning + timedelta(milliseconds=300 * number)
    with time_machine.travel(morning + timedelta(milliseconds=10), tick=True):
        assert jobs.deliver(queued_here, Event())[DeliveryState.SENT] == len(held) == 4
    assert len(mail_server.mails) == 1


def test_what_a_reader_put_off_stays_behind_and_goes_on_its_day(queued_here: Settings, mail_server: Post) -> None:
    services = queue_some(queued_here)
    with make.saved() as session:
        alert = session.scalars(sa.select(Alert).where(Alert.service_id == services["Delta"].id, Alert.threshold == 30)).one()
        snooze(a_watcher().id, alert, MONDAY, TODAY)
    assert deliver_on(queued_here) == {"sent": 4, "waiting": 1}
    assert "Delta" not in text_of(mail_server.mails[0])
    deliver_on(queued_here, MONDAY)
    assert named_in(mail_server.mails[1]) == ["Delta"]


def test_a_batch_under_way_is_held_as_a_whole_by_a_pause_and_by_quiet_hours(queued_here: Settings, mail_server: Post) -> None:
    queue_some(queued_here)
    mail_server.answer_to_data = "451 Try later"
    deliver_on(queued_here)
    mail_server.answer_to_data = "250 Kept"
    with make.saved():
        change_pause(a_watcher().id, is_paused=True)
    assert deliver_on(queued_here) == {"waiting": 5}
    with make.saved():
        change_pause(a_watcher().id, is_paused=False)
        change_choice(a_watcher().id, Pace.AT_ONCE, time(11), time(13))
    assert deliver_on(queued_here) == {"waiting": 5}
    with make.saved():
        change_choice(a_watcher().id, Pace.AT_ONCE, None, None)
    assert deliver_on(queued_here) == {"sent": 5}
    assert len(mail_server.mails) == 1
