"""Narrowing: which services have the traits, the ages and the money that a question asks for, in arrays by row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

import numpy as np

from partnerdir.search.labels import Bools, Ints, Labels, Rows
from partnerdir.search.particulars import FOR_GOOD, Particulars
from partnerdir.search.rules import Question
from partnerdir.search.traits import REMOTE, STAYS, STAYS_DAYS, UNPLACED


@dataclass(frozen=True)
class Narrowing:
    """The traits, ages and last funded days of all services."""

    day: date
    traits: Labels[str]
    youngest: Ints
    oldest: Ints
    funded_until: Ints

    @classmethod
    def made(cls, day: date) -> "Narrowing":
        """Of no services yet; what is funded is looked at from this day."""
        nothing = np.zeros(0, np.int32)
        return cls(day, Labels.made({trait: frozenset([trait]) for trait in REMOTE}), nothing, nothing, nothing)

    def changed(self, found: Mapping[int, Particulars], count: int) -> "Narrowing":
        """The same with other particulars on these rows, of so many rows in all."""
        traits = self.traits.knowing({trait for service in found.values() for trait in service.traits})
        return replace(
            self,
            traits=traits.changed({row: service.traits for row, service in found.items()}),
            youngest=_with(self.youngest, {row: service.youngest for row, service in found.items()}, count),
            oldest=_with(self.oldest, {row: service.oldest for row, service in found.items()}, count),
            funded_until=_with(self.funded_until, {row: service.funded_until for row, service in found.items()}, count),
        )

    def passing(self, question: Question, passing: Bools) -> Bools:
        """Which of the rows that pass until now have all that the question has chosen."""
        for trait in question.chosen:
            if trait == STAYS:
                passing = passing & self._stays
            elif trait != UNPLACED:
                passing = passing & self.traits.rows_with(trait)
        if question.age is not None:
            passing = passing & (self.youngest <= question.age) & (question.age <= self.oldest)
        return passing

    def traits_of(self, row: int) -> frozenset[str]:
        """The traits of one row."""
        return next(islice(self.traits.groups, int(self.traits.group_of[row]), None))

    def counts(self, found: Rows) -> dict[str, int]:
        """How many of these rows have each trait: what a list would come to if that were chosen next."""
        stays = int(np.count_nonzero(self._stays[found]))
        return self.traits.counts(found) | ({STAYS: stays} if stays else {})

    @property
    def _stays(self) -> Bools:
        return self.funded_until >= min(self.day.toordinal() + STAYS_DAYS, FOR_GOOD)


def _with(before: Ints, values: Mapping[int, int], count: int) -> Ints:
    after = np.zeros(count, np.int32)
    after[: len(before)] = before
    if values:
        after[list(values)] = list(values.values())
    return after
