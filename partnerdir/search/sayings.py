"""Sayings: what people say in place of what services call it, read from sayings.toml."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from partnerdir.search.phrases import Phrases, phrase_stems
from partnerdir.search.words import terms, words_in

SAYINGS = Path(__file__).with_name("sayings.toml")
Terms = tuple[str, ...]


class Meaning(NamedTuple):
    """What a saying means: the terms to look for, and the stems of the phrase, by which needs are compared."""

    terms: Terms
    stems: Terms


class Sayings(NamedTuple):
    """Phrases that mean something, that only say for whom, that say nothing, and after which comes what is not wanted."""

    meanings: Phrases[Meaning]
    whom: Phrases[Meaning]
    fillers: Phrases[None]
    exceptions: Phrases[None]


@cache
def list_sayings() -> Sayings:
    """The sayings that every directory starts with."""
    kept = tomllib.loads(SAYINGS.read_text(encoding="utf-8"))
    return Sayings(
        Phrases(_meant(kept["means"])),
        Phrases(_meant(kept["whom"])),
        Phrases((filler, None) for filler in kept["fillers"]),
        Phrases((exception, None) for exception in kept["exceptions"]),
    )


@cache
def list_words_said() -> frozenset[str]:
    """Every word of the sayings, so that one that is mistyped can be put right in any directory."""
    said = list_sayings()
    texts = (*said.meanings.texts, *said.whom.texts, *said.fillers.texts)
    return frozenset(word for text in texts for word in words_in(text))


def _meant(table: dict[str, list[str]]) -> Iterator[tuple[str, Meaning]]:
    for meanings, said in table.items():
        for text in meanings.split(" | "):
            meaning = Meaning(tuple(terms(text)), tuple(phrase_stems(words_in(text))))
            yield from ((saying, meaning) for saying in (text, *said))
