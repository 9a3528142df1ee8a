"""Says fixed words in the language of whoever reads them; the words themselves are in translations/.

English stands in the code. The names are gettext's own, so that Babel's tools find every message. Rooms below the doors
say words too, and must not know of the web: that is why they ask here, and Flask-Babel is left to the doors
(docs/decisions/0017-languages.md).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, cast

from babel import Locale, UnknownLocaleError
from babel.support import LazyProxy, Translations

from partnerdir.errors import BadSetting

FOLDER = Path(__file__).parent / "translations"
DOMAIN = "messages"
WRITTEN_IN = "en"
# What a machine drafted and nobody has read through yet; the pages say so.
DRAFTED = ("pl",)


@dataclass(frozen=True)
class Language:
    """A language that the site can speak: its code, what its speakers call it, and which way it runs."""

    code: str
    name: str
    direction: str
    is_draft: bool


_offered: tuple[Language, ...] = ()
_catalogues: dict[str, NullTranslations] = {WRITTEN_IN: NullTranslations()}
_spoken: ContextVar[str] = ContextVar("spoken", default=WRITTEN_IN)


def offer(codes: Sequence[str], folder: Path | None = None) -> None:
    """Loads the languages that this installation offers, the one it falls back on first. Raises: BadSetting."""
    global _offered
    _offered = tuple(_known(code) for code in codes)
    for code in codes:
        if code != WRITTEN_IN:
            _catalogues[code] = _load(code, folder or FOLDER)


def _known(code: str) -> Language:
    try:
        locale = Locale.parse(code)
    except (ValueError, UnknownLocaleError) as wrong:
        raise BadSetting("PARTNERDIR_LANGUAGES", f"must be codes such as 'en,pl', and {code!r} is no language") from wrong
    return Language(code, str(locale.display_name or code).capitalize(), locale.text_direction, code in DRAFTED)


def _load(code: str, folder: Path) -> NullTranslations:
    catalogue = Translations.load(folder, [code], DOMAIN)
    if not isinstance(catalogue, Translations):
        raise BadSetting("PARTNERDIR_LANGUAGES", f"names {code!r}, which has no words in {folder}; 'make words' builds them")
    return catalogue


def offered() -> tuple[Language, ...]:
    """The languages that this installation offers, the one it falls back on first."""
    return _offered or (_known(WRITTEN_IN),)


def spoken() -> str:
    """The code of the language that words are said in now."""
    return _spoken.get()


def language_spoken() -> Language:
    """The language that words are said in now, with its direction."""
    return next((language for language in offered() if language.code == spoken()), offered()[0])


def speak(code: str) -> None:
    """Says words in this language from here on; one that is not offered is said in the first that is."""
    codes = [language.code for language in offered()]
    _spoken.set(code if code in codes else codes[0])


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Says words in this language for a while, such as for one mail."""
    before = spoken()
    speak(code)
    try:
        yield
    finally:
        _spoken.set(before)


def gettext(message: str, **values: object) -> str:
    """The message in the language spoken now, with `%(name)s` filled in."""
    said = _catalogues[_spoken.get()].gettext(message) if message else ""  # to nothing, gettext answers with its header
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The message for a number of things; `%(num)s` is the number."""
    return _catalogues[_spoken.get()].ngettext(one, many, num) % {"num": num, **values}


def pgettext(context: str, message: str, **values: object) -> str:
    """The message, where the same English means two things and `context` tells which."""
    said = _catalogues[_spoken.get()].pgettext(context, message)
    return said % values if values else said


def npgettext(context: str, one: str, many: str, num: int, **values: object) -> str:
    """The message for a number of things, where `context` tells which of two meanings."""
    return _catalogues[_spoken.get()].npgettext(context, one, many, num) % {"num": num, **values}


def lazy_gettext(message: str, **values: object) -> str:
    """The message in whichever language is spoken when it is shown: for forms, which are written before anybody asks."""
    # It behaves as text wherever text is shown, and libraries that type their labels as text may have it.
    return cast(str, LazyProxy(gettext, message, enable_cache=False, **values))


def gettext_noop(message: str) -> str:
    """The message as it stands, marked so that it is translated; `gettext` says it later."""
    return message


@lru_cache(maxsize=64)
def locale_of(code: str) -> Locale:
    """What CLDR knows of a language: names of months and of other languages, which way it runs."""
    return Locale.parse("en_GB" if code == WRITTEN_IN else code)


def jinja_callables() -> dict[str, Any]:
    """What the i18n extension of a template environment is to call."""
    return {
        "gettext": gettext,
        "ngettext": _counted,
        "pgettext": pgettext,
        "npgettext": lambda context, one, many, num: _catalogues[_spoken.get()].npgettext(context, one, many, num),
        "newstyle": True,
    }


def _counted(one: str, many: str, num: int) -> str:
    """Jinja fills in the values itself, so that what comes from records is escaped."""
    return _catalogues[_spoken.get()].ngettext(one, many, num)
