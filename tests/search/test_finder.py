"""What is found, in which order, and how it is counted; against plain SQL on random listings."""

import gc
import uuid
from random import Random
from traceback import format_exception

import pytest
import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.directory import actions
from partnerdir.directory.models import Need, Service, ServiceArea, service_need
from partnerdir.directory.rules import Audience, ServiceStatus
from partnerdir.errors import PartnerdirError
from partnerdir.geography.models import Area
from partnerdir.search.index import rebuild
from partnerdir.search.rules import Question
from tests import make
from tests.search.asking import Searching, fill


def below(model: type[Need] | type[Area], root: uuid.UUID) -> set[uuid.UUID]:
    """A node and all below it, by SQL."""
    tree = sa.select(model.id).where(model.id == root).cte(recursive=True)
    tree = tree.union_all(sa.select(model.id).where(model.parent_id == tree.c.id))
    return set(db.session.scalars(sa.select(tree.c.id)))


def above(area_id: uuid.UUID) -> set[uuid.UUID]:
    """The areas above one, by SQL."""
    found = set()
    parent = db.session.scalar(sa.select(Area.parent_id).where(Area.id == area_id))
    while parent:
        found.add(parent)
        parent = db.session.scalar(sa.select(Area.parent_id).where(Area.id == parent))
    return found


def matching(need_id: uuid.UUID | None, area_id: uuid.UUID | None) -> set[uuid.UUID]:
    """The services that pass the filters, by SQL."""
    query = sa.select(Service.id).where(Service.status != ServiceStatus.CLOSED)
    if need_id:
        with_need = sa.select(service_need.c.service_id).where(service_need.c.need_id.in_(below(Need, need_id)))
        query = query.where(Service.id.in_(with_need))
    if area_id:
        areas = below(Area, area_id) | above(area_id)
        query = query.where(Service.id.in_(sa.select(ServiceArea.service_id).where(ServiceArea.area_id.in_(areas))))
    return set(db.session.scalars(query))


def some(model: type[Need] | type[Area], count: int, seed: int) -> list[uuid.UUID]:
    return Random(seed).sample(sorted(db.session.scalars(sa.select(model.id))), count)


def everything(searching: Searching, question: Question) -> set[uuid.UUID]:
    whole = Question(question.words, question.need_id, question.area_id, page_size=100_000)
    return set(searching.finder.find(whole).service_ids)


def test_filters_find_what_sql_finds(searching_on_both: Searching) -> None:
    fill(600)
    needs, areas = some(Need, 8, seed=1), some(Area, 8, seed=2)
    for need_id, area_id in [(None, None), *((need, None) for need in needs), *((None, area) for area in areas)]:
        assert everything(searching_on_both, Question("", need_id, area_id)) == matching(need_id, area_id)
    for need_id, area_id in zip(needs, areas, strict=True):
        assert everything(searching_on_both, Question("", need_id, area_id)) == matching(need_id, area_id)


def test_counts_are_what_each_filter_would_leave(searching_on_both: Searching) -> None:
    fill(400)
    [need_id], [area_id] = some(Need, 1, seed=3), some(Area, 1, seed=4)
    for question in (Question(), Question("", need_id), Question("", None, area_id)):
        answer = searching_on_both.finder.find(question)
        found = matching(question.need_id, question.area_id)
        needs = {need: len(found & matching(need, None)) for need in db.session.scalars(sa.select(Need.id))}
        areas = {area: len(found & matching(None, area)) for area in db.session.scalars(sa.select(Area.id))}
        assert answer.total == len(found)
        assert answer.need_counts == {need: count for need, count in needs.items() if count}
        assert answer.area_counts == {area: count for area, count in areas.items() if count}


def test_words_filters_and_counts_work_together(searching: Searching) -> None:
    fill(400)
    searching.catch_up()
    words = db.session.scalars(sa.select(Service.summary)).first() or ""
    [need_id] = some(Need, 1, seed=5)
    all_found = everything(searching, Question(words))
    answer = searching.finder.find(Question(words, need_id))
    assert 0 < answer.total == len(all_found & matching(need_id, None)) == answer.need_counts[need_id]


def test_without_words_services_come_in_order_of_name_whatever_the_capitals(searching: Searching) -> None:
    with make.saved():
        for name in ("beacon", "Álainn", "Harbour House", "Harbour", "anchor", "Zest"):
            make.a_service(name)
    assert searching.names() == ["Álainn", "anchor", "beacon", "Harbour", "Harbour House", "Zest"]


def test_pages_follow_on_from_each_other(searching: Searching) -> None:
    fill(150)
    whole = searching.finder.find(Question(page_size=1000)).service_ids
    pages = [searching.finder.find(Question(page=page, page_size=20)).service_ids for page in range(1, 9)]
    assert [service_id for page in pages for service_id in page] == whole
    assert searching.finder.find(Question(page=99)).service_ids == []


def test_pages_of_words_follow_on_from_each_other(searching: Searching) -> None:
    fill(150)
    searching.catch_up()
    words = db.session.scalars(sa.select(Service.summary)).first() or ""
    whole = searching.finder.find(Question(words, page_size=1000)).service_ids
    pages = [searching.finder.find(Question(words, page=page, page_size=7)).service_ids for page in range(1, 25)]
    assert [service_id for page in pages for service_id in page] == whole


