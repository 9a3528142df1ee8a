"""Saved searches: what matches newly is told once; the first look, a second one and a long rest tell nothing amiss."""

from threading import Event

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import jobs
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState
from partnerdir.alerts.tellings import count_tellings, list_tellings
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.lists import actions
from partnerdir.lists.models import SavedSearch, SearchMatch
from partnerdir.search.carrying import carried
from partnerdir.search.index import NoIndex, rebuild
from partnerdir.search.rules import Question
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, WORKER, a_watcher, days, deliver_on, noon
from tests.alerts.post import Post

TOMORROW = TODAY + days(1)


@pytest.fixture
def search(app: Flask, settings: Settings) -> SavedSearch:
    """A worker's search for rent, saved when one service matched it, and asked on the first day."""
    with make.saved(), noon(TODAY):
        make.a_service("Rent desk")
        made = actions.add_search(a_watcher().id, "My searches", carried(Question(words="rent")))
    assert ask(settings) == 0
    return made


def ask(settings: Settings, day: object = TODAY) -> int:
    """The look of a day, with the index as the records are."""
    rebuild(settings.resolved_index_folder)
    with noon(day):  # type: ignore[arg-type]  # a day
        return jobs.ask_saved_searches(settings, Event())


def a_new_service(name: str = "Rent arrears advice") -> Service:
    with make.saved():
        return make.a_service(name)


def told() -> list[str]:
    db.session.rollback()
    query = sa.select(Alert.kind, Service.name).join(Service, Service.id == Alert.service_id).order_by(Service.name)
    return [f"{kind} {name}" for kind, name in db.session.execute(query)]


def test_the_first_look_tells_nothing_and_the_next_what_is_new(search: SavedSearch, settings: Settings) -> None:
    a_new_service()
    a_new_service("Knitting circle")
    assert ask(settings, TOMORROW) == 1
    assert told() == ["new_match Rent arrears advice"]


def test_it_is_asked_once_a_day_however_often_it_runs(search: SavedSearch, settings: Settings) -> None:
    a_new_service()
    assert ask(settings) == 0
    assert [ask(settings, TOMORROW) for _ in range(3)] == [1, 0, 0]
    assert ask(settings, TOMORROW + days(1)) == 0
    assert len(told()) == 1


def test_after_nine_days_of_downtime_all_that_came_meanwhile_is_told_once(search: SavedSearch, settings: Settings) -> None:
    for number in range(3):
        a_new_service(f"Rent advice {number}")
    assert ask(settings, TODAY + days(9)) == 3
    assert ask(settings, TODAY + days(10)) == 0


def test_a_clock_that_went_back_tells_nothing_twice(search: SavedSearch, settings: Settings) -> None:
    a_new_service()
    assert ask(settings, TODAY + days(400)) == 1
    assert ask(settings, TOMORROW) == 0


