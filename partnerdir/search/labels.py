"""Labels in arrays: which services have which needs, or are found in which areas.

Few combinations of labels occur, and many services share one, so services are grouped by their combination and a
question is answered once for each group.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Reach = Mapping[uuid.UUID, frozenset[uuid.UUID]]


@dataclass(frozen=True)
class Labels:
    """For each label the labels it counts for, and for each row the group of rows that has the same labels."""

    numbers: dict[uuid.UUID, int]
    reached: dict[uuid.UUID, frozenset[int]]  # by label: the numbers of the labels it counts for
    groups: dict[frozenset[uuid.UUID], int]
    pair_groups: Ints  # the group pair_groups[i] has the label pair_labels[i]
    pair_labels: Ints
    group_of: Ints  # by row

    @classmethod
    def made(cls, reach: Reach, labels_of_rows: Sequence[frozenset[uuid.UUID]] = ()) -> "Labels":
        """The labels of all rows; `reach` says for each label which labels it counts for."""
        numbers = {label: number for number, label in enumerate(reach)}
        reached = {label: frozenset(numbers[other] for other in others) for label, others in reach.items()}
        nothing = np.zeros(0, np.int32)
        return cls(numbers, reached, {}, nothing, nothing, nothing).changed(dict(enumerate(labels_of_rows)))

    def changed(self, labels_of: Mapping[int, frozenset[uuid.UUID]]) -> "Labels":
        """The same with other labels on these rows, which may be new ones at the end."""
        groups, pair_labels, sizes = dict(self.groups), list[int](), list[int]()
        group_of = np.zeros(max([len(self.group_of), *(row + 1 for row in labels_of)]), np.int32)
        group_of[: len(self.group_of)] = self.group_of
        for row, labels in labels_of.items():
            if labels not in groups:
                groups[labels] = len(groups)
                reached = frozenset[int]().union(*(self.reached.get(label, ()) for label in labels))
                pair_labels += reached
                sizes.append(len(reached))
            group_of[row] = groups[labels]
        new_groups = np.arange(len(self.groups), len(groups), dtype=np.int32)
        return replace(
            self,
            groups=groups,
            pair_groups=np.concatenate([self.pair_groups, np.repeat(new_groups, sizes)]),
            pair_labels=np.concatenate([self.pair_labels, np.array(pair_labels, np.int32)]),
            group_of=group_of,
        )

    def regrown(self, reach: Reach) -> "Labels":
        """The same rows, where labels have come to count for others."""
        return replace(Labels.made(reach, list(self.groups)), group_of=self.group_of)

    def rows_with(self, label: uuid.UUID) -> Bools:
        """Which rows have this label."""
        has = np.zeros(len(self.groups), np.bool_)
        has[self.pair_groups[self.pair_labels == self.numbers.get(label, -1)]] = True
        return has[self.group_of]

    def counts(self, rows: NDArray[Any]) -> dict[uuid.UUID, int]:
        """How many of these rows have each label, for the labels that any has."""
        in_group = np.bincount(self.group_of[rows], minlength=len(self.groups))
        totals = np.bincount(self.pair_labels, in_group[self.pair_groups], minlength=len(self.numbers))
        return {label: int(total) for label, total in zip(self.numbers, totals, strict=True) if total}
