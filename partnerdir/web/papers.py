"""A printed list as an opaque address: which services, printed when, good until when; nothing is stored of it."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from partnerdir import clock
from partnerdir.errors import Missing
from partnerdir.web.questions import locked, unlocked

MOST_ON_PAPER = 10
MONTHS_GOOD = 3
KIND = b"paper"
ID_BYTES = 16
EPOCH, TICK = datetime.fromtimestamp(0, UTC), timedelta(microseconds=1)  # as exact as the change log


@dataclass(frozen=True)
class Paper:
    """The services on a paper, when it was printed, and the day until which it can be relied on."""

    service_ids: tuple[uuid.UUID, ...]
    printed_at: datetime
    good_until: date

    @property
    def printed_on(self) -> date:
        """The civil day on which it was printed."""
        return clock.civil_time(self.printed_at).date()


def sealed_list(service_ids: Iterable[uuid.UUID]) -> str:
    """Services to print as part of an address; the first ten of them, each once."""
    chosen = tuple(dict.fromkeys(service_ids))[:MOST_ON_PAPER]
    now = clock.now()
    return sealed_paper(Paper(chosen, now, clock.civil_time(now).date()))


def sealed_paper(paper: Paper) -> str:
    """The paper as part of an address, as short as can be: a telephone reads it from the sheet."""
    ids = urlsafe_b64encode(b"".join(service_id.bytes for service_id in paper.service_ids)).decode()
    return locked([(paper.printed_at - EPOCH) // TICK, paper.good_until.toordinal(), ids], KIND)


def opened_paper(text: str) -> Paper:
    """The paper in an address. Raises: Missing when the address was mistyped, tampered with or made elsewhere."""
    ticks, good_until, ids = unlocked(text, KIND)
    joined = urlsafe_b64decode(ids)
    parts = (joined[start : start + ID_BYTES] for start in range(0, len(joined), ID_BYTES))
    found = tuple(uuid.UUID(bytes=part) for part in parts)
    if not found:
        raise Missing("There is nothing on this list.")
    return Paper(found, EPOCH + ticks * TICK, date.fromordinal(good_until))


def good_until(printed_on: date, ends: Sequence[date]) -> date:
    """The day until which a paper can be relied on: the first end of money that is still to come, three months at most."""
    year, month = divmod(printed_on.year * 12 + printed_on.month - 1 + MONTHS_GOOD, 12)
    last = monthrange(year, month + 1)[1]
    return min([date(year, month + 1, min(printed_on.day, last)), *(end for end in ends if end >= printed_on)])
