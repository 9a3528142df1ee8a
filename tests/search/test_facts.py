"""What a finder knows of the records keeps up with them, while others ask."""

from random import Random
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory import actions
from partnerdir.directory.models import Need, Organisation, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.geography.models import Area
from partnerdir.search import facts
from partnerdir.search.facts import load_facts
from partnerdir.search.rules import Question
from tests import make
from tests.search.asking import Searching, documents_in, fill


def random_edit(random: Random) -> None:
    """One change of any kind that searching must notice."""
    services = list(db.session.scalars(sa.select(Service)))
    service, other = random.sample(services, 2)
    needs, areas = list(db.session.scalars(sa.select(Need))), list(db.session.scalars(sa.select(Area)))
    match random.randrange(9):
        case 0:
            actions.change_service(service, {"name": f"{other.name} {service.name}"[:300]})
        case 1:
            actions.change_service(service, {"status": random.choice(list(ServiceStatus))})
        case 2:
            actions.change_service(service, {}, needs=random.sample(needs, 2))
        case 3:
            actions.change_service(service, {}, area_ids=[area.id for area in random.sample(areas, 2)])
        case 4:
            make.a_service(f"New {other.name}"[:300], needs=random.sample(needs, 1))
        case 5:
            need = random.choice(needs)
            need.name, need.parent_id = f"{need.name} {random.randrange(10)}", None
        case 6:
            area = random.choice(areas)
            area.name, area.parent_id = f"{area.name} {random.randrange(10)}", random.choice([None, areas[0].id])
        case 7:
            db.session.execute(sa.delete(FundingWindow).where(FundingWindow.service_id == service.id))
            db.session.delete(service)
        case 8:
            place = actions.add_location(area_id=random.choice(areas).id)
            db.session.flush()
            actions.add_service_at_location(service, place)
            db.session.get_one(Organisation, other.organisation_id).is_confidential = True


def test_facts_kept_up_with_edits_are_those_read_anew(searching_on_both: Searching) -> None:
    fill(120)
    random = Random(7)
    searching_on_both.ask()
    for _ in range(12):
        for _ in range(4):
            with make.saved():
                random_edit(random)
        kept_up = searching_on_both.ask("bour dihar fogu")
        browsed = searching_on_both.finder.find(Question(page_size=1000))
        searching_on_both.finder.close()
        assert searching_on_both.finder.find(Question("bour dihar fogu")) == kept_up
        assert searching_on_both.finder.find(Question(page_size=1000)) == browsed
    assert sorted(documents_in(searching_on_both.folder)) == sorted(db.session.scalars(sa.select(Service.id)))


def test_threads_share_a_finder_while_services_come_and_go(app: Flask, searching: Searching) -> None:
    fill(200)
    searching.catch_up()
    expected = {words: searching.finder.find(Question(words)).total for words in ("bour", "dihar", "fogu", "gu")}
    wrong: list[object] = []

    def look() -> None:
        with app.app_context():
            for _ in range(60):
                for words, total in expected.items():
                    try:
                        found = searching.finder.find(Question(words)).total
                    except Exception as error:  # whatever goes wrong in a thread must reach the test
                        wrong.append(error)
                    else:
                        wrong.extend([(words, found)] if found != total else [])

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(15):
        with make.saved():
            make.a_service(f"Unlike all others {number}")
        searching.catch_up()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_facts_after_more_changes_than_are_followed_are_read_anew(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "MANY_CHANGES", 5)
    fill(8)
    searching.ask("steady lantern")
    with make.saved():
        for number in range(9):
            make.a_service(f"Lantern {number}")
    assert searching.ask("lantern").total == 9
    listed = sa.select(Service.id).where(Service.status != ServiceStatus.CLOSED)
    assert searching.ask().total == len(db.session.scalars(listed).all())


def test_the_same_facts_are_kept_when_nothing_changed(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    with db.engine.connect() as connection:
        known = load_facts(connection)
        assert known.refreshed(connection) is known
