"""Days of the demonstration, which are counted from the day of loading so that it never grows old."""

from collections.abc import Mapping
from datetime import date, timedelta


def day_of(offset: Mapping[str, int] | None, today: date) -> date | None:
    """The day that an offset means: days from today, or from a 31 March before or after it; nothing for no day."""
    if offset is None:
        return None
    start = today if "march" not in offset else date(_year_of_next_march(today) + offset["march"], 3, 31)
    return start + timedelta(days=offset.get("days", 0))


def days_from(today: date, days: int | None) -> date | None:
    """The day so many days from today; nothing for no number."""
    return None if days is None else today + timedelta(days=days)


def _year_of_next_march(today: date) -> int:
    return today.year if today <= date(today.year, 3, 31) else today.year + 1
