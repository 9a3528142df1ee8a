"""A plan for a family is the best there is: never worse than what a slow and simple search of the records finds."""

import uuid
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import clock
from partnerdir.database import db, writing
from partnerdir.directory.models import Need, Service, service_need
from partnerdir.exchange.layouts import CARE_INSPECTORATE
from partnerdir.exchange.listings import import_listings, read_listings
from partnerdir.geography.importing import import_map
from partnerdir.geography.models import Area
from partnerdir.search.family import Family, Plan, Wanted, least_cover
from partnerdir.search.finder import Finder
from partnerdir.search.rules import Place
from tests.bench.judged_data import fill_district, fill_illinois
from tests.search.families import Candidate, Records, best, greedy, is_worse, worse_plans, worth

CASES = 200
# Illinois says no need of a service; its own heading does.
SUBJECTS = {
    "housing": ("hous", "evict", "tenant", "rent"),
    "family": ("famil", "divorce", "custody", "child"),
    "safety": ("violence", "abuse", "protection"),
    "work": ("employ", "work", "wage", "labor"),
    "immigration": ("immig", "refugee", "visa"),
    "money": ("debt", "consumer", "bankrupt", "tax", "benefit"),
    "disability": ("disab", "health", "senior", "elder"),
}


@dataclass(frozen=True)
class Filled:
    """A site with a directory in it, and what families there may ask for."""

    finder: Finder
    records: Records
    needs: list[uuid.UUID]
    places: list[Place | None]


def _filled(app: Flask, *places: str) -> Filled:
    finder: Finder = app.extensions["search"]
    found = [finder.find_place(written) for written in places]
    assert all(isinstance(place, Place) for place in found), found
    used = db.session.scalars(sa.select(service_need.c.need_id).distinct())
    needs = {above for need in used for above in (need, db.session.get_one(Need, need).parent_id) if above}
    anywhere: list[Place | None] = [None]
    return Filled(finder, Records(clock.today()), sorted(needs), anywhere + found)  # type: ignore[operator]  # all are places


@pytest.fixture
def district(app: Flask, shared_data: Path) -> Filled:
    """The demonstration district."""
    fill_district(shared_data)
    towns = list(db.session.scalars(sa.select(Area.name)))
    return _filled(app, "QX1 1AA", "QX1 1BE", *towns[:4])


@pytest.fixture
def scotland(app: Flask, shared_data: Path) -> Filled:
    """Every registered care service of Scotland."""
    with writing(by="a test"):
        import_map([shared_data / "geography" / "scotland-outcodes.csv"])
        read = read_listings(CARE_INSPECTORATE, shared_data / "services" / "care-inspectorate-2025-02-28.csv")
        import_listings(CARE_INSPECTORATE, read, clock.today(), iter)
    return _filled(app, "G41", "EH6", "KA1", "IV2", "Fife", "Renfrewshire")


@pytest.fixture
def illinois(app: Flask, shared_data: Path) -> Filled:
    """Legal aid in Illinois, under the needs that its descriptions speak of."""
    fill_illinois(shared_data)
    with writing(by="a test") as session:
        needs = {code: Need(code=code, name=code.title()) for code in SUBJECTS}
        session.add_all(needs.values())
        for service in session.scalars(sa.select(Service)):
            text = f"{service.name} {service.description}".lower()
            service.needs = [needs[code] for code, words in SUBJECTS.items() if any(word in text for word in words)]
    return _filled(app)


@pytest.mark.parametrize("directory", ["district", "scotland", "illinois"])
def test_no_plan_is_worse_than_the_best_there_is(request: pytest.FixtureRequest, directory: str) -> None:
    filled: Filled = request.getfixturevalue(directory)
    assert worse_plans(filled.records, filled.finder.plan, filled.needs, filled.places, CASES) == []


def test_a_greedy_plan_is_caught(district: Filled) -> None:
    assert worse_plans(district.records, _planning_greedily(district), district.needs, district.places, CASES)


def test_a_plan_that_forgets_a_service_is_caught(district: Filled) -> None:
    def forgetful(family: Family) -> Plan:
        made = district.finder.plan(family)
        return replace(made, picks=made.picks[1:])

    assert worse_plans(district.records, forgetful, district.needs, district.places, 20)


def _planning_greedily(filled: Filled):
    def plan(family: Family) -> Plan:
        made = filled.finder.plan(family)
        chosen = greedy(filled.records.candidates(family))
        picks = {pick.service_id: pick for pick in made.picks}
        return replace(made, picks=tuple(replace(made.picks[0], service_id=one) for one in chosen) if picks else ())

    return plan


def _random_sets(random: Random) -> list[Candidate]:
    needs = random.randint(1, 6)
    sets = [frozenset(random.sample(range(needs), random.randint(1, min(needs, 3)))) for _ in range(random.randint(1, 11))]
    return [Candidate(uuid.UUID(int=number), covers, random.randint(0, 9)) for number, covers in enumerate(sets)]


def _covered_by_rule(candidates: list[Candidate]) -> list[uuid.UUID]:
    cheapest: dict[int, Candidate] = {}
    for one in sorted(candidates, key=lambda one: -one.against):
        cheapest[sum(1 << need for need in one.covers)] = one
    return [cheapest[chosen].id for chosen in least_cover({bits: one.against for bits, one in cheapest.items()})]


def _every_set(candidates: list[Candidate]) -> list[list[uuid.UUID]]:
    sizes = range(min(len(candidates), 6) + 1)
    return [[one.id for one in chosen] for size in sizes for chosen in combinations(candidates, size)]


def test_a_least_cover_is_no_worse_than_any_set_at_all() -> None:
    random = Random(1)
    for _ in range(CASES):
        candidates = _random_sets(random)
        worths = [worth(chosen, candidates) for chosen in _every_set(candidates)]
        mine = worth(_covered_by_rule(candidates), candidates)
        assert not any(is_worse(mine, other) for other in worths)
        assert mine == best(candidates)


def test_a_greedy_cover_is_worse_than_some_set() -> None:
    random = Random(1)
    worse = 0
    for _ in range(CASES):
        candidates = _random_sets(random)
        worse += is_worse(worth(greedy(candidates), candidates), best(candidates))
    assert worse > 0


def test_nothing_wanted_needs_nobody() -> None:
    assert least_cover({}) == []


def test_a_need_that_nobody_knows_is_a_gap(district: Filled) -> None:
    made = district.finder.plan(Family((Wanted(uuid.uuid4()),)))
    assert made.picks == ()
    assert made.gaps == {0: ()}
