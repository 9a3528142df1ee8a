"""A page of results as a plain map, for whoever asks for one: drawn here, with nothing fetched from anybody.

Only places that anybody may know are on it, whoever looks, so that a map that is shown to somebody tells no secret.
"""

from typing import NamedTuple

from flask import render_template

from partnerdir.directory.models import Location, Service
from partnerdir.directory.queries import list_services
from partnerdir.geography.drawing import Point, direction, drawing_of
from partnerdir.geography.queries import find_middle
from partnerdir.geography.rules import miles_between, read_code
from partnerdir.languages import gettext
from partnerdir.search.rules import DISTANCES, Place, Question
from partnerdir.web.access import open_to_everyone
from partnerdir.web.public.asking import finder
from partnerdir.web.public.near import said_apart, said_miles, said_roughly
from partnerdir.web.public.seen import Reader, list_places
from partnerdir.web.questions import opened, sealed


class Entry(NamedTuple):
    """One service of the page, by the number that it has on the map, and where its places are, in words."""

    number: int
    service: Service
    said: list[str]


class Spot(NamedTuple):
    """A place in degrees; roughly, where no more than the district of its postcode is known."""

    location: Location
    latitude: float
    longitude: float
    is_rough: bool = False


def list_spots(service: Service) -> list[Spot]:
    """The places of a service that can be drawn and that anybody may know."""
    places = [place.location for place in list_places(service, Reader())]
    return [spot for location in places if location and (spot := _spot(location))]


def _spot(location: Location) -> Spot | None:
    if location.latitude is not None and location.longitude is not None:
        return Spot(location, float(location.latitude), float(location.longitude))
    code = read_code(location.postal_code)
    middle = find_middle(code) if code else None
    return Spot(location, middle.latitude, middle.longitude, middle.code != code.text) if code and middle else None


@open_to_everyone
def show_map(question: str) -> str:
    """Where the services of one page of results are."""
    asked = opened(question)
    services = list_services(finder().find(asked).service_ids)
    first = (asked.page - 1) * asked.page_size + 1
    entries = [Entry(number, service, _list_said(service, asked.place)) for number, service in enumerate(services, first)]
    points = [
        Point(spot.latitude, spot.longitude, str(entry.number)) for entry in entries for spot in list_spots(entry.service)
    ]
    return render_template(
        "public/show_map.html",
        drawing=drawing_of(points, _middle(asked), _towns(asked), DISTANCES) if points else None,
        place=asked.place,
        drawn=[entry for entry in entries if entry.said],
        left_off=[entry for entry in entries if not entry.said],
        said_distance=said_apart,
        results=sealed(asked),
    )


def _middle(asked: Question) -> Point | None:
    place = asked.place
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return Point(place.latitude, place.longitude, place.name)


def _towns(asked: Question) -> list[Point]:
    """The towns that some public place is in, those nearest to what was asked first."""
    middle = _middle(asked)
    towns = [Point(town.latitude or 0, town.longitude or 0, town.name) for town in finder().list_towns()]
    if middle:
        towns = [town for town in towns if town.name != middle.name]
        towns.sort(key=lambda town: miles_between(middle.latitude, middle.longitude, town.latitude, town.longitude))
    return towns


def _list_said(service: Service, place: Place | None) -> list[str]:
    """Each place in words: how far and which way it is, and its street or town."""
    return [": ".join(filter(None, [_way_there(spot, place), _street(spot.location)])) for spot in list_spots(service)]


def _street(spot: Location) -> str:
    return ", ".join(filter(None, [spot.address_1, spot.city])) or spot.name or gettext("A place without a name")


def _way_there(spot: Spot, place: Place | None) -> str:
    if place is None or place.latitude is None or place.longitude is None:
        return ""
    here, there = (place.latitude, place.longitude), (spot.latitude, spot.longitude)
    miles = miles_between(*here, *there)
    if spot.is_rough and round(miles) == 0:
        return said_roughly(miles, place)
    said = said_roughly(miles, place) if spot.is_rough else said_miles(miles)
    return f"{said} ({_direction_words(direction(*here, *there))})"


def _direction_words(towards: str) -> str:
    return {
        "north": gettext("north"),
        "north-east": gettext("north-east"),
        "east": gettext("east"),
        "south-east": gettext("south-east"),
        "south": gettext("south"),
        "south-west": gettext("south-west"),
        "west": gettext("west"),
        "north-west": gettext("north-west"),
    }[towards]
