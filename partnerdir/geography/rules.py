"""What is true of postcodes and of distance; plain numbers, no records."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

# The mean radius of the earth (IUGG) in statute miles of 1,609.344 m.
EARTH_RADIUS_MILES = 6_371_008.8 / 1_609.344

# What the Post Office allows, a little wider: an area of one or two letters, a district, a sector, a unit.
_UNIT = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d)([A-Z]{2})")
_SECTOR = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s+(\d)")
_OUTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?")
_SECTOR_WITHOUT_SPACE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d)")
_IN_TEXT = re.compile(r"(?i)\b[A-Z]{1,2}\d[A-Z\d]?(?: ?\d[A-Z]{2}| \d)?\b")


class Precision(StrEnum):
    """How much of a postcode there is."""

    UNIT = "unit"
    SECTOR = "sector"
    OUTCODE = "outcode"


@dataclass(frozen=True)
class Code:
    """A postcode or a part of one, spaced as the Post Office does."""

    text: str
    precision: Precision

    @property
    def district(self) -> "Code":
        """Its first half: EH6 of EH6 5AB."""
        return Code(self.text.split()[0], Precision.OUTCODE)


def read_code(text: str) -> Code | None:
    """The postcode that a text is, however it is cased and spaced; None for what does not look like one."""
    typed = " ".join(text.upper().split())
    if unit := _UNIT.fullmatch(typed):
        return Code(f"{unit[1]} {unit[2]}{unit[3]}", Precision.UNIT)
    if sector := _SECTOR.fullmatch(typed):
        return Code(f"{sector[1]} {sector[2]}", Precision.SECTOR)
    return Code(typed, Precision.OUTCODE) if _OUTCODE.fullmatch(typed) else None


def read_sector_without_space(text: str) -> Code | None:
    """The sector that a text may be if it is no outcode: EH65 is EH6 5, though G21 is usually itself."""
    sector = _SECTOR_WITHOUT_SPACE.fullmatch(text.upper().strip())
    return Code(f"{sector[1]} {sector[2]}", Precision.SECTOR) if sector else None


def list_codes_in(text: str) -> list[str]:
    """The pieces of a longer text that look like a postcode or a part of one, in order."""
    return _IN_TEXT.findall(text)


def miles_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance in miles between two points in degrees (haversine: Sinnott, Sky & Telescope, 1984)."""
    north, east = radians(other_latitude - latitude), radians(other_longitude - longitude)
    half = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(min(1.0, sqrt(half)))


def plain_name(name: str) -> str:
    """A name as names are compared: without capitals, accents and signs, and with 'and' for '&'."""
    text = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = (sign if sign.isalnum() else " " for sign in text if not unicodedata.combining(sign) and sign not in "'\u2019")
    return " ".join("".join(letters).split()).removeprefix("the ")
