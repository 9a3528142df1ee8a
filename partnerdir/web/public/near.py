"""How near a service is, in words."""

import uuid
from collections.abc import Mapping

from partnerdir.languages import gettext, ngettext
from partnerdir.search.rules import Place, Reached
from partnerdir.web.formats import number
from partnerdir.web.public.choices import Node

NEXT_DOOR, WHOLE_MILES_FROM = 0.1, 10


def said_roughly(miles: float, place: Place) -> str:
    """How far away something is of which only the postcode district is known."""
    whole = round(miles)
    if not whole:
        return gettext("Near %(place)s", place=place.name)
    return ngettext("About %(num)s mile away", "About %(num)s miles away", whole)


def said_miles(miles: float) -> str:
    """0.8 miles away; whole miles where tenths say nothing."""
    if miles < NEXT_DOOR:
        return gettext("Less than 0.1 miles away")
    figure = _figure(miles)
    return gettext("1 mile away") if figure == 1 else gettext("%(miles)s miles away", miles=number(figure))


def said_apart(miles: float) -> str:
    """How far apart the services of a plan are, at most: a sentence's end, 'within 0.8 miles of each other'."""
    figure = _figure(max(miles, NEXT_DOOR))
    return gettext("1 mile") if figure == 1 else gettext("%(miles)s miles", miles=number(figure))


def _figure(miles: float) -> float:
    return round(miles, 0 if miles >= WHOLE_MILES_FROM else 1)


def list_said(near: Reached, served: set[uuid.UUID], place: Place, areas: Mapping[uuid.UUID, Node]) -> list[str]:
    """Every way in which a service counts as near, the nearest first; of those that serve some areas, `served` are these."""
    said = {
        said_roughly(near.miles or 0, place) if near.is_rough else said_miles(near.miles or 0): near.miles is not None,
        gettext("Serves %(area)s", area=_name_of_served(served, place, areas)): near.serves,
        gettext("In %(place)s", place=place.name): near.is_in,
        gettext("Comes to you"): near.comes,
        gettext("By phone"): near.by_phone,
        gettext("Online"): near.online,
        gettext("Elsewhere"): near.is_elsewhere,
    }
    return [words for words, holds in said.items() if holds] or [gettext("Does not say where it is")]


def _name_of_served(served: set[uuid.UUID], place: Place, areas: Mapping[uuid.UUID, Node]) -> str:
    """The smallest area around the place that is served."""
    area, seen = areas.get(place.area_id) if place.area_id else None, set[uuid.UUID]()
    while area is not None and area.id not in served and area.id not in seen:
        seen.add(area.id)
        area = areas.get(area.parent_id) if area.parent_id else None
    return area.name if area is not None else place.name
