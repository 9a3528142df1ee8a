"""What a list can be narrowed by is said only where it is known."""

from datetime import timedelta
from typing import Any

import pytest

from partnerdir import clock
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Access, Circumstance, Referral, Taking, Way
from partnerdir.funding.rules import Certainty, EndKind
from partnerdir.search.rules import Question
from partnerdir.search.traits import STAYS, STAYS_DAYS, is_free
from tests import make
from tests.search.asking import Searching


@pytest.mark.parametrize(
    "fees", ["Free", "free.", "Free of charge", "This service is free.", "No charge", "Free; donations welcome"]
)
def test_what_says_that_nobody_pays_is_free(fees: str) -> None:
    assert is_free(fees)


@pytest.mark.parametrize(
    "fees",
    ["", "  ", "Free for under-16s", "Free, but a deposit", "First session free", "£4 a week", "Free then £5",
     "Pay what you can", "By donation", "Free parking", "Not free", "Free; £2 for lunch"],
)  # fmt: skip
def test_nothing_else_is(fees: str) -> None:
    assert not is_free(fees)


def _totals(searching: Searching) -> dict[str, int]:
    counts = searching.finder.find(Question()).trait_counts
    return {trait: searching.finder.find(Question(chosen=(trait,))).total for trait in counts}


def test_every_count_is_what_the_list_comes_to_when_it_is_chosen(searching: Searching) -> None:
    with make.saved():
        trust = make.an_organisation()
        make.a_service("One", trust, ways=[Way.PHONE], languages=["en", "pl"], fees_description="Free", taking=Taking.NOW)
        make.a_service("Two", trust, ways=[Way.PHONE, Way.ONLINE], circumstances=[Circumstance.CARER], referral=Referral.EITHER)
        make.a_service(
            "Three",
            trust,
            accessibility=[Access.WHEELCHAIR, Access.TRAVEL_HELP, Access.PARKING],
            languages=["PL", "ar"],
            referral=Referral.SELF,
        )
    searching.catch_up()
    counts = searching.finder.find(Question()).trait_counts
    assert counts == {
        "way:phone": 2, "way:online": 1, "language:pl": 2, "language:ar": 1, "cost:free": 1, "taking:now": 1,
        "for:carer": 1, "referral:self": 2, "referral:professional": 1, "access:wheelchair": 1,
        "access:travel_help": 1,
    }  # fmt: skip
    assert _totals(searching) == counts
    for trait in counts:
        narrowed = searching.finder.find(Question(chosen=(trait,)))
        for second, count in narrowed.trait_counts.items():
            assert searching.finder.find(Question(chosen=(trait, second))).total == count


def test_a_trait_is_followed_when_it_changes(searching: Searching) -> None:
    with make.saved():
        service = make.a_service(ways=[Way.PHONE])
    assert searching.finder.find(Question(chosen=("way:phone",))).total == 1
    with make.saved():
        service.ways = [Way.ONLINE]
    assert searching.finder.find(Question(chosen=("way:phone",))).total == 0
    assert searching.finder.find(Question(chosen=("way:online",))).total == 1
    assert searching.finder.find(Question(chosen=("language:xx",))).total == 0


@pytest.mark.parametrize(("age", "total"), [(15, 1), (16, 2), (25, 2), (26, 1), (0, 1), (120, 1)])
def test_an_age_passes_where_it_is_inside_or_any_will_do(searching: Searching, age: int, total: int) -> None:
    with make.saved():
        make.a_service("Young", minimum_age=16, maximum_age=25)
        make.a_service("Anybody")
    assert searching.finder.find(Question(age=age)).total == total


@pytest.mark.parametrize(
    ("window", "stays"),
    [
        ({"days": STAYS_DAYS}, True), ({"days": STAYS_DAYS - 1}, False), ({"end_kind": EndKind.OPEN_ENDED}, True),
        ({"end_kind": EndKind.UNKNOWN}, False), ({"days": 900, "certainty": Certainty.APPLIED_FOR}, False), (None, False),
    ],
)  # fmt: skip
def test_only_money_that_is_known_counts_as_still_there(
    searching: Searching, window: dict[str, Any] | None, stays: bool
) -> None:
    with make.saved():
        service: Service = make.a_service()
        if window is not None:
            days = window.pop("days", None)
            make.a_window(service, clock.today() + timedelta(days=days) if isinstance(days, int) else None, **window)
    assert bool(searching.finder.find(Question(chosen=(STAYS,))).total) is stays


def test_new_money_is_followed(searching: Searching) -> None:
    with make.saved():
        service = make.a_service()
    assert searching.finder.find(Question(chosen=(STAYS,))).total == 0
    with make.saved():
        window = make.a_window(service, clock.today() + timedelta(days=400))
    assert searching.finder.find(Question(chosen=(STAYS,))).total == 1
    with make.saved():
        db.session.delete(window)
    assert searching.finder.find(Question(chosen=(STAYS,))).total == 0
