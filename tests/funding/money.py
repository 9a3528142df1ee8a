"""Plain funding windows without a database, and an oracle that walks the days one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from hypothesis import strategies as st

from partnerdir.funding.rules import Certainty, EndKind, Renewal

NEW_YEAR = date(2026, 1, 1)


@dataclass(frozen=True)
class Money:
    """A confirmed, essential window unless told otherwise."""

    starts_on: date | None = None
    ends_on: date | None = None
    end_kind: str = EndKind.FIXED
    is_essential: bool = True
    certainty: str = Certainty.CONFIRMED
    renewal: str = Renewal.NOT_STARTED
    decision_due_on: date | None = None
    confirmed_on: date | None = None


def day_of(number: int) -> date:
    """The day so many days after New Year 2026."""
    return NEW_YEAR + timedelta(days=number)


FIRST_START, LAST_END = 0, 260
OLDEST, NEWEST = day_of(-120), day_of(LAST_END + 60)  # the oracle's calendar reaches a handover beyond every window
CALENDAR = [OLDEST + timedelta(days=number) for number in range((NEWEST - OLDEST).days + 1)]
LONGEST_HANDOVER = 90


DATED = (EndKind.FIXED, EndKind.ESTIMATED)
KINDS = (EndKind.FIXED, EndKind.FIXED, *EndKind)  # a fixed end is the usual one
DUE: tuple[date | None, ...] = (None, day_of(40), day_of(120))
LAST_CONFIRMED: tuple[date | None, ...] = (None, day_of(-100), day_of(90))
STORIES = list(product(Renewal, DUE, LAST_CONFIRMED))


@st.composite
def draw_money(draw: st.DrawFn, certainties: Sequence[str] = tuple(Certainty), essential: bool | None = None) -> Money:
    """One possible window, its days within a year of New Year 2026."""
    one, other = draw(st.integers(FIRST_START, LAST_END)), draw(st.integers(FIRST_START, LAST_END))
    essentials = (True, False) if essential is None else (essential,)
    shapes = product((True, True, False), KINDS, essentials, certainties)
    has_start, kind, is_essential, certainty = draw(st.sampled_from(list(shapes)))
    renewal, due_on, confirmed_on = draw(st.sampled_from(STORIES))
    return Money(
        starts_on=day_of(min(one, other)) if has_start else None,
        ends_on=day_of(max(one, other)) if kind in DATED else None,
        end_kind=kind,
        is_essential=is_essential,
        certainty=certainty,
        renewal=renewal,
        decision_due_on=due_on,
        confirmed_on=confirmed_on,
    )


days = st.integers(-20, LAST_END + 30).map(day_of)
money = draw_money()
sure = (Certainty.CONFIRMED,)
windows = (
    st.lists(money, max_size=6)
    | st.lists(draw_money(certainties=sure), max_size=4)
    | st.lists(draw_money(certainties=sure, essential=True), max_size=4)
    | st.lists(draw_money(certainties=sure, essential=False), max_size=4)
)


def list_covered_days(known: Sequence[Money]) -> list[date]:
    """Every day of the oracle's calendar on which the service is paid for, found by walking it."""
    sure = [money for money in known if money.certainty == "confirmed"]
    if any(money.is_essential for money in sure):
        return _walk_essential([money for money in sure if money.is_essential])
    return [day for day in CALENDAR if _count_paying(sure, day) > 0]


def _walk_essential(sure: list[Money]) -> list[date]:
    covered: list[date] = []
    counts: list[int] = []  # one a day, since the money last began anew or was last lost
    is_running, before = False, 0
    for day in CALENDAR:
        now = _count_paying(sure, day)
        if now > before and not is_running:
            is_running, counts = True, []
        elif now < before and all(now < count for count in counts[-LONGEST_HANDOVER - 1 :]):
            is_running, counts = False, []
        counts.append(now)
        before = now
        if is_running:
            covered.append(day)
    return covered


def _count_paying(sure: list[Money], day: date) -> int:
    return sum(_pays(money, day) for money in sure)


def _pays(money: Money, day: date) -> bool:
    if money.end_kind == "unknown" or (money.starts_on is not None and day < money.starts_on):
        return False
    return money.end_kind == "open_ended" or (money.ends_on is not None and day <= money.ends_on)
