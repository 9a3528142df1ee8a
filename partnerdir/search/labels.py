"""Labels in arrays: which services have which needs, or are found in which areas.

Few combinations of labels occur, and many services share one, so services are grouped by their combination and a
question is answered once for each group.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Rows = NDArray[np.intp]  # as numpy looks them up; any other kind it would first turn into these
Bools = NDArray[np.bool_]
Label = TypeVar("Label", bound=Hashable)
Reach = Mapping[Label, frozenset[Label]]
MOST_MASKS = 32  # that are kept of one kind of label


@dataclass(frozen=True)
class Labels(Generic[Label]):
    """For each label the labels it counts for, and for each row the group of rows that has the same labels."""

    numbers: dict[Label, int]
    reached: dict[Label, frozenset[int]]  # by label: the numbers of the labels it counts for
    groups: dict[frozenset[Label], int]
    pair_groups: Ints  # the group pair_groups[i] has the label pair_labels[i]
    pair_labels: Ints
    group_of: Rows  # by row
    _masks: dict[Label, Bools] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def made(cls, reach: Reach[Label], labels_of_rows: Sequence[frozenset[Label]] = ()) -> "Labels[Label]":
        """The labels of all rows; `reach` says for each label which labels it counts for."""
        numbers = {label: number for number, label in enumerate(reach)}
        reached = {label: frozenset(numbers[other] for other in others) for label, others in reach.items()}
        nothing = np.zeros(0, np.int32)
        return cls(numbers, reached, {}, nothing, nothing, np.zeros(0, np.intp)).changed(dict(enumerate(labels_of_rows)))

    def knowing(self, labels: Collection[Label]) -> "Labels[Label]":
        """The same, with labels that count for themselves alone where they are new."""
        new = [label for label in labels if label not in self.numbers]
        if not new:
            return self
        numbers = self.numbers | {label: number for number, label in enumerate(new, len(self.numbers))}
        return replace(self, numbers=numbers, reached=self.reached | {label: frozenset([numbers[label]]) for label in new})

    def changed(self, labels_of: Mapping[int, frozenset[Label]]) -> "Labels[Label]":
        """The same with other labels on these rows, which may be new ones at the end."""
        groups, pair_labels, sizes = dict(self.groups), list[int](), list[int]()
        group_of = np.zeros(max([len(self.group_of), *(row + 1 for row in labels_of)]), np.intp)
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

    def regrown(self, reach: Reach[Label]) -> "Labels[Label]":
        """The same rows, where labels have come to count for others."""
        return replace(Labels.made(reach, list(self.groups)), group_of=self.group_of)

    def depth(self, label: Label) -> int:
        """How many labels this one counts for: in a tree, how far down it is."""
        return len(self.reached.get(label, ()))

    def rows_with(self, label: Label) -> Bools:
        """Which rows have this label; not to be changed, as it is kept for the next who asks."""
        mask = self._masks.get(label)
        if mask is None:
            has = np.zeros(len(self.groups), np.bool_)
            has[self.pair_groups[self.pair_labels == self.numbers.get(label, -1)]] = True
            mask = has[self.group_of]
            mask.flags.writeable = False
            if len(self._masks) >= MOST_MASKS:
                self._masks.clear()
            self._masks[label] = mask
        return mask

    def counts(self, rows: NDArray[Any]) -> dict[Label, int]:
        """How many of these rows have each label, for the labels that any has."""
        in_group = np.bincount(self.group_of[rows], minlength=len(self.groups))
        totals = np.bincount(self.pair_labels, in_group[self.pair_groups], minlength=len(self.numbers))
        return {label: int(total) for label, total in zip(self.numbers, totals, strict=True) if total}
