"""Several alerts for one person at one moment become one notice: by service, the most urgent first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from partnerdir.alerts.notices import Notice, one_line
from partnerdir.alerts.rules import AlertKind
from partnerdir.dates import spoken_day
from partnerdir.settings import Settings

MOST_SERVICES = 25  # said in full; mail programs cut off what is longer than 100 kB
STOPPED = (AlertKind.ENDED, AlertKind.PAUSED, AlertKind.CLOSED)
ENDS = (AlertKind.ENDING, AlertKind.BROUGHT_FORWARD, AlertKind.ROUTE_AT_RISK, AlertKind.PART_ENDING)
# A service's page says these, and a digest is to be read in seconds.
LEFT_OUT = ("Service", "Paid for by", "What comes next")


@dataclass(frozen=True)
class Chapter:
    """What a digest says of one service."""

    service: str
    url: str
    parts: tuple[Notice, ...]


def digest_of(parts: Sequence[Notice], notice_id: uuid.UUID, settings: Settings) -> Notice:
    """One notice of several for one person; its subject names nobody."""
    ordered = tuple(part for chapter in chapters_of(parts) for part in chapter.parts)
    first, site = ordered[0], settings.site_url.rstrip("/")
    watches = "services you watch" if all(part.unsubscribe_url for part in parts) else "services"
    words = f"{len(parts)} things about {watches}{_first_end(first)}"
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
        why=f"These come together because they were due for you at the same time at {one_line(settings.site_name)}.",
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


def _first_end(first: Notice) -> str:
    """How the subject goes on: when the most urgent of them ends, where it is an end."""
    if first.ends_on is None or first.kind not in (AlertKind.ENDED, *ENDS):
        return ""
    verb = "ended" if first.kind is AlertKind.ENDED else "ends"
    return f", the first {verb} on {'about ' if first.is_estimate else ''}{spoken_day(first.ends_on)}"
