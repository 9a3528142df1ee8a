"""Whereabouts: what people write for a place, understood; nothing is guessed that may be something else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from partnerdir.geography.models import Area
from partnerdir.geography.queries import find_middle
from partnerdir.geography.rules import Code, list_codes_in, plain_name, read_code, read_sector_without_space
from partnerdir.search.rules import Place

EVERYWHERE = {"", "anywhere", "everywhere", "any", "any area", "all areas", "all", "uk", "online"}
AS_LIKE, MOST_MEANT = 0.72, 3
LONGEST_NAME = 4  # words
_BEFORE_A_PLACE = re.compile(
    r"(?i)^(.*?)[\s,]+(?:in|near|nr|around|round|at|by|from|close to|next to|nearby)\s+(.+?)[\s.,?!]*$"
)
_HERE = {"me", "my home", "home", "here", "us", "my area", "where i live", "my house"}
_OF_COUNCILS = re.compile(r"^city of | (?:city|council|council area)$")


@dataclass(frozen=True)
class NoSuchPlace:
    """What was written for a place and is not known, with what may have been meant."""

    written: str
    is_postcode: bool
    meant: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceInWords:
    """A place that stood in the words of a question, and the words without it."""

    words: str
    place: Place


def is_anywhere(written: str) -> bool:
    """Whether somebody has written no place, or that any will do."""
    return plain_name(written) in EVERYWHERE


class Whereabouts:
    """The names that places go by: areas, and towns that some public place is in."""

    def __init__(self, areas: list[Area], towns: Mapping[str, Place]) -> None:
        self._towns = towns
        self._areas = {plain_name(area.name): self._of(area) for area in areas}
        short = {_OF_COUNCILS.sub("", plain): place for plain, place in self._areas.items()}
        self._areas = short | self._areas

    def find(self, written: str) -> Place | NoSuchPlace:
        """The place that somebody has written."""
        text = " ".join(written.split())
        codes = [code for piece in [text, *reversed(list_codes_in(text))] if (code := read_code(piece))]
        for code in codes:
            if place := _at(code):
                return place
        if codes:
            return NoSuchPlace(written, True, tuple(_list_wider(codes[0])))
        return self._named(text) or NoSuchPlace(written, False, self._list_meant(text))

    def find_in(self, words: str, is_mainly_place: Callable[[str], bool]) -> PlaceInWords | None:
        """The place inside a question, where there is no doubt: a postcode, or a known name after 'in' or at the end."""
        for piece in list_codes_in(words):
            code = read_code(piece)
            place = _at(code, is_sure=True) if code else None
            if place and (rest := _without(words, piece)):
                return PlaceInWords(rest, place)
        found = _BEFORE_A_PLACE.match(words)
        if found and plain_name(found[2]) not in _HERE and (place := self._exactly(found[2])) and found[1].strip():
            return PlaceInWords(" ".join(found[1].split()), place)
        return self._find_at_end(words.rstrip(" .,?!").split(), is_mainly_place)

    def _find_at_end(self, words: list[str], is_mainly_place: Callable[[str], bool]) -> PlaceInWords | None:
        """A known name that comes last; one word alone may be much else, so it must be said of places more than of anything."""
        for start in range(max(1, len(words) - LONGEST_NAME), len(words)):
            name = " ".join(words[start:])
            place = self._exactly(name)
            if place and (start < len(words) - 1 or is_mainly_place(name)) and plain_name(" ".join(words[:start])):
                return PlaceInWords(" ".join(words[:start]).rstrip(" ,"), place)
        return None

    def _named(self, text: str) -> Place | None:
        parts = [text, *(part for part in text.split(",") if part.strip())]
        return next((place for part in parts if (place := self._exactly(part))), None)

    def _exactly(self, text: str) -> Place | None:
        plain = plain_name(text)
        area, town = self._areas.get(plain), self._towns.get(plain)
        if area and town and plain_name(area.name) == plain:
            return replace(area, latitude=town.latitude, longitude=town.longitude)
        return town or area

    def _list_meant(self, text: str) -> tuple[str, ...]:
        names = {plain: place.name for plain, place in {**self._areas, **self._towns}.items()}
        close = get_close_matches(plain_name(text), names, MOST_MEANT + 1, AS_LIKE)
        return tuple(dict.fromkeys(names[plain] for plain in close))[:MOST_MEANT]

    @staticmethod
    def _of(area: Area) -> Place:
        return Place(area.name, area_id=area.id, is_area=True)


def _at(code: Code, is_sure: bool = False) -> Place | None:
    if middle := find_middle(code):
        return Place(middle.code, middle.latitude, middle.longitude, middle.area_id)
    sector = None if is_sure else read_sector_without_space(code.text)
    return _at(sector, is_sure=True) if sector else None


def _list_wider(code: Code) -> list[str]:
    """The first half of a postcode that is not known, where that is."""
    return [code.district.text] if code.district != code and find_middle(code.district) else []


def _without(words: str, piece: str) -> str:
    before = r"(?i)(?:(?:^|[\s,]+)(?:in|near|nr|around|at|by|from|postcode))?[\s,]*"
    return " ".join(re.sub(before + re.escape(piece), " ", words, count=1).split()).strip(" ,")
