"""Lists: who may read and change them, and what is never kept of them."""

import json
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.accounts.actions import add_account
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.errors import BadInput, Missing
from partnerdir.lists import actions, rules
from partnerdir.lists.models import Shortlist, ShortlistEntry, ShortlistShare
from partnerdir.lists.queries import (
    list_colleagues,
    list_service_ids_of,
    list_shortlists,
    may_add_to,
    require_own_shortlist,
    require_shortlist,
)
from tests import make

WORD = "Kingfisher"


@pytest.fixture
def people(app_on_both: Flask) -> dict[str, Account]:
    """Who made the list, two of the same team, and somebody elsewhere."""
    with make.saved():
        team, other = make.an_organisation("Housing team"), make.an_organisation("School")
        found = {
            name: add_account(f"{name}@x.example", RoleName.FRONTLINE, title=title, organisation_id=organisation.id)
            for name, title, organisation in (
                ("owner", "Housing officer", team),
                ("mate", "Night officer", team),
                ("twin", "Night officer", team),
                ("teacher", "Guidance teacher", other),
            )
        }
    return found


@pytest.fixture
def shortlist(people: dict[str, Account]) -> Shortlist:
    """A list of the owner's with one service."""
    with make.saved():
        made = actions.add_shortlist(people["owner"].id, WORD)
        actions.add_entries(made, [make.a_service().id], people["owner"].id)
    return made


def _may_read(account: Account) -> bool:
    return bool(list_shortlists(account.id))


def test_a_list_is_its_makers_alone(people: dict[str, Account], shortlist: Shortlist) -> None:
    assert [name for name, account in people.items() if _may_read(account)] == ["owner"]
    with pytest.raises(Missing):
        require_shortlist(shortlist.id, people["mate"].id)
    assert list_service_ids_of(people["mate"].id) == []


def test_a_list_shared_with_one_colleague_is_read_by_that_one_until_it_is_stopped(
    people: dict[str, Account], shortlist: Shortlist
) -> None:
    with make.saved():
        actions.add_share(shortlist, False, account_id=people["teacher"].id)
    assert [name for name, account in people.items() if _may_read(account)] == ["owner", "teacher"]
    assert require_shortlist(shortlist.id, people["teacher"].id) is shortlist
    assert len(list_service_ids_of(people["teacher"].id)) == 1
    with pytest.raises(Missing):
        require_own_shortlist(shortlist.id, people["teacher"].id)
    with make.saved():
        actions.retire_share(shortlist, shortlist.shares[0].id)
    assert not _may_read(people["teacher"])


def test_a_list_shared_with_a_team_is_read_by_everybody_of_it(people: dict[str, Account], shortlist: Shortlist) -> None:
    team_id = people["owner"].organisation_id
    assert team_id is not None
    with make.saved():
        actions.add_share(shortlist, False, organisation_id=team_id)
    assert [name for name, account in people.items() if _may_read(account)] == ["owner", "mate", "twin"]


@pytest.mark.parametrize("may_add", [False, True])
def test_others_add_only_where_they_are_let(people: dict[str, Account], shortlist: Shortlist, may_add: bool) -> None:
    with make.saved():
        actions.add_share(shortlist, may_add, account_id=people["mate"].id)
    assert may_add_to(shortlist, people["mate"]) is may_add
    assert may_add_to(shortlist, people["owner"])
    assert not may_add_to(shortlist, people["teacher"])


def test_sharing_twice_changes_what_they_may_do_and_nothing_else(people: dict[str, Account], shortlist: Shortlist) -> None:
    for may_add in (False, True):
        with make.saved():
            actions.add_share(shortlist, may_add, account_id=people["mate"].id)
    assert [share.may_add for share in shortlist.shares] == [True]


