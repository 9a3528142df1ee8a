"""Understanding: a question becomes parts, one for each thing that is looked for, and each part the ways to say it."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from partnerdir.search.english import list_english, list_everyday
from partnerdir.search.phrases import SMALL_WORDS, Phrases, phrase_stems
from partnerdir.search.rules import MOST_TERMS
from partnerdir.search.sayings import Meaning, list_sayings
from partnerdir.search.spelling import Vocabulary
from partnerdir.search.words import says_nothing, stem_of, with_ages_said, words_in

# How much a way of saying something counts beside the words that were typed.
AS_TYPED, PUT_RIGHT, TOGETHER, CLEARER, MEANT = 1.0, 0.9, 0.8, 0.6, 0.7
FOR_WHOM = 0.2  # of a part that says for whom, beside one that says what for
TOLD, SURE = 1.3, 10.0  # of a situation that much is told of, and what much is
AGAIN = 0.7  # of a situation that a phrase has named already: it must not drown what else is asked for
LOOSE = 0.5  # everyday words that are part of nothing that is understood count less beside what is, the more there are
MOST_OF_SHORT = 4  # letters of a word that is left as it is
COUNTED = re.compile(r"\d+(?:st|nd|rd|th|yo|yr|yrs|am|pm|k)?")  # how many, how old, when: of no service
END_OF_EXCEPTION = re.compile(r"[,.;]|\bbut\b", re.IGNORECASE)


class Spelling(Protocol):
    """What spelling needs to know of an index."""

    def has(self, stem: str) -> bool:
        """Whether anything is found by it."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in it."""
        ...


@dataclass(frozen=True)
class Reading:
    """One way to say a part: terms that belong together, and how much they count."""

    terms: tuple[str, ...]
    weight: float = AS_TYPED


