"""How a day is said to a person: '31 March 2027', and how far away it is."""

from datetime import date
from functools import lru_cache

from babel.dates import format_date

from partnerdir.languages import gettext, locale_of, ngettext, spoken


def spoken_day(day: date) -> str:
    """A day as people write it: 31 March 2027."""
    return _written(day, spoken())


@lru_cache(maxsize=4096)
def _written(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=locale_of(language))


def spoken_month(day: date) -> str:
    """A month by itself: March 2027."""
    return format_date(day, "LLLL y", locale=locale_of(spoken()))


def distance(day: date, today: date) -> str:
    """How far a day is from today: today, tomorrow, in 9 days, in 5 weeks, 4 months ago."""
    days = (day - today).days
    if days in (-1, 0, 1):
        return {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}[days]
    count, unit = _measured(day, today)
    return _ahead(count, unit) if days > 0 else _ago(count, unit)


def day_with_distance(day: date, today: date) -> str:
    """A day and how far away it is: 31 March 2027, in 4 months."""
    return gettext("%(day)s, %(distance)s", day=spoken_day(day), distance=distance(day, today))


def _ahead(count: int, unit: str) -> str:
    if unit == "day":
        return ngettext("in %(num)s day", "in %(num)s days", count)
    if unit == "week":
        return ngettext("in %(num)s week", "in %(num)s weeks", count)
    if unit == "month":
        return ngettext("in %(num)s month", "in %(num)s months", count)
    return ngettext("in %(num)s year", "in %(num)s years", count)


def _ago(count: int, unit: str) -> str:
    if unit == "day":
        return ngettext("%(num)s day ago", "%(num)s days ago", count)
    if unit == "week":
        return ngettext("%(num)s week ago", "%(num)s weeks ago", count)
    if unit == "month":
        return ngettext("%(num)s month ago", "%(num)s months ago", count)
    return ngettext("%(num)s year ago", "%(num)s years ago", count)


def _measured(day: date, today: date) -> tuple[int, str]:
    days = abs((day - today).days)
    if days < 14:
        return days, "day"
    if days < 60:
        return days // 7, "week"
    # Whole calendar months that have passed, so that 'in 4 months' is never said of less.
    first, last = sorted((day, today))
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return (months, "month") if months < 24 else (months // 12, "year")
