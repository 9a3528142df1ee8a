"""Several alerts for one person at one moment become one notice: by service, the most urgent first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from partnerdir.alerts.notices import Notice, one_line
from partnerdir.alerts.rules import AlertKind
from partnerdir.dates import spoken_day
from partnerdir.languages import gettext, gettext_noop, ngettext, speaking
from partnerdir.settings import Settings

MOST_SERVICES = 25  # said in full; mail programs cut off what is longer than 100 kB
STOPPED = (AlertKind.ENDED, AlertKind.PAUSED, AlertKind.CLOSED)
ENDS = (AlertKind.ENDING, AlertKind.BROUGHT_FORWARD, AlertKind.ROUTE_AT_RISK, AlertKind.PART_ENDING)
# A service's page says these, and a digest is to be read in seconds.
LEFT_OUT = (gettext_noop("Service"), gettext_noop("Paid for by"), gettext_noop("What comes next"))


@dataclass(frozen=True)
class Chapter:
    """What a digest says of one service."""

    service: str
    url: str
    parts: tuple[Notice, ...]


def digest_of(parts: Sequence[Notice], notice_id: uuid.UUID, settings: Settings) -> Notice:
    """One notice of several for one person, in their language; its subject names nobody."""
    with speaking(parts[0].language):
        return _digest_of(parts, notice_id, settings)


def _digest_of(parts: Sequence[Notice], notice_id: uuid.UUID, settings: Settings) -> Notice:
    ordered = tuple(part for chapter in chapters_of(parts) for part in chapter.parts)
    first, site = ordered[0], settings.site_url.rstrip("/")
    words = _subject_of(parts, first)
    return replace(
        first,
        id=notice_id,
        subject=f"{one_line(settings.site_name)}: {words}",
        headline=f"{words}.",
        facts=(),
        others=(),
        shows_others=False,
        url=f"{site}/alerts",
        unsubscribe_url="",
        why=gettext(
            "These come together because they were due for you at the same time at %(site)s.",
            site=one_line(settings.site_name),
        ),
        kind=None,
        service="",
        alert_url="",
        parts=ordered,
    )


def chapters_of(parts: Sequence[Notice]) -> list[Chapter]:
    """The parts service by service, the most urgent first."""
    found: dict[tuple[str, str], list[Notice]] = {}
    for part in sorted(parts, key=_urgency):
        found.setdefault((part.service, part.url), []).append(part)
    return [Chapter(service, url, tuple(each)) for (service, url), each in found.items()]


def _urgency(part: Notice) -> tuple[int, date, str]:
    """What has stopped comes before what stops, that before all else; the earliest day first, then by name."""
    rank = 0 if part.kind in STOPPED else 1 if part.kind in ENDS else 2
    return rank, part.ends_on or date.min, part.service


def _subject_of(parts: Sequence[Notice], first: Notice) -> str:
    """How many there are, and when the most urgent of them ends, where it is an end."""
    count = len(parts)
    if all(part.unsubscribe_url for part in parts):
        words = ngettext("%(num)s thing about services you watch", "%(num)s things about services you watch", count)
    else:
        words = ngettext("%(num)s thing about services", "%(num)s things about services", count)
    if first.ends_on is None or first.kind not in (AlertKind.ENDED, *ENDS):
        return words
    day = spoken_day(first.ends_on)
    day = gettext("about %(day)s", day=day) if first.is_estimate else day
    ended = gettext_noop("%(words)s, the first ended on %(day)s")
    return gettext(
        ended if first.kind is AlertKind.ENDED else gettext_noop("%(words)s, the first ends on %(day)s"), words=words, day=day
    )