@dataclass(frozen=True)
class Part:
    """One thing that is looked for; any of its readings will do, and so does a service for one of the needs."""

    readings: tuple[Reading, ...]
    need_ids: tuple[uuid.UUID, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class Understood:
    """What a question looks for, and what not; the words as they were read, and as they may have been meant."""

    parts: tuple[Part, ...] = ()
    told: tuple[Part, ...] = ()  # what all of it together tells of
    unwanted: tuple[str, ...] = ()
    area_ids: tuple[uuid.UUID, ...] = ()
    stems: tuple[str, ...] = ()  # all that was typed, for names
    spelt: str = ""  # the question with what was put right, if anything was
    meant: str = ""  # the question with what may have been mistyped


@dataclass(frozen=True)
class Word:
    """One word of a question, and what was made of it."""

    typed: str
    right: str = ""  # put right, because nothing is found by what was typed
    clearer: str = ""  # what it may be a slip for

    @property
    def stem(self) -> str:
        """By which it is looked for."""
        return stem_of(self.right or self.typed)


def understood(words: str, needs: Phrases[uuid.UUID], areas: Phrases[uuid.UUID], spelling: Spelling) -> Understood:
    """What somebody looks for who types these words."""
    wanted, unwanted = _without_exceptions(with_ages_said(words))
    typed = _list_words(wanted, needs, areas, spelling)
    said = [word for word in typed if not says_nothing(word.typed) or word.typed in SMALL_WORDS]
    stems = [word.stem for word in said]
    sayings = list_sayings()
    empty = {place for found in sayings.fillers.found_in(stems) for place in found.places}
    empty |= {place for place, word in enumerate(said) if says_nothing(word.typed)}
    if len(empty) == len(said):
        empty = {place for place, word in enumerate(said) if says_nothing(word.typed)}
    told = list(_told(said, stems, empty, needs))
    parts = tuple(_parts(said, stems, empty, needs, spelling, is_told=bool(told)))
    return Understood(
        parts=parts,
        told=tuple(replace(part, weight=part.weight * AGAIN) if _is_said(part, parts) else part for part in told),
        unwanted=tuple(dict.fromkeys(stem_of(word) for word in unwanted)),
        area_ids=tuple(area for found in areas.found_in(stems) for area in found.meanings),
        stems=tuple(
            dict.fromkeys([*(stem for place, stem in enumerate(stems) if place not in empty), *_names_parted(said, spelling)])
        ),
        spelt=_rewritten(typed, "right"),
        meant=_rewritten(typed, "clearer"),
    )


def needs_meant(asked: Understood, depth: Callable[[uuid.UUID], int]) -> tuple[uuid.UUID, ...]:
    """One need for each thing that is looked for: of those that it may be the most particular, furthest down the tree."""
    named = [part.need_ids for part in asked.parts if part.need_ids and part.weight > FOR_WHOM]
    what = named or [part.need_ids for part in asked.told if part.need_ids]
    return tuple(dict.fromkeys(max(need_ids, key=depth) for need_ids in what))


def _without_exceptions(words: str) -> tuple[str, list[str]]:
    """The question without what follows "but not", and the words of that."""
    for exception in list_sayings().exceptions.texts:
        before, said, after = words.lower().partition(f" {exception} ")
        if said and words_in(before):
            end = END_OF_EXCEPTION.search(after)
            rest = after[end.end() :] if end else ""
            unwanted = words_in(after[: end.start()] if end else after)
            return f"{before} {rest}", [word for word in unwanted if not says_nothing(word)]
    return words, []


def _list_words(text: str, needs: Phrases[uuid.UUID], areas: Phrases[uuid.UUID], spelling: Spelling) -> list[Word]:
    sayings = list_sayings()
    known = (sayings.meanings.stems, sayings.whom.stems, sayings.fillers.stems, needs.stems, areas.stems)
    found: list[Word] = []
    for word in map(_spoken_out, words_in(text)[: 2 * MOST_TERMS]):
        if says_nothing(word) or any(stem_of(word) in stems for stems in known):
            found.append(Word(word))
        elif spelling.has(stem_of(word)):
            found.append(Word(word, clearer=spelling.vocabulary.clearer(word) or ""))
        elif halves := spelling.vocabulary.parted(word):
            found += [Word(word, right=halves[0]), Word("", right=halves[1])]
        elif word in list_english():
            found.append(Word(word, clearer=spelling.vocabulary.heard_as(word) or ""))
        elif closest := spelling.vocabulary.closest(word):
            found.append(Word(word, right=closest))
        elif halves := spelling.vocabulary.parted(word, rare=0):
            found += [Word(word, right=halves[0]), Word("", right=halves[1])]
        else:
            found.append(Word(word))
    return found


def _spoken_out(word: str) -> str:
    """The word with the g that is not said in drinkin and comin."""
    is_short = len(word) > MOST_OF_SHORT and word.endswith("in") and word not in list_english()
    return f"{word}g" if is_short and f"{word}g" in list_english() else word


def _names_parted(said: Sequence[Word], spelling: Spelling) -> Iterator[str]:
    """The names that were written as two words: camp hill for Camphill."""
    for word, other in pairwise(said):
        if word.typed and other.typed and _is_name(word.typed + other.typed, spelling):
            yield stem_of(word.typed + other.typed)


def _rewritten(words: Sequence[Word], how: str) -> str:
    if not any(getattr(word, how) for word in words):
        return ""
    return " ".join(getattr(word, how) or word.right or word.typed for word in words)


def _parts(
    said: Sequence[Word], stems: Sequence[str], empty: set[int], needs: Phrases[uuid.UUID], spelling: Spelling, is_told: bool
) -> Iterator[Part]:
    """A part for each phrase that means something, and for each word that is in none of them."""
    sayings = list_sayings()
    whom = {found.places: found for found in sayings.whom.found_in(stems, empty)}
    meant = {found.places: found.meanings for found in (*whom.values(), *sayings.meanings.found_in(stems, empty))}
    needs_said = needs.found_in(stems, empty)
    phrases = {*meant, *(need.places for need in needs_said)}
    longest_first = sorted(phrases, key=lambda places: (-len(places), places))
    done: set[int] = set()
    parts: list[tuple[int, Part]] = []
    for places in longest_first:
        if set(places) <= done or (set(places) <= empty and len(places) == 1):
            continue
        readings = [_as_typed([said[place] for place in places if place not in empty or len(places) > 1])]
        need_ids = [
            need_id
            for need in needs_said
            if set(need.places) <= set(places) and (len(need.places) > 1 or len(places) == 1)
            for need_id in need.meanings
        ]
        other_readings, needs_of_meaning = _meant(meant.get(places, ()), needs)
        readings += other_readings
        need_ids += needs_of_meaning
        weight = FOR_WHOM if places in whom else 1.0
        parts.append((places[0], Part(tuple(dict.fromkeys(readings)), tuple(dict.fromkeys(need_ids)), weight)))
        done |= set(places)
    parts += _list_loose(
        [(place, word) for place, word in enumerate(said) if place not in done and place not in empty],
        said,
        spelling,
        is_understood=is_told or any(part.weight > FOR_WHOM for _place, part in parts),
    )
    yield from (part for _place, part in sorted(parts, key=lambda one: one[0])[:MOST_TERMS])


def _told(said: Sequence[Word], stems: Sequence[str], empty: set[int], needs: Phrases[uuid.UUID]) -> Iterator[Part]:
    """A part for each situation that the words together tell of, whatever phrases they are."""
    uncounted = ["" if COUNTED.fullmatch(word.typed) else stem for word, stem in zip(said, stems, strict=True)]
    for told in list_sayings().situations.told_in(uncounted, empty):
        readings, need_ids = _meant(told.meanings, needs)
        as_typed = _as_typed([said[place] for place in sorted(told.places)])
        yield Part((as_typed, *readings), need_ids, TOLD * min(1.0, told.evidence / SURE))


def _is_said(told: Part, parts: Iterable[Part]) -> bool:
    """Whether a phrase has said already what the words together tell of."""
    return any(
        part.weight > FOR_WHOM and (set(part.readings[1:]) & set(told.readings[1:]) or set(part.need_ids) & set(told.need_ids))
        for part in parts
    )


def _meant(meanings: Iterable[Meaning], needs: Phrases[uuid.UUID]) -> tuple[tuple[Reading, ...], tuple[uuid.UUID, ...]]:
    """Readings for what is meant, and the needs that a directory has for it.

    What this directory has a need for is found by that; the words of it alone may be said of much else.
    """
    readings: list[Reading] = []
    need_ids: list[uuid.UUID] = []
    for meaning in meanings:
        named = [found.meanings for found in needs.found_in(meaning.stems) if len(found.places) == len(meaning.stems)]
        need_ids += [need_id for found in named for need_id in found]
        readings += [] if named else [Reading(meaning.terms, MEANT)]
    return tuple(dict.fromkeys(readings)), tuple(dict.fromkeys(need_ids))


def _list_loose(
    loose: Sequence[tuple[int, Word]], said: Sequence[Word], spelling: Spelling, is_understood: bool
) -> Iterator[tuple[int, Part]]:
    """A part for each word that is in no phrase; beside what is understood, numbers say nothing and everyday words little."""
    telling = [(place, word) for place, word in loose if not (is_understood and COUNTED.fullmatch(word.typed))]
    everyday = 1 / (1 + LOOSE * len(telling)) if is_understood else 1.0
    for place, word in telling:
        weight = everyday if word.typed in list_everyday() else 1.0
        around = said[max(place - 1, 0) : place], said[place + 1 : place + 2]
        yield place, Part(tuple(_readings(word, *around, spelling)), weight=weight)


def _as_typed(words: Sequence[Word]) -> Reading:
    stems = phrase_stems(word.right or word.typed for word in words if not says_nothing(word.typed))
    return Reading(tuple(dict.fromkeys(stems)))


def _readings(word: Word, before: Sequence[Word], following: Sequence[Word], spelling: Spelling) -> Iterator[Reading]:
    yield Reading((word.stem,), PUT_RIGHT if word.right else AS_TYPED)
    if word.clearer:
        yield Reading((stem_of(word.clearer),), CLEARER)
    for other in following:
        joined = stem_of(word.typed + other.typed)
        if other.typed and spelling.has(joined):
            yield Reading((joined,), TOGETHER)
    for other in before:
        if other.typed and word.typed and _is_name(other.typed + word.typed, spelling):
            yield Reading((stem_of(other.typed + word.typed),), TOGETHER)


def _is_name(word: str, spelling: Spelling) -> bool:
    return word in spelling.vocabulary.counts and word not in list_english()
