"""Spelling: which word of the directory somebody meant by one that it does not have."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

SHORTEST = 4  # of words that are put right: of shorter ones, too many are one letter apart
MIDDLING, LONG = 5, 8  # from the second on two slips are forgiven; from the first on, where both words sound alike
RARE = 2  # a word in no more services than this may be a slip as well
FAR_RARER = 30  # if its neighbour is in so many times more
ANOTHER_LETTER_FIRST = 0.9  # people seldom mistype the first letter
MOST = 12
LONG_NAME = 6  # letters at least, of what may be a slip in a rare name
BY_EAR = 5  # letters at least, of a word that is known by its sound alone: of shorter ones too many sound alike

# The longest first, as they are tried in this order.
_SOUNDS = {
    "ture": "kre", "tion": "shn", "sion": "shn", "cian": "shn", "cial": "shl", "tial": "shl", "tia": "sh", "cia": "sh",
    "sch": "sk", "tch": "k", "ght": "t", "ph": "f", "ce": "se", "ci": "si", "ch": "k", "ck": "k", "c": "k", "y": "i", "z": "s",
    "gh": "g", "wh": "w",
}  # fmt: skip
FEWEST_BONES = 4
_ONE_LETTER = re.compile("|".join(_SOUNDS))


class Vocabulary:
    """The words of the directory, and in how many services each is."""

    def __init__(self, counts: Mapping[str, int], is_word: Callable[[str], bool] = bool) -> None:
        self.counts = counts
        self._of_length: dict[int, list[str]] = defaultdict(list)
        self._names_of_length: dict[int, list[str]] = defaultdict(list)
        for word in counts:
            if len(word) >= SHORTEST - 1 and word.isalpha():
                # A rare word that is none of the language is a name: nobody who writes "comin" means Colin.
                is_name = counts[word] <= RARE and not is_word(word)
                (self._names_of_length if is_name else self._of_length)[len(word)].append(word)
        self._by_sound = self._heard()

    def closest(self, word: str) -> str | None:
        """The word that was most likely meant by one that is unknown; a rare name only where it can be nothing else."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        near = self._near(word, self._of_length) or self._sounding_like(word)
        return near or (self._near(word, self._names_of_length) if len(word) >= LONG_NAME else None)

    def _near(self, word: str, of_length: Mapping[int, list[str]]) -> str | None:
        slips = 1 if len(word) < MIDDLING else 2
        near = []
        for length in range(len(word) - slips, len(word) + slips + 1):
            near += extract(word, of_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips, limit=MOST)
        likely = [
            (_unlikeliness(word, other, distance), -self.counts[other], other)
            for other, distance, _place in near
            if other != word
        ]
        likely = [entry for entry in likely if entry[0] <= (2 if len(word) >= LONG else 1.5)]
        return min(likely)[2] if likely else None

    def _sounding_like(self, word: str) -> str | None:
        """The most frequent word that sounds like one spelt by ear: eviction for evicshun."""
        alike = self._by_sound.get(_bones(word), []) if len(word) >= BY_EAR else []
        alike = [other for other in alike if OSA.distance(word, other) <= len(word) / 2]
        return max(alike, key=lambda other: (self.counts[other], other), default=None)

    def _heard(self) -> dict[str, list[str]]:
        sounding = defaultdict(list)
        for length, words in self._of_length.items():
            for word in words if length >= BY_EAR else ():
                if len(bones := _bones(word)) >= FEWEST_BONES:
                    sounding[bones].append(word)
        return dict(sounding)

    def clearer(self, word: str) -> str | None:
        """The word one slip away that is in far more services than this rare one."""
        if len(word) <= SHORTEST or self.counts.get(word, 0) > RARE:
            return None
        other = self.closest(word)
        if other and OSA.distance(word, other) == 1 and self.counts[other] >= FAR_RARER * (self.counts.get(word, 0) + 1):
            return other
        return None

    def heard_as(self, word: str) -> str | None:
        """The word that sounds just like one which is right but finds nothing: gaelic for gallic."""
        other = self._near(word, self._of_length) if len(word) >= BY_EAR else None
        return other if other and _bones(other) == _bones(word) else None

    def parted(self, word: str, rare: int = RARE) -> tuple[str, str] | None:
        """The two words that were written as one, each in more services than are rare."""
        halves = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
        known = [half for half in halves if self.counts.get(half[0], 0) > rare and self.counts.get(half[1], 0) > rare]
        return max(known, key=lambda half: min(self.counts[half[0]], self.counts[half[1]]), default=None)


def _unlikeliness(word: str, other: str, distance: float) -> float:
    # A second slip weighs half where only vowels and doubled letters differ, which is how people spell by ear.
    by_ear = distance > 1 and _bones(word) == _bones(other)
    return (distance / 2 if by_ear else distance) + (ANOTHER_LETTER_FIRST if word[0] != other[0] else 0)


def _bones(word: str) -> str:
    """What is left of a word when letters that sound alike are one, and vowels and doubled letters none."""
    kept = ""
    for letter in _ONE_LETTER.sub(lambda found: _SOUNDS[found[0]], word):
        if letter not in "aeiou" and kept[-1:] != letter:
            kept += letter
    return kept
