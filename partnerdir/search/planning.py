"""Planning: which services fit a family's needs and what is against each, in arrays, and the plan that follows.

A service fits a need if it is listed under it or under one below it, and is open to the person who has the need, or to
any of the family where the need may be anybody's. It must run, take people or not say, be near (by distance, because it
serves the place, or because it comes there), and, where that is asked, not be known to end within six months.

What is against a service is counted in tenths of a mile: how much further one would rather go. It is the sum of the way
there, the room it has, its money, and whether it is sure to be for them.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import and_, or_

import numpy as np

from partnerdir.directory.rules import Circumstance, Taking, Way
from partnerdir.search.facts import Facts
from partnerdir.search.family import Family, Hindrance, Person, Pick, Plan, Wanted, least_cover
from partnerdir.search.labels import Bools, Ints
from partnerdir.search.nearness import Around, Miles, miles_to, reached
from partnerdir.search.rules import Reached
from partnerdir.search.traits import STAYS_DAYS

MILE = 10
# The way there, where it is not a distance: it comes to the home; it is there by phone or online; it serves the place.
COMES, REMOTELY, SERVING = 0, 3 * MILE, 5 * MILE
# The room: it takes people now (0), it does not say, there is a list.
ROOM_UNKNOWN, WAITING = 3 * MILE, 10 * MILE
# The money: for six months (0), for less, not known, or it is known to be past its end.
MONTH_MISSING, MONEY_UNKNOWN, MONEY_ENDED, MONTH = 1 * MILE, 3 * MILE, 10 * MILE, 30
# It is for women or for men only, and nobody has said whether the family has any.
WOMEN_OR_MEN_UNKNOWN = 3 * MILE

EITHER = frozenset((Circumstance.WOMEN.value, Circumstance.MEN.value))
FAR_AWAY = 1000  # miles
NEXT_BEST, CLOSEST = 3, 3
# How much each hindrance weighs where nobody fits, lightest first: the sum of them orders the closest.
HINDRANCES = tuple(Hindrance)


@dataclass(frozen=True)
class Planning:
    """One family's question, asked of all services."""

    facts: Facts
    family: Family

    def plan(self) -> Plan:
        """The plan. Everything in it is exact: no other set covers more, or as much with fewer, or as few with less against."""
        rows = self._list_chosen()
        wanted = range(len(self.family.wanted))
        fitting = tuple(int(np.count_nonzero(self._masks >> number & 1)) for number in wanted)
        others = {number: [row for row in self._list_best(number) if row not in rows] for number in wanted if fitting[number]}
        return Plan(
            picks=tuple(self._pick(row) for row in rows),
            fitting=fitting,
            instead={number: tuple(self._pick(row) for row in some[:NEXT_BEST]) for number, some in others.items()},
            gaps={number: self._list_closest(number) for number in wanted if not fitting[number]},
            apart=self._apart(rows),
        )

    def _list_chosen(self) -> list[int]:
        """The rows of the plan: of the services that cover the same needs only the best can be in it."""
        rows = np.flatnonzero(self._masks)
        rows = rows[np.lexsort((self.facts.rank[rows], self._against[rows]))]
        masks, first = np.unique(self._masks[rows], return_index=True)
        best = {int(mask): int(rows[place]) for mask, place in zip(masks, first, strict=True)}
        chosen = [best[mask] for mask in least_cover({mask: int(self._against[row]) for mask, row in best.items()})]
        return sorted(chosen, key=lambda row: (-int(self._masks[row]).bit_count(), int(self._against[row]), row))

    def _list_best(self, number: int) -> list[int]:
        """The rows that fit a need, best first, as many as can be shown whatever is chosen."""
        rows = np.flatnonzero(self._masks >> number & 1)
        order = np.lexsort((self.facts.rank[rows], self._against[rows]))
        return [int(row) for row in rows[order[: NEXT_BEST + len(self.family.wanted)]]]

    def _list_closest(self, number: int) -> tuple[Pick, ...]:
        """Whom to ask where nobody fits: those that help with the need or the one above it, the least hindered first."""
        wanted = self.family.wanted[number]
        hindered = self._hindered | {Hindrance.NOT_FOR_THEM: ~self._open_to(wanted)}
        helping = self.facts.needs.rows_with(wanted.need_id)
        above = reduce(or_, (self.facts.needs.rows_with(need) for need in self._above(wanted)), helping)
        hindered[Hindrance.WIDER_NEED] = ~helping
        weight = np.sum([hindered[one].astype(np.int32) << place for place, one in enumerate(HINDRANCES)], axis=0)
        rows = np.flatnonzero(self.facts.listed & above & ~hindered[Hindrance.PAUSED])
        order = np.lexsort((self.facts.rank[rows], self._against[rows], np.minimum(self._far[rows], 1e6), weight[rows]))
        return tuple(
            replace(
                self._pick(int(row), self._around_at_any_distance),
                covers=(number,),
                hindrances=tuple(one for one in HINDRANCES if hindered[one][row]),
            )
            for row in rows[order[:CLOSEST]]
        )

    def _above(self, wanted: Wanted) -> list[uuid.UUID]:
        """The need just above one: of all above it the one that is furthest down the tree."""
        reach = self.facts.needs.reached.get(wanted.need_id, frozenset())
        above = [need for need, number in self.facts.needs.numbers.items() if number in reach and need != wanted.need_id]
        return sorted(above, key=lambda need: len(self.facts.needs.reached[need]))[-1:]

    def _pick(self, row: int, around: Around | None = None) -> Pick:
        covers = tuple(number for number in range(len(self.family.wanted)) if self._masks[row] >> number & 1)
        return Pick(
            service_id=self.facts.ids[row],
            covers=covers,
            people=tuple(number for number, is_open in enumerate(self._open) if self.family.people and is_open[row]),
            against=float(self._against[row]) / MILE,
            reached=self._reached(row, around or self._around),
            is_nearest=any(self._is_nearest(row, number) for number in covers),
            is_end_known=bool(self._is_end_known[row]),
        )

    def _reached(self, row: int, around: Around | None) -> Reached | None:
        return reached(around, row, self.facts.narrowing.traits_of(row)) if around else None

    def _is_nearest(self, row: int, number: int) -> bool:
        if self._around is None or not np.isfinite(self._around.miles[row]) or self._around.is_rough[row]:
            return False
        fits = (self._masks >> number & 1).astype(np.bool_)
        return bool(np.count_nonzero(fits) > 1 and self._around.miles[row] <= self._around.miles[fits].min())

    def _apart(self, rows: Sequence[int]) -> float | None:
        """The miles between the two public places furthest apart, of each service its nearest; None if one has none."""
        near, place = self.facts.nearness, self.family.place
        spots = []
        for row in rows:
            [at] = np.nonzero(near.rows == row)
            if not len(at) or near.is_rough[at].any():
                return None
            if place and place.latitude is not None and place.longitude is not None:
                far = miles_to(place.latitude, place.longitude, near.latitudes[at], near.longitudes[at])
                at = at[[int(far.argmin())]]
            spots.append((float(near.latitudes[at[0]]), float(near.longitudes[at[0]])))
        if len(spots) < 2:
            return None
        latitudes, longitudes = np.array(spots).T
        return max(float(miles_to(*spot, latitudes, longitudes).max()) for spot in spots)

    @cached_property
    def _masks(self) -> Ints:
        """By row the needs that it fits, as bits."""
        masks = np.zeros(len(self.facts.ids), np.int32)
        for number, wanted in enumerate(self.family.wanted):
            masks |= (self.facts.needs.rows_with(wanted.need_id) & self._open_to(wanted)).astype(np.int32) << number
        masks[~(self.facts.listed & ~reduce(or_, self._hindered.values()))] = 0
        return masks

    @cached_property
    def _hindered(self) -> dict[Hindrance, Bools]:
        """By row what hinders a service whatever the need."""
        nobody = np.zeros(len(self.facts.ids), np.bool_)
        return {
            Hindrance.PAUSED: self.facts.paused,
            Hindrance.NOT_TAKING: self._with(f"taking:{Taking.NOT_NOW}"),
            Hindrance.TOO_FAR: ~self._around.passing if self._around else nobody,
            Hindrance.ENDS_SOONER: self._is_end_known & (self._last_day < self._in_six_months) if self.family.stays else nobody,
        }

    @cached_property
    def _against(self) -> Ints:
        """By row all that is against a service, in tenths of a mile."""
        room = np.full(len(self.facts.ids), ROOM_UNKNOWN, np.int32)
        room[self._with(f"taking:{Taking.NOW}")] = 0
        room[self._with(f"taking:{Taking.WAITING_LIST}")] = WAITING
        said = {circumstance for person in self.family.people for circumstance in person.circumstances}
        unsure = np.int32(0 if said & EITHER else WOMEN_OR_MEN_UNKNOWN) * self._with_any(EITHER)
        total: Ints = self._way_there + room + self._money + unsure
        return total

    @cached_property
    def _way_there(self) -> Ints:
        around = self._around
        if around is None:
            return np.zeros(len(self.facts.ids), np.int32)
        far = np.minimum(np.rint(np.minimum(around.miles, FAR_AWAY) * MILE), FAR_AWAY * MILE).astype(np.int32)
        served = around.serves | around.is_in
        far = np.where(around.is_remote | (served & self._with_any_way(Way.PHONE, Way.ONLINE)), np.minimum(far, REMOTELY), far)
        far = np.where(served, np.minimum(far, SERVING), far)
        return np.where(served & self._with_any_way(Way.AT_HOME), COMES, far).astype(np.int32)

    @cached_property
    def _money(self) -> Ints:
        missing = np.clip(-(-(self._in_six_months - self._last_day) // MONTH), 0, None) * MONTH_MISSING
        against = np.where(self._last_day < self.facts.narrowing.day.toordinal(), MONEY_ENDED, missing)
        return np.where(self._is_end_known, against, MONEY_UNKNOWN).astype(np.int32)

    @cached_property
    def _last_day(self) -> Ints:
        """By row the last day that is paid for, as an ordinal: of unbroken money from today, else of any."""
        unbroken = self.facts.narrowing.funded_until
        return np.where(unbroken > 0, unbroken, self.facts.paid_until)

    @cached_property
    def _is_end_known(self) -> Bools:
        return self._last_day > 0

    @property
    def _in_six_months(self) -> int:
        return self.facts.narrowing.day.toordinal() + STAYS_DAYS

    @cached_property
    def _around(self) -> Around | None:
        return self._around_within(self.family.within)

    @cached_property
    def _around_at_any_distance(self) -> Around | None:
        return self._around_within(FAR_AWAY)

    def _around_within(self, miles: int) -> Around | None:
        place = self.family.place
        return self.facts.nearness.around(place, miles, self.facts.areas, self.facts.narrowing.traits) if place else None

    @cached_property
    def _far(self) -> Miles:
        around = self._around_at_any_distance
        return around.miles if around else np.zeros(len(self.facts.ids), np.float32)

    @cached_property
    def _open(self) -> list[Bools]:
        """By person the rows that are open to them; a family of whom nothing is said is one person."""
        return [self._open_to_person(person) for person in self.family.people or (Person(),)]

    def _open_to(self, wanted: Wanted) -> Bools:
        return self._open[wanted.person] if wanted.person is not None else reduce(or_, self._open)

    def _open_to_person(self, person: Person) -> Bools:
        """The rows for this age, and for everybody or one of these circumstances; for women or men unless the other is said."""
        said = set(person.circumstances)
        said |= set() if said & EITHER else EITHER
        passing = [~self._with_any(list(Circumstance)) | self._with_any(said)]
        if person.age is not None:
            passing += [self.facts.narrowing.youngest <= person.age, person.age <= self.facts.narrowing.oldest]
        return reduce(and_, passing)

    def _with(self, trait: str) -> Bools:
        return self.facts.narrowing.traits.rows_with(trait)

    def _with_any(self, circumstances: Collection[str]) -> Bools:
        return reduce(or_, (self._with(f"for:{one}") for one in circumstances), np.zeros(len(self.facts.ids), np.bool_))

    def _with_any_way(self, *ways: Way) -> Bools:
        return reduce(or_, (self._with(f"way:{way}") for way in ways))
