"""Whereabouts: what people write for a place, understood; nothing is guessed that may be something else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from partnerdir.geography.models import Area
from partnerdir.geography.queries import find_middle
from partnerdir.geography.rules import Code, list_codes_in, plain_name, read_code, read_sector_without_space
from partnerdir.search.rules import Place

EVERYWHERE = {"", "anywhere", "everywhere", "any", "any area", "all areas", "all", "uk", "online"}
AS_LIKE, MOST_MEANT = 0.72, 3
LONGEST_NAME = 4  # words
_TOKEN = re.compile(r"[^\s,.;:?!()]+|[,.;:?!()]")
_SIGNS = frozenset(",.;:?!()")
_BEFORE_A_PLACE = frozenset({"in", "near", "nr", "around", "round", "at", "by", "from", "to", "nearby"})
_LIVING = frozenset({"live", "lives", "living", "stay", "stays", "staying", "based", "close", "next", "am", "im"})
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
        """The place inside a question where there is no doubt: a postcode, or a known name after 'in', apart, or at the end."""
        for piece in list_codes_in(words):
            code = read_code(piece)
            place = _at(code, is_sure=True) if code else None
            if place and (rest := _without(words, piece)):
                return PlaceInWords(rest, place)
        tokens = _TOKEN.findall(words)
        for start in range(len(tokens)):
            for end in range(min(len(tokens), start + LONGEST_NAME), start, -1):
                place = self._exactly(" ".join(tokens[start:end]))
                if place and _is_said_as_place(tokens, start, end, is_mainly_place) and (rest := _rest(tokens, start, end)):
                    return PlaceInWords(rest, place)
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


def _is_said_as_place(tokens: Sequence[str], start: int, end: int, is_mainly_place: Callable[[str], bool]) -> bool:
    """Whether a known name is meant as a place: one word alone may be much else, so it must be said of places mainly."""
    is_last = all(token in _SIGNS for token in tokens[end:])
    is_alone = (start == 0 or tokens[start - 1] in _SIGNS) and (is_last or tokens[end] in _SIGNS)
    is_introduced = start > 0 and tokens[start - 1].lower() in _BEFORE_A_PLACE
    if is_introduced and is_last:
        return True
    return (is_introduced or is_last or is_alone) and (end - start > 1 or is_mainly_place(tokens[start]))


def _rest(tokens: Sequence[str], start: int, end: int) -> str:
    """The question without the place, and without the words that led to it."""
    before = list(tokens[:start])
    for leading in (_SIGNS, _BEFORE_A_PLACE, _LIVING):
        if before and before[-1].lower() in leading:
            before.pop()
    rest = " ".join([*before, *tokens[end:]])
    return re.sub(r"\s+(?=[,.;:?!)])|^[\s,.;:?!]+", "", rest).strip(" ,.;:?!") if _has_word(before, tokens[end:]) else ""


def _has_word(*parts: Sequence[str]) -> bool:
    return any(token not in _SIGNS for part in parts for token in part)
