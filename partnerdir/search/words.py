"""How text becomes the terms that are looked for: the same for what is indexed and what is asked."""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh.analysis import STOP_WORDS, Analyzer, Token, entoken
from whoosh.lang.porter import stem

from partnerdir.search.rules import plain

_WORD = re.compile(r"[^\W_]{2,}")
_SPOKEN = tomllib.loads(Path(__file__).with_name("thesaurus").joinpath("spoken.toml").read_text(encoding="utf-8"))["spoken"]
_AGES = tomllib.loads(Path(__file__).with_name("thesaurus").joinpath("general.toml").read_text(encoding="utf-8"))["ages"]
AGES = {int(youngest): said for youngest, said in _AGES.items()}
_AGE = re.compile(r"\b(?:(\d{1,3})[\s-]*(?:(?:years?|yrs?)[\s-]*(?:olds?|auld)|yo)|aged? (\d{1,3}))\b", re.IGNORECASE)
SPOKEN = {spelling: word for word, spellings in _SPOKEN.items() for spelling in spellings}

# Where Porter's rules make one of two words that mean different things here: women's aid and AIDS, a house and housing.
APART = {
    "aids": "aids",
    "housing": "housing",
    "personal": "personal",
    "personality": "personality",
    "sheltered": "sheltered",
    "policy": "policy",
    "policies": "policy",
    "university": "university",
    "universities": "university",
    "communication": "communicat",
    "lodging": "lodgings",
    "lodgings": "lodgings",
    "relate": "relate",
}


@lru_cache(maxsize=50_000)
def stem_of(word: str) -> str:
    """What a word is looked for by: the same for its plural, and for what is made of it."""
    return APART.get(word) or str(stem(word))


def words_in(text: str) -> list[str]:
    """The words in a text, in order, each in plain letters, those that are written as they are said as others write them."""
    return [SPOKEN.get(word, word) for word in _WORD.findall(plain(text))]


def with_ages_said(text: str) -> str:
    """The text with what somebody of so many years is, in place of the years: nobody is found by a number."""
    return _AGE.sub(lambda age: AGES[max(youngest for youngest in AGES if youngest <= int(age[1] or age[2]))], text)


def says_nothing(word: str) -> bool:
    """Whether a word is in every text, so that it tells none from another."""
    return word in STOP_WORDS


def terms(text: str) -> list[str]:
    """The stems of the words in a text, in order, without those that say nothing."""
    return [stem_of(word) for word in words_in(text) if not says_nothing(word)]


class Words(Analyzer):
    """Our terms, for Whoosh."""

    def __call__(self, value: str, **options: Any) -> Iterator[Token]:
        tokens: Iterator[Token] = entoken(terms(value), **options)
        return tokens


class Spellings(Analyzer):
    """The words themselves, each once and unchanged, so that a mistyped one can be put right."""

    def __call__(self, value: str, **options: Any) -> Iterator[Token]:
        spelt = dict.fromkeys(word for word in words_in(value) if not says_nothing(word))
        tokens: Iterator[Token] = entoken(list(spelt), **options)
        return tokens