def test_closed_services_are_not_listed_and_paused_ones_are(searching: Searching) -> None:
    with make.saved():
        make.a_service("Running kitchen", status=ServiceStatus.ACTIVE)
        make.a_service("Paused kitchen", status=ServiceStatus.PAUSED)
        make.a_service("Closed kitchen", status=ServiceStatus.CLOSED)
    assert set(searching.names("kitchen")) == set(searching.names()) == {"Running kitchen", "Paused kitchen"}


def test_the_service_that_has_exactly_the_name_asked_for_comes_first(searching: Searching) -> None:
    with make.saved():
        need = make.a_need("Harbour family support", words=["harbour", "family", "support"])
        make.a_service("Harbour Harbour Family Family Support", needs=[need], description="harbour family support")
        make.a_service("Harbour Family Support")
    assert searching.names("harbour family SUPPORT")[0] == "Harbour Family Support"


def test_a_service_is_found_by_the_words_people_use_for_its_need_and_for_the_need_above(searching: Searching) -> None:
    with make.saved():
        money = make.a_need("Money", words=["bawbees"])
        debt = make.a_need("Debt", "debt", parent_id=money.id, words=["bailiffs"])
        make.a_service("Quayside Advice", needs=[debt])
        make.a_service("Quayside Football")
    for words in ("bawbees", "bailiff", "money", "debts"):
        assert searching.names(words) == ["Quayside Advice"]


def test_more_of_the_words_rank_higher_but_one_is_enough(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern", description="Cooking for young parents")
        make.a_service("Compass", description="Cooking for older people and a long walk by the river")
    assert searching.names("cooking young parents") == ["Lantern", "Compass"]


def test_words_that_say_nothing_ask_for_everything(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    assert searching.names("for the") == ["Lantern"]


def test_what_must_stay_hidden_is_not_found_by(searching: Searching) -> None:
    with make.saved():
        service = make.a_service("Refuge", is_confidential=True)
        place = actions.add_location(name="Hidden gate", address_1="7 Larkspur Lane", city="Saltness", is_confidential=True)
        db.session.flush()
        actions.add_service_at_location(service, place)
        actions.add_contact(service, "Night desk", email="night@refuge.example", audience=Audience.STAFF)
    for words in ("larkspur", "hidden gate", "saltness", "night desk", "night refuge.example desk"):
        assert searching.names(words) == (["Refuge"] if "refuge" in words else [])
    assert searching.names("refuge") == ["Refuge"]


@pytest.mark.parametrize("marked", ["service", "organisation", "location"])
def test_the_area_of_a_place_is_a_way_to_find_it_unless_anything_is_marked_confidential(
    searching: Searching, marked: str
) -> None:
    with make.saved():
        area = make.an_area()
        for name, mark in (("Open door", ""), ("Refuge", marked)):
            organisation = make.an_organisation(name, is_confidential=mark == "organisation")
            service = make.a_service(name, organisation, is_confidential=mark == "service")
            place = actions.add_location(area_id=area.id, is_confidential=mark == "location")
            db.session.flush()
            actions.add_service_at_location(service, place)
    answer = searching.ask("", area_id=area.id)
    assert searching.names("", area_id=area.id) == ["Open door"]
    assert answer.area_counts == {area.id: 1}


def test_a_service_of_the_whole_council_is_found_in_each_ward_and_the_other_way_round(searching: Searching) -> None:
    with make.saved():
        council = make.an_area("Saltness", "saltness")
        ward, other = make.an_area("Quay", "quay"), make.an_area("Hill", "hill")
        ward.parent_id = other.parent_id = council.id
        make.a_service("Everywhere", area_ids=[council.id])
        make.a_service("At the quay", area_ids=[ward.id])
        make.a_service("Nobody said")
    assert searching.names("", area_id=ward.id) == ["At the quay", "Everywhere"]
    assert searching.names("", area_id=other.id) == ["Everywhere"]
    assert searching.names("", area_id=council.id) == ["At the quay", "Everywhere"]


def test_an_unknown_need_or_area_finds_nothing(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    assert searching.ask("", need_id=uuid.uuid4()).total == 0
    assert searching.ask("lantern", area_id=uuid.uuid4()).total == 0


def test_an_empty_directory_answers_with_nothing(searching: Searching) -> None:
    assert searching.ask("anything").total == searching.ask().total == 0


def test_without_an_index_a_question_with_words_names_the_command_that_makes_one(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    assert searching.finder.find(Question()).total == 1
    with pytest.raises(PartnerdirError, match="flask search rebuild"):
        searching.finder.find(Question("lantern"))


# Whoosh leaves a damaged file open when it gives up on it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_index_is_named_as_such(searching: Searching) -> None:
    with make.saved():
        make.a_service("Lantern")
    rebuild(searching.folder)
    for file in searching.folder.glob("index-*/*.seg"):
        file.write_bytes(b"nonsense")
    asked = Question("lantern")
    with pytest.raises(PartnerdirError, match="flask search rebuild") as raised:
        searching.finder.find(asked)
    assert "lantern" not in "".join(format_exception(raised.value))
    del raised
    gc.collect()
