"""Sayings: what people say in place of what services call it, read from the files of thesaurus/."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from partnerdir.search.phrases import Phrases, phrase_stems
from partnerdir.search.situations import Situations
from partnerdir.search.words import terms, with_ages_said, words_in

THESAURUS = Path(__file__).with_name("thesaurus")
Terms = tuple[str, ...]


class Meaning(NamedTuple):
    """What a saying means: the terms to look for, and the stems of the phrase, by which needs are compared."""

    terms: Terms
    stems: Terms


class Sayings(NamedTuple):
    """Phrases that mean something, that only say for whom, that say nothing, and after which comes what is not wanted.

    Whoever uses other words than those of a phrase may still tell of the situation that all its phrases tell of.
    """

    meanings: Phrases[Meaning]
    situations: Situations[Meaning]
    whom: Phrases[Meaning]
    fillers: Phrases[None]
    exceptions: Phrases[None]


@cache
def list_sayings() -> Sayings:
    """The sayings that every directory starts with."""
    kept = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(THESAURUS.glob("*.toml"))]
    means = [line for one in kept for line in _lines(one.get("means", {}))]
    whom = [line for one in kept for line in _lines(one.get("whom", {}))]
    return Sayings(
        Phrases(pair for line in means for pair in _phrases(*line)),
        Situations((meanings, (*called, *said)) for meanings, called, said in means),
        Phrases(pair for line in whom for pair in _phrases(*line)),
        Phrases((filler, None) for one in kept for filler in one.get("fillers", ())),
        Phrases((exception, None) for one in kept for exception in one.get("exceptions", ())),
    )


@cache
def list_words_said() -> frozenset[str]:
    """Every word of the sayings, so that one that is mistyped can be put right in any directory."""
    said = list_sayings()
    texts = (*said.meanings.texts, *said.whom.texts, *said.fillers.texts)
    return frozenset(word for text in texts for word in words_in(text))


def _lines(table: dict[str, list[str]]) -> Iterator[tuple[tuple[Meaning, ...], list[str], list[str]]]:
    """What each line of a file stands for, what that is called, and what is said of it."""
    for names, said in table.items():
        called = names.split(" | ")
        yield (
            tuple(Meaning(tuple(terms(name)), tuple(phrase_stems(words_in(name)))) for name in called),
            called,
            list(map(with_ages_said, said)),
        )


def _phrases(meanings: tuple[Meaning, ...], called: list[str], said: list[str]) -> Iterator[tuple[str, Meaning]]:
    """What is said may be any of what it is called; a name is only what it is."""
    yield from zip(called, meanings, strict=True)
    yield from ((phrase, meaning) for phrase in said for meaning in meanings)
