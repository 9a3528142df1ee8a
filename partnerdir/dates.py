"""How a day is said to a person: '31 March 2027', and how far away it is."""

from datetime import date


def spoken_day(day: date) -> str:
    """A day as people write it: 31 March 2027."""
    return f"{day.day} {day:%B} {day.year}"


def distance(day: date, today: date) -> str:
    """How far a day is from today: today, tomorrow, in 9 days, in 5 weeks, 4 months ago."""
    days = (day - today).days
    if days in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    count, unit = _measured(day, today)
    amount = f"{count} {unit}" + ("" if count == 1 else "s")
    return f"in {amount}" if days > 0 else f"{amount} ago"


def day_with_distance(day: date, today: date) -> str:
    """A day and how far away it is: 31 March 2027, in 4 months."""
    return f"{spoken_day(day)}, {distance(day, today)}"


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
