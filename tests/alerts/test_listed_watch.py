"""A watch on a list: everything on it is watched, by whoever may read it, for as long as they may."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from partnerdir.alerts import ways
from partnerdir.alerts.actions import add_wider_watch, retire_watch
from partnerdir.alerts.models import Delivery, Watch
from partnerdir.alerts.queries import find_wider_watch
from partnerdir.alerts.rules import DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.lists import actions
from partnerdir.lists.models import Shortlist
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import END, TODAY, a_watcher, days, deliver_on, ledger, noon, scan_on, watch
from tests.alerts.post import Post

MATE = "mate@housing.example"


def a_service_that_ends(name: str = "Harbour Family Support", ends_on: object = END) -> Service:
    service = make.a_service(name)
    make.a_window(service, ends_on, fund=make.a_fund(name, name))  # type: ignore[arg-type]  # a day
    return service


def a_list(*services: Service) -> Shortlist:
    """A list of the worker's, as of today."""
    with noon(TODAY):
        made = actions.add_shortlist(a_watcher().id, "Tuesday visits")
        actions.add_entries(made, [service.id for service in services], a_watcher().id)
    return made


def whys() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Delivery.why).order_by(Delivery.why)))


@pytest.fixture
def shortlist(app_on_both: Flask) -> Shortlist:
    """A list with a service whose money ends soon, watched by the worker."""
    with make.saved():
        made = a_list(a_service_that_ends())
        add_wider_watch(a_watcher().id, TODAY, shortlist_id=made.id)
    return made


def test_everything_on_a_watched_list_is_told_once_with_the_lists_name(
    shortlist: Shortlist, settings_on_both: Settings, mail_server: Post
) -> None:
    scan_on(settings_on_both, TODAY, TODAY)
    assert whys() == ["It is on your list “Tuesday visits”."]
    deliver_on(settings_on_both)
    (mail,) = mail_server.mails
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # every mail of ours has a plain part
    assert "You get this because it is on your list “Tuesday visits”" in " ".join(text.split())
    assert "Tuesday visits" not in mail["Subject"]
    assert "Harbour" not in mail["Subject"]


def test_whoever_watches_the_service_too_is_told_once_for_the_closest_reason(
    shortlist: Shortlist, settings_on_both: Settings
) -> None:
    with make.saved():
        second = a_list(db.session.get_one(Service, shortlist.entries[0].service_id))
        add_wider_watch(a_watcher().id, TODAY, shortlist_id=second.id)
        watch(db.session.get_one(Service, shortlist.entries[0].service_id))
    scan_on(settings_on_both, TODAY)
    assert whys() == ["You watch this service."]


def test_a_service_put_on_a_watched_list_later_is_found_by_the_next_scan_of_the_day(
    shortlist: Shortlist, settings_on_both: Settings
) -> None:
    scan_on(settings_on_both, TODAY)
    with make.saved(), noon(TODAY):
        second = a_service_that_ends("Second")
    with make.saved(), noon(TODAY):
        actions.add_entries(shortlist, [second.id], a_watcher().id)
    scan_on(settings_on_both, TODAY)
    assert len(ledger()) == 2


def test_what_had_ended_when_it_was_put_on_the_list_is_not_told(shortlist: Shortlist, settings_on_both: Settings) -> None:
    with make.saved(), noon(TODAY):
        actions.add_entries(shortlist, [a_service_that_ends("Ended", TODAY - days(3)).id], a_watcher().id)
    scan_on(settings_on_both, TODAY)
    assert [kind for _, kind, *_ in ledger()] == ["ending"]


def test_what_is_taken_off_the_list_is_dropped_with_its_reason(
    shortlist: Shortlist, settings_on_both: Settings, mail_server: Post
) -> None:
    scan_on(settings_on_both, TODAY)
    with make.saved():
        actions.retire_entry(shortlist, shortlist.entries[0].service_id, a_watcher().id)
    deliver_on(settings_on_both)
    delivery = db.session.scalars(sa.select(Delivery)).one()
    assert (delivery.state, delivery.reason) == (
        DeliveryState.DROPPED,
        "It was taken off the list, or the list is watched no more, before this was sent.",
    )
    assert mail_server.mails == []


@pytest.fixture
def shared(app: Flask) -> Shortlist:
    """A list of the worker's that is shared with a colleague, who watches it."""
    with make.saved():
        made, mate = a_list(a_service_that_ends()), a_watcher(MATE)
        actions.add_share(made, False, account_id=mate.id)
        add_wider_watch(mate.id, TODAY, shortlist_id=made.id)
    return made


def test_a_colleague_who_watches_a_shared_list_is_told_and_its_maker_is_not(shared: Shortlist, settings: Settings) -> None:
    scan_on(settings, TODAY)
    assert [email for email, *_ in ledger()] == [MATE]


def test_whom_a_list_is_no_longer_shared_with_is_told_nothing_by_it(shared: Shortlist, settings: Settings) -> None:
    with make.saved():
        actions.retire_share(shared, shared.shares[0].id)
    scan_on(settings, TODAY)
    assert ledger() == []


def test_a_way_that_does_not_ask_who_may_read_is_caught(
    shared: Shortlist, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make.saved():
        actions.retire_share(shared, shared.shares[0].id)
    monkeypatch.setattr(ways, "is_open_to", lambda _account_id: sa.true())
    scan_on(settings, TODAY)
    assert ledger() != []


def test_sharing_again_on_the_same_day_is_seen_by_the_next_scan(shared: Shortlist, settings: Settings) -> None:
    mate = a_watcher(MATE).id
    with make.saved(), noon(TODAY):
        actions.retire_share(shared, shared.shares[0].id)
    scan_on(settings, TODAY)
    with make.saved(), noon(TODAY):
        actions.add_share(shared, False, account_id=mate)
    scan_on(settings, TODAY)
    assert [email for email, *_ in ledger()] == [MATE]


def test_a_watch_has_one_subject(shortlist: Shortlist) -> None:
    service_id = shortlist.entries[0].service_id
    with pytest.raises(IntegrityError), make.saved() as session:
        session.add(Watch(account_id=a_watcher().id, service_id=service_id, shortlist_id=shortlist.id))


def test_a_list_that_goes_takes_its_watches_with_it(shortlist: Shortlist) -> None:
    watched = find_wider_watch(a_watcher().id, shortlist_id=shortlist.id)
    assert watched is not None
    assert watched.subject == "the list “Tuesday visits”"
    with make.saved():
        actions.retire_shortlist(shortlist)
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Watch)) == 0


def test_a_stopped_watch_on_a_list_tells_nothing(shortlist: Shortlist, settings_on_both: Settings) -> None:
    with make.saved():
        watched = find_wider_watch(a_watcher().id, shortlist_id=shortlist.id)
        assert watched is not None
        retire_watch(watched)
    scan_on(settings_on_both, TODAY + timedelta(days=1))
    assert ledger() == []
