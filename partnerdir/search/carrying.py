"""A question as plain values, as it travels in an address and is kept with a saved search, and back."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from typing import Any

from partnerdir.search.rules import Place, Question


def carried(question: Question) -> dict[str, Any]:
    """What somebody asked, as values that JSON knows; what was not asked is left out, and how long a page is."""
    said = {named.name: getattr(question, named.name) for named in _CARRIED}
    return {name: written(value) for name, value in said.items() if value != _BLANK[name]}


def unpacked(parts: Mapping[str, Any], page_size: int) -> Question:
    """The question again; what is no part of a question is left out."""
    said = {name: _READ.get(name, _same)(value) for name, value in parts.items() if name in _BLANK}
    return Question(**said, page_size=page_size)


def written(value: Any) -> Any:
    """A value of a question as JSON knows it."""
    if isinstance(value, Place):
        return [written(part) for part in astuple(value)]
    if isinstance(value, uuid.UUID):
        return value.hex
    return [*value] if isinstance(value, tuple) else value


def _id(value: str | None) -> uuid.UUID | None:
    return uuid.UUID(value) if value else None


def _place(value: list[Any]) -> Place:
    name, latitude, longitude, area, is_area = value
    return Place(name, latitude, longitude, _id(area), is_area)


def _same(value: Any) -> Any:
    return value


_CARRIED = [named for named in fields(Question) if named.name != "page_size"]  # how long a page is, is the site's to say
_BLANK = {named.name: named.default for named in _CARRIED}
# What JSON does not give back as it was.
_READ: dict[str, Callable[[Any], Any]] = {"need_id": _id, "area_id": _id, "place": _place, "chosen": tuple}
