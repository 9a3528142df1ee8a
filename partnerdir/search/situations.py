"""Situations: what people tell of in their own words, known by the words that are told of it more than of anything else."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from partnerdir.search.phrases import phrase_stems
from partnerdir.search.words import words_in

T = TypeVar("T")
LENGTH = 0.5  # how far each word counts less in a situation of which much is told, as in BM25
EVERYDAY = 0.7  # of a word that is said of anything, beside one that tells something
FEWEST_WORDS, LEAST = 2, 4.0  # words that tell something, and evidence, before a situation is believed


@dataclass(frozen=True)
class Told(Generic[T]):
    """A situation that somebody tells of: what it stands for, in which words it is told, and how sure that is."""

    meanings: tuple[T, ...]
    places: frozenset[int]
    evidence: float


class Situations(Generic[T]):
    """Situations, each with what it stands for and what people say in it; never changed once made."""

    def __init__(self, situations: Iterable[tuple[tuple[T, ...], Sequence[str]]]) -> None:
        said = [(meanings, _times_said(texts)) for meanings, texts in situations]
        usual = sum(len(times) for _meanings, times in said) / max(len(said), 1)
        known = Counter(stem for _meanings, times in said for stem in times)
        self._meanings = [meanings for meanings, _times in said]
        self._speaking: dict[str, list[tuple[int, float]]] = {}
        for number, (_meanings, times) in enumerate(said):
            length = 1 - LENGTH + LENGTH * len(times) / usual
            for stem, count in times.items():
                evidence = math.log(1 + len(said) / known[stem]) * count / (count + length)
                self._speaking.setdefault(stem, []).append((number, evidence))

    def told_in(self, stems: Sequence[str], empty: Collection[int] = (), most: int = 2) -> list[Told[T]]:
        """The situations that a row of stems tells of, the surest first, each in words that tell of none before it."""
        left = {stem: place for place, stem in reversed(list(enumerate(stems))) if stem in self._speaking}
        found: list[Told[T]] = []
        while len(found) < most and (told := self._surest(left, empty)):
            found.append(told)
            left = {stem: place for stem, place in left.items() if place not in told.places}
        return found

    def _surest(self, places: dict[str, int], empty: Collection[int]) -> Told[T] | None:
        evidence = [0.0] * len(self._meanings)
        for stem, place in places.items():
            share = EVERYDAY if place in empty else 1.0
            for number, speaking in self._speaking[stem]:
                evidence[number] += share * speaking
        for number in sorted(range(len(evidence)), key=evidence.__getitem__, reverse=True):
            if evidence[number] < LEAST:
                break
            telling = {place for stem, place in places.items() if any(one == number for one, _ in self._speaking[stem])}
            if len(telling.difference(empty)) >= FEWEST_WORDS:
                return Told(self._meanings[number], frozenset(telling), evidence[number])
        return None


def _times_said(texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each stem is."""
    return Counter(stem for text in texts for stem in set(phrase_stems(words_in(text))))
