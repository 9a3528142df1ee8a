"""The one place that reads the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from partnerdir.errors import BadSetting

_zone = ZoneInfo("Europe/London")


def use_time_zone(name: str) -> None:
    """Sets the civil time zone that decides which day today is."""
    global _zone
    try:
        _zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as wrong:
        raise BadSetting("PARTNERDIR_TIME_ZONE", f"must be a known time zone, not {name!r}") from wrong


def now() -> datetime:
    """The moment now, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The civil day now."""
    return datetime.now(_zone).date()


def civil_time(moment: datetime) -> datetime:
    """The same moment as a wall clock in the civil time zone shows it."""
    return moment.astimezone(_zone)
