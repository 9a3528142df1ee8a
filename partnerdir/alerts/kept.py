"""Says again what is kept in English: why somebody was told, and why something was not sent.

The records keep the English sentence, since it outlives the reader and is compared; a page or a mail says it in its own
language. A sentence with a name in it is known by its pattern; one that is not known stays as it is.
"""

import re
from functools import cache

from partnerdir.languages import gettext, gettext_noop

PATTERNS = (
    gettext_noop("You look after %(area)s."),
    gettext_noop("It is on your list “%(list)s”."),
    gettext_noop("You watch this service."),
    gettext_noop("You watch %(need)s in %(area)s."),
    gettext_noop("You watch %(organisation)s."),
    gettext_noop("%(who)s gave it to you."),
)


def said_again(kept: str) -> str:
    """The kept sentence in the language spoken now."""
    if not kept:
        return ""
    said = gettext(kept)
    if said != kept:
        return said
    for pattern in PATTERNS:
        if found := _shape(pattern).fullmatch(kept):
            values = found.groupdict()
            return gettext(pattern, **values) if values else gettext(pattern)
    return kept


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", pattern)
    return re.compile("".join(f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)))
