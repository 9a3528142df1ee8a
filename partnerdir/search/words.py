"""How text becomes the terms that are looked for: the same for what is indexed and what is asked."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from whoosh.analysis import STOP_WORDS, Analyzer, Token, entoken
from whoosh.lang.porter import stem

from partnerdir.search.rules import MOST_TERMS, plain

_WORD = re.compile(r"[^\W_]{2,}")

_stemmed = lru_cache(maxsize=50_000)(stem)


def terms(text: str) -> list[str]:
    """The stems of the words in a text, in order, without those that say nothing."""
    return [_stemmed(word) for word in _WORD.findall(plain(text)) if word not in STOP_WORDS]


def question_terms(words: str) -> list[str]:
    """The different terms that a question asks for."""
    return list(dict.fromkeys(terms(words)))[:MOST_TERMS]


class Words(Analyzer):
    """Our terms, for Whoosh."""

    def __call__(self, value: str, **options: Any) -> Iterator[Token]:
        tokens: Iterator[Token] = entoken(terms(value), **options)
        return tokens
