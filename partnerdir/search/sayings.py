"""Sayings: what people say in place of what services call it, read from the files of thesaurus/."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from partnerdir.search.phrases import Phrases, phrase_stems
from partnerdir.search.words import terms, words_in

THESAURUS = Path(__file__).with_name("thesaurus")
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
    kept = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(THESAURUS.glob("*.toml"))]
    return Sayings(
        Phrases(meant for one in kept for meant in _meant(one.get("means", {}))),
        Phrases(meant for one in kept for meant in _meant(one.get("whom", {}))),
        Phrases((filler, None) for one in kept for filler in one.get("fillers", ())),
        Phrases((exception, None) for one in kept for exception in one.get("exceptions", ())),
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
