"""English words, British and American: whoever typed one has not mistyped it, though a directory may not have it."""

from functools import cache
from importlib.resources import files

# symspellpy's list: words of the Spell Checker Oriented Word Lists that are frequent in books (docs/decisions/0018).
WORDS = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")


@cache
def list_english() -> frozenset[str]:
    """Some eighty thousand words, in small letters; read when a word is asked for that a directory does not have."""
    lines = WORDS.read_text(encoding="utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines)
