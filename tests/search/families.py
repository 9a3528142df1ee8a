"""Families at random, and the best that there is for one: found from the records, one service at a time, without arrays."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from random import Random

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.directory.models import Need, Service
from partnerdir.directory.queries import list_whole_services
from partnerdir.directory.rules import Circumstance, ServiceStatus, Taking, Way
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty, outlook_on
from partnerdir.geography.models import Area, Postcode
from partnerdir.geography.rules import miles_between, read_code
from partnerdir.search.family import Family, Person, Plan, Wanted
from partnerdir.search.rules import DISTANCES, Place
from partnerdir.web.public.seen import Reader, list_places

SIX_MONTHS = 182
EITHER = {Circumstance.WOMEN, Circumstance.MEN}

# Needs covered, services, and what is against them in tenths of a mile: more of the first is better, then less of the rest.
Worth = tuple[int, int, int]


@dataclass(frozen=True)
class Candidate:
    """One service that may be in a plan."""

    id: uuid.UUID
    covers: frozenset[int]
    against: int


class Records:
    """Everything recorded, and what a family is to each service, said the long way."""

    def __init__(self, today: date) -> None:
        self.today = today
        ids = list(db.session.scalars(sa.select(Service.id)))
        self.services = [one for start in range(0, len(ids), 500) for one in list_whole_services(ids[start : start + 500])]
        self.needs = {need.id: need for need in db.session.scalars(sa.select(Need))}
        self.areas = {area.id: area for area in db.session.scalars(sa.select(Area))}
        self.middles = {one.code: one for one in db.session.scalars(sa.select(Postcode))}
        self.windows: dict[uuid.UUID, list[FundingWindow]] = {}
        for window in db.session.scalars(sa.select(FundingWindow)):
            self.windows.setdefault(window.service_id, []).append(window)
        self.money = {service.id: self._money(service) for service in self.services}
        self.public = {service.id: self._public_points(service) for service in self.services}
        self.helps = {service.id: set().union(*(self._line(need.id) for need in service.needs)) for service in self.services}
        self.helping: dict[uuid.UUID, list[Service]] = {}
        for service in self.services:
            for need_id in self.helps[service.id]:
                self.helping.setdefault(need_id, []).append(service)
        self.served = {service.id: {area.area_id for area in service.areas_served} for service in self.services}
        self.is_at = {service.id: self.served[service.id] | _areas_of_public_places(service) for service in self.services}

    def _line(self, need_id: uuid.UUID) -> set[uuid.UUID]:
        above = self.needs[need_id].parent_id
        return {need_id} | (self._line(above) if above else set())

    def _public_points(self, service: Service) -> list[tuple[float, float]]:
        points = []
        for location in (place.location for place in list_places(service, Reader())):
            if location is None:
                continue
            code = read_code(location.postal_code)
            middle = self.middles.get(code.text) or self.middles.get(code.district.text) if code else None
            if location.latitude is not None and location.longitude is not None:
                points.append((location.latitude, location.longitude))
            elif middle is not None:
                points.append((middle.latitude, middle.longitude))
        return points

    def candidates(self, family: Family) -> list[Candidate]:
        """The services that cover something, each with what is against it."""
        found = []
        helpful = {service.id: service for wanted in family.wanted for service in self.helping.get(wanted.need_id, ())}
        for service in helpful.values():
            if service.status is not ServiceStatus.ACTIVE or service.taking is Taking.NOT_NOW:
                continue
            covers = frozenset(
                number
                for number, wanted in enumerate(family.wanted)
                if wanted.need_id in self.helps[service.id]
                and any(_is_open(service, person) for person in _who(wanted, family))
            )
            way = self._way_there(service, family) if covers else None
            money, lasts = self.money[service.id]
            if way is not None and (lasts or not family.stays):
                room = {Taking.NOW: 0, Taking.WAITING_LIST: 100}.get(service.taking, 30)
                found.append(Candidate(service.id, covers, way + room + money + _unsure(service, family)))
        return found

    def _way_there(self, service: Service, family: Family) -> int | None:
        """Tenths of a mile; None where it is not near."""
        place = family.place
        if place is None:
            return 0
        ways, found = set(service.ways), list[int]()
        if place.latitude is not None and place.longitude is not None:
            miles = [miles_between(place.latitude, place.longitude, *point) for point in self.public[service.id]]
            found += [round(min(miles) * 10)] if miles and min(miles) <= family.within else []
        is_served = place.area_id is not None and self._is_inside(place.area_id, self.served[service.id])
        if place.is_area and place.area_id is not None:
            is_served = is_served or self._is_related(place.area_id, self.is_at[service.id])
        has_phone = bool(ways & {Way.PHONE, Way.ONLINE})
        found += [50] if is_served else []
        found += [30] if has_phone and (is_served or not self.served[service.id]) else []
        found += [0] if is_served and Way.AT_HOME in ways else []
        return min(found, default=None)

    def _is_inside(self, area_id: uuid.UUID, others: set[uuid.UUID]) -> bool:
        above = self.areas[area_id].parent_id
        return area_id in others or (above is not None and self._is_inside(above, others))

    def _is_related(self, area_id: uuid.UUID, others: set[uuid.UUID]) -> bool:
        return self._is_inside(area_id, others) or any(self._is_inside(other, {area_id}) for other in others)

    def _money(self, service: Service) -> tuple[int, bool]:
        """Tenths of a mile, and whether it may still be there in six months."""
        windows = self.windows.get(service.id, [])
        outlook = outlook_on(windows, self.today)
        if outlook.is_covered and outlook.funded_until is None:
            return 0, True
        ends = [window.ends_on for window in windows if window.certainty is Certainty.CONFIRMED]
        last = outlook.funded_until if outlook.is_covered else max((end or date.max for end in ends), default=date.max)
        if last is None or last == date.max:
            return 30, True
        missing = (self.today + timedelta(days=SIX_MONTHS) - last).days
        against = 100 if last < self.today else max(ceil(missing / 30), 0) * 10
        return against, missing <= 0


def _areas_of_public_places(service: Service) -> set[uuid.UUID]:
    places = [place.location for place in list_places(service, Reader()) if place.location]
    return {place.area_id for place in places if place.area_id}


def _who(wanted: Wanted, family: Family) -> Sequence[Person]:
    return [family.people[wanted.person]] if wanted.person is not None else family.people or [Person()]


def _is_open(service: Service, person: Person) -> bool:
    if person.age is not None and not (service.minimum_age or 0) <= person.age <= (
        120 if service.maximum_age is None else service.maximum_age
    ):
        return False
    said = set(person.circumstances)
    may_be = said if said & EITHER else said | EITHER
    return not service.circumstances or bool(may_be & set(service.circumstances))


def _unsure(service: Service, family: Family) -> int:
    said = {circumstance for person in family.people for circumstance in person.circumstances}
    return 30 if EITHER & set(service.circumstances) and not EITHER & said else 0


def best(candidates: Sequence[Candidate]) -> Worth:
    """What the best set is worth, by branch and bound; of those that cover the same only the cheapest can be in it."""
    everything = frozenset[int]().union(*(one.covers for one in candidates))
    cheapest = {one.covers: one for one in sorted(candidates, key=lambda one: -one.against)}
    cheapest_first = sorted(cheapest.values(), key=lambda one: one.against)
    most = max((len(one.covers) for one in candidates), default=1)
    found = (len(everything) + 1, 0)

    def look(missing: frozenset[int], count: int, against: int) -> None:
        nonlocal found
        if not missing:
            found = min(found, (count, against))
            return
        need = min(missing)
        for one in cheapest_first:
            if need in one.covers:
                left = missing - one.covers
                if (count + 1 + ceil(len(left) / most), against + one.against) >= found:
                    continue
                look(left, count + 1, against + one.against)

    look(everything, 0, 0)
    return len(everything), *(found if everything else (0, 0))


def worth(chosen: Sequence[uuid.UUID], candidates: Sequence[Candidate]) -> Worth:
    """What a set of services is worth; one that may not be in it at all covers nothing and is much against it."""
    known = {one.id: one for one in candidates}
    picked = [known.get(one, Candidate(one, frozenset(), 10**6)) for one in chosen]
    covered = frozenset[int]().union(*(one.covers for one in picked))
    return len(covered), len(picked), sum(one.against for one in picked)


def is_worse(one: Worth, other: Worth) -> bool:
    """Whether one set is worse than another: covers less, or as much with more, or with as many that are further."""
    return (-one[0], *one[1:]) > (-other[0], *other[1:])


def greedy(candidates: Sequence[Candidate]) -> list[uuid.UUID]:
    """The plan that most programs would make: again and again what covers most of the rest."""
    missing, chosen = set().union(*(one.covers for one in candidates)), []
    while missing:
        one = max(candidates, key=lambda one: (len(one.covers & missing), -one.against))
        chosen.append(one.id)
        missing -= one.covers
    return chosen


def a_family(random: Random, needs: Sequence[uuid.UUID], places: Sequence[Place | None]) -> Family:
    """A family with one to six needs and up to six people."""
    people = tuple(
        Person(
            random.choice((None, *range(0, 90, 3))),
            tuple(random.sample([*Circumstance], random.choice((0, 0, 0, 1, 2)))),
        )
        for _ in range(random.randint(0, 6))
    )
    wanted = tuple(
        Wanted(need, random.choice([None, *range(len(people))]))
        for need in random.sample(list(needs), min(random.randint(1, 6), len(needs)))
    )
    place = random.choice(places)
    return Family(wanted, people, place, random.choice(DISTANCES), random.random() < 0.4)


def worse_plans(
    records: Records, plan: Callable[[Family], Plan], needs: Sequence[uuid.UUID], places: Sequence[Place | None], count: int
) -> list[str]:
    """Of so many random families those whose plan is worse than the best there is, or says something untrue."""
    random, wrong = Random(4), []
    for number in range(count):
        family = a_family(random, needs, places)
        candidates, made = records.candidates(family), plan(family)
        known = {one.id: set(one.covers) for one in candidates}
        mine, possible = worth([pick.service_id for pick in made.picks], candidates), best(candidates)
        if is_worse(mine, possible) or is_worse(possible, mine):
            wrong.append(f"{number}: {mine} where {possible} is possible, for {family}")
        elif any(set(pick.covers) != known[pick.service_id] for pick in made.picks):
            wrong.append(f"{number}: says of a service that it covers what it does not")
        elif set(made.gaps) != {need for need in range(len(family.wanted)) if not any(need in known[one] for one in known)}:
            wrong.append(f"{number}: names other gaps than there are")
    return wrong