def test_others_take_off_only_what_they_put_on(people: dict[str, Account], shortlist: Shortlist) -> None:
    mate, owner = people["mate"].id, people["owner"].id
    with make.saved():
        first, second = shortlist.entries[0].service_id, make.a_service("Second").id
        actions.add_entries(shortlist, [second], mate)
        assert not actions.retire_entry(shortlist, first, mate)
        assert actions.retire_entry(shortlist, second, mate)
        assert not actions.retire_entry(shortlist, second, mate)
        actions.add_entries(shortlist, [second], mate)
        assert actions.retire_entry(shortlist, second, owner)
    assert [entry.service_id for entry in shortlist.entries] == [first]


def test_a_service_is_on_a_list_once(people: dict[str, Account], shortlist: Shortlist) -> None:
    service_id = shortlist.entries[0].service_id
    with make.saved():
        assert actions.add_entries(shortlist, [service_id, service_id], people["owner"].id) == 0
    with pytest.raises(Missing), make.saved():
        actions.add_entries(shortlist, [uuid.uuid4()], people["owner"].id)


@pytest.mark.parametrize("name", ["", "  ", "\t\n", "x" * 61])
def test_a_name_that_is_none_is_refused(people: dict[str, Account], name: str) -> None:
    with pytest.raises(BadInput), make.saved():
        actions.change_name(actions.add_shortlist(people["owner"].id, "A name"), name)


def test_a_list_without_a_name_is_called_by_the_day(people: dict[str, Account]) -> None:
    with make.saved():
        assert actions.add_shortlist(people["owner"].id).name.startswith("List of ")


def test_lists_are_not_without_end(people: dict[str, Account], shortlist: Shortlist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_LISTS", 1)
    monkeypatch.setattr(actions, "MOST_SERVICES", 1)
    monkeypatch.setattr(actions, "MOST_SHARES", 0)
    with pytest.raises(BadInput), make.saved():
        actions.add_shortlist(people["owner"].id, "One more")
    with pytest.raises(BadInput), make.saved():
        actions.add_entries(shortlist, [make.a_service("Another").id], people["owner"].id)
    with pytest.raises(BadInput), make.saved():
        actions.add_share(shortlist, False, account_id=people["mate"].id)
    assert (rules.MOST_LISTS, rules.MOST_SERVICES) == (50, 200)


def test_the_workers_own_words_stay_out_of_the_change_log_and_go_with_the_list(
    people: dict[str, Account], shortlist: Shortlist
) -> None:
    with make.saved():
        actions.change_name(shortlist, f"{WORD} two")
        actions.add_share(shortlist, False, account_id=people["mate"].id)
    with make.saved():
        search = actions.add_search(people["owner"].id, WORD, {"words": WORD})
    with make.saved():
        actions.retire_shortlist(shortlist)
        actions.retire_search(search)
    lines = [json.dumps([change.fields, change.by]) for change in db.session.scalars(sa.select(Change))]
    assert lines
    assert not any(WORD in line for line in lines)
    for model in (Shortlist, ShortlistEntry, ShortlistShare):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_the_test_of_own_words_would_find_them(people: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shortlist, "unlogged", ())
    with make.saved():
        actions.add_shortlist(people["owner"].id, WORD)
    assert any(WORD in json.dumps(change.fields) for change in db.session.scalars(sa.select(Change)))


def test_a_list_is_no_part_of_a_services_history(people: dict[str, Account], shortlist: Shortlist) -> None:
    service_id = shortlist.entries[0].service_id
    about = db.session.scalars(sa.select(Change.record_type).where(Change.about_id == service_id)).all()
    assert "shortlist_entry" not in about


def test_colleagues_are_posts_and_whom_a_post_does_not_tell_apart_is_left_out(people: dict[str, Account]) -> None:
    assert [one.words for one in list_colleagues(people["owner"].id)] == ["Guidance teacher, School"]
    with make.saved():
        people["twin"].active = False
    assert [one.words for one in list_colleagues(people["owner"].id)] == [
        "Guidance teacher, School",
        "Night officer, Housing team",
    ]