def test_what_was_told_is_not_told_again_though_the_memory_of_it_is_lost(search: SavedSearch, settings: Settings) -> None:
    a_new_service()
    ask(settings, TOMORROW)
    with make.saved() as session:
        session.execute(sa.delete(SearchMatch))
    ask(settings, TOMORROW + days(1))
    assert told() == ["new_match Rent arrears advice", "new_match Rent desk"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2


def test_a_look_that_fails_remembers_nothing_and_the_next_one_tells(
    search: SavedSearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_new_service()
    with monkeypatch.context() as planted:
        planted.setattr(jobs, "add_new_matches", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(settings, TOMORROW)
    assert told() == []
    assert ask(settings, TOMORROW) == 1


def test_several_come_in_one_mail_whose_subject_names_nobody(
    search: SavedSearch, settings: Settings, mail_server: Post
) -> None:
    for number in range(3):
        a_new_service(f"Rent advice {number}")
    ask(settings, TOMORROW)
    deliver_on(settings, TOMORROW)
    (mail,) = mail_server.mails
    text = " ".join(str(mail.get_body(("plain",)).get_content()).split())  # type: ignore[union-attr]  # every mail of ours has one
    for number in range(3):
        assert f"Rent advice {number} matches a search that you saved." in text
    for word in ("Rent", "rent", "My searches"):
        assert word not in mail["Subject"]
    assert "delete it among your saved searches" in text


def test_one_is_told_without_its_name_in_the_subject(search: SavedSearch, settings: Settings, mail_server: Post) -> None:
    a_new_service()
    ask(settings, TOMORROW)
    deliver_on(settings, TOMORROW)
    (mail,) = mail_server.mails
    assert mail["Subject"] == "partnerdir: a service matches a search that you saved"
    assert "because you saved a search that it matches" in " ".join(str(mail.as_string()).split())


def test_a_search_that_was_deleted_tells_nothing_more(search: SavedSearch, settings: Settings, mail_server: Post) -> None:
    a_new_service()
    ask(settings, TOMORROW)
    with make.saved():
        actions.retire_search(db.session.get_one(SavedSearch, search.id))
    deliver_on(settings, TOMORROW)
    delivery = db.session.scalars(sa.select(Delivery)).one()
    assert (delivery.state, delivery.reason) == (DeliveryState.DROPPED, "They deleted the search before this was sent.")
    assert mail_server.mails == []


def test_a_service_that_closed_meanwhile_is_not_told(search: SavedSearch, settings: Settings, mail_server: Post) -> None:
    service = a_new_service()
    ask(settings, TOMORROW)
    with make.saved():
        db.session.get_one(Service, service.id).status = ServiceStatus.CLOSED
    deliver_on(settings, TOMORROW)
    assert mail_server.mails == []


def test_so_much_that_nobody_reads_it_is_not_told_nor_once_it_is_less(
    search: SavedSearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_new_service()
    a_new_service("Rent office")
    with monkeypatch.context() as planted:
        planted.setattr(actions, "MOST_MATCHES", 2)
        assert ask(settings, TOMORROW) == 0
        assert db.session.get_one(SavedSearch, search.id).is_too_wide
    assert ask(settings, TOMORROW + days(1)) == 0
    a_new_service("Rent clinic")
    assert ask(settings, TOMORROW + days(2)) == 1


def test_a_closed_account_is_not_asked_for(search: SavedSearch, settings: Settings) -> None:
    with make.saved():
        a_watcher().active = False
    a_new_service()
    assert ask(settings, TOMORROW) == 0


def test_nobody_else_reads_what_somebody_searches_for(search: SavedSearch, settings: Settings) -> None:
    service = a_new_service()
    ask(settings, TOMORROW)
    assert list_tellings(service.id, 10) == []
    assert count_tellings(service.id) == 0


def test_a_mail_that_fails_for_good_goes_to_no_colleague(search: SavedSearch, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        team = make.an_organisation("Housing")
        a_watcher().organisation_id = team.id
        a_watcher("mate@housing.example").organisation_id = team.id
    a_new_service()
    ask(settings, TOMORROW)
    mail_server.answer_to[WORKER] = "550 No such mailbox"
    deliver_on(settings, TOMORROW)
    db.session.rollback()
    readers = db.session.scalars(sa.select(Delivery.account_id)).all()
    assert set(readers) == {a_watcher().id}


def test_without_an_index_it_says_so_and_asks_again_later(app: Flask, settings: Settings) -> None:
    with make.saved():
        actions.add_search(a_watcher().id, "Rent", carried(Question(words="rent")))
    with pytest.raises(NoIndex):
        jobs.ask_saved_searches(settings, Event())
    assert ask(settings) == 0
    assert db.session.scalars(sa.select(SavedSearch.looked_on)).one() == TODAY


def test_without_searches_nothing_is_read(app: Flask, settings: Settings) -> None:
    assert jobs.ask_saved_searches(settings, Event()) == 0


def test_kind_and_channels_are_as_everybodys(search: SavedSearch, settings: Settings) -> None:
    a_new_service()
    ask(settings, TOMORROW)
    delivery = db.session.scalars(sa.select(Delivery)).one()
    assert (delivery.alert.kind, delivery.channel) == (AlertKind.NEW_MATCH, ChannelName.EMAIL)
