"""English words, British and American: whoever typed one has not mistyped it, though a directory may not have it."""

from functools import cache
from importlib.resources import files

# symspellpy's list: words of the Spell Checker Oriented Word Lists that are frequent in books (docs/decisions/0018).
WORDS = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
EVERYDAY = 10_000  # of its words, the most frequent; the rarer ones are names of towns as often as not


@cache
def list_english() -> frozenset[str]:
    """Some eighty thousand words, in small letters; read when a word is asked for that a directory does not have."""
    return frozenset(_list_words())


@cache
def list_everyday() -> frozenset[str]:
    """Those of them that are said of anything; the others are rare, or names such as Doncaster, and tell what is meant."""
    return frozenset(_list_words()[:EVERYDAY])


def _list_words() -> list[str]:
    """The most frequent first, as the list has them."""
    return [line.partition(" ")[0] for line in WORDS.read_text(encoding="utf-8-sig").splitlines()]
