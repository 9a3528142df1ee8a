"""Phrases: what people say, found in a question however it is bent and with a word or two between."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from partnerdir.search.words import says_nothing, stem_of, words_in

T = TypeVar("T")
BETWEEN = 2  # words that may stand between two words of a phrase: "mum keeps on drinking"
APART = 5  # words that may do so with those that say nothing
# Say nothing in a text, and everything in "not going to school" and in "care at home", which is no care home.
SMALL_WORDS = ("no", "not", "at")
WHOSE = frozenset({"my", "our", "your", "his", "her", "their"})
WHOSE_STEMS = frozenset(stem_of(word) for word in WHOSE)


@dataclass(frozen=True)
class Found(Generic[T]):
    """A phrase in a question: at which of its words, and what the phrase stands for."""

    places: tuple[int, ...]
    meanings: tuple[T, ...]


def _stems_of_phrase(text: str) -> tuple[str, ...]:
    """What a phrase is looked for by: whose it is does not matter, as far as anything else is left to tell it by."""
    words = words_in(text)
    lean = phrase_stems(word for word in words if word not in WHOSE)
    stems = tuple(lean if len(lean) > 1 else phrase_stems(words))
    # "the broo" is broo, but "drop in" is not all that is dropped.
    return stems if len(stems) > 1 or stems == tuple(phrase_stems(words[-1:])) else ()


def phrase_stems(words: Iterable[str]) -> list[str]:
    """The stems by which phrases are compared."""
    return [stem_of(word) for word in words if word in SMALL_WORDS or not says_nothing(word)]


class Phrases(Generic[T]):
    """Phrases, each with what it stands for; never changed once made."""

    def __init__(self, meanings: Iterable[tuple[str, T]]) -> None:
        standing_for: dict[str, list[T]] = {}
        for text, meaning in meanings:
            standing_for.setdefault(text, []).append(meaning)
        self.texts = list(standing_for)
        known: dict[tuple[str, ...], list[T]] = {}
        for text, meant in standing_for.items():
            if stems := _stems_of_phrase(text):
                known.setdefault(stems, []).extend(meant)
        self._starting: dict[str, list[tuple[tuple[str, ...], tuple[T, ...]]]] = {}
        for stems, meant in known.items():
            self._starting.setdefault(stems[0], []).append((stems, tuple(meant)))
        self.stems = {stem for stems in known for stem in stems}

    def found_in(self, stems: Sequence[str], empty: Collection[int] = ()) -> list[Found[T]]:
        """The phrases in a row of stems, the longest first; none that is only a part of another.

        Words at empty places say nothing and do not count as standing between.
        """
        found = [
            Found(places, meanings)
            for start, stem in enumerate(stems)
            for phrase, meanings in self._starting.get(stem, ())
            if (places := _places(phrase, stems, start, empty))
        ]
        found.sort(key=lambda one: -len(one.places))
        kept: list[Found[T]] = []
        for one in found:
            if not any(set(one.places) < set(other.places) for other in kept):
                kept.append(one)
        return kept


def _places(phrase: tuple[str, ...], stems: Sequence[str], start: int, empty: Collection[int]) -> tuple[int, ...]:
    places = [start]
    most_between = BETWEEN if len(set(phrase) - WHOSE_STEMS) > 1 else 0  # "caring for my" is not in "a care home for my mum"
    for stem in phrase[1:]:
        place = _next(stem, stems, places[-1] + 1, empty, most_between)
        if place is None:
            return ()
        places.append(place)
    return tuple(places)


def _next(stem: str, stems: Sequence[str], start: int, empty: Collection[int], most_between: int) -> int | None:
    between = 0
    for place in range(start, min(len(stems), start + APART + 1)):
        if stems[place] == stem:
            return place
        between += place not in empty
        if between > most_between:
            return None
    return None
