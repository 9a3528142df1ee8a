"""Nearness: how far the public places of services are from somewhere, and who else serves it; in arrays.

A place that is confidential is not in these arrays at all, so nothing that is asked of them can tell where it is.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from partnerdir.directory.rules import Way
from partnerdir.geography.rules import EARTH_RADIUS_MILES, plain_name
from partnerdir.search.labels import Bools, Ints, Labels, Reach
from partnerdir.search.particulars import Particulars
from partnerdir.search.rules import ANY_DISTANCE, Place, Reached
from partnerdir.search.traits import REMOTE

Degrees = NDArray[np.float64]
Miles = NDArray[np.float32]

# How close a service counts as: 1 next door or in the town that was named, half of that this many miles away …
HALF_AS_CLOSE_MILES = 1.0
# … if it serves the place and comes there or does not say where it is; if it is there for everybody by telephone or online;
# if it serves the place but is beyond the distance asked for; and if it does not say where it is.
SERVING, REMOTELY, SERVING_FROM_AFAR, UNPLACED = (np.float32(share) for share in (0.8, 0.5, 0.2, 0.1))
FURTHEST = 12_500  # miles: half round the earth


@dataclass(frozen=True)
class Around:
    """What all services are to one place, by row."""

    miles: Miles  # to the nearest public place; infinite where there is none within the distance asked for
    is_rough: Bools  # whether that is only known to be somewhere in its postcode district
    serves: Bools
    is_in: Bools
    is_in_town: Bools  # of the name that was asked for
    comes: Bools  # to people's homes, or is there by telephone or online
    is_placed: Bools  # says where it is
    is_remote: Bools  # for everybody, by telephone or online
    is_limited: bool  # to a distance; otherwise everything counts, and the nearest matter most
    has_point: bool  # there is a place to reckon distances from
    unplaced: Bools  # says neither where it is nor whom it serves

    @property
    def passing(self) -> Bools:
        """Which rows count as near."""
        if not self.is_limited:
            return np.ones(len(self.miles), np.bool_)
        return np.isfinite(self.miles) | self.serves | self.is_in | self.is_remote

    @property
    def closeness(self) -> Miles:
        """How close each row is, from 0 to 1."""
        near = np.float32(1) / (1 + self.miles / np.float32(HALF_AS_CLOSE_MILES))
        near[self.is_in_town] = 1
        serving = np.where(self.comes | ~self.is_placed, SERVING, SERVING_FROM_AFAR if self.has_point else np.float32(1))
        return np.maximum.reduce(
            [near, (self.serves | self.is_in) * serving, self.is_remote * REMOTELY, self.unplaced * UNPLACED]
        )

    @property
    def order_by_distance(self) -> Miles:
        """The nearest highest; those whose distance is not known come after all whose is, as close as they are otherwise."""
        return np.where(np.isfinite(self.miles), -self.miles, np.float32(-1e4) + self.closeness)


@dataclass(frozen=True)
class Nearness:
    """The public places and the areas served of all services."""

    served: Labels[uuid.UUID]
    has_area: Bools
    rows: Ints  # by public place: the row of its service
    latitudes: Degrees
    longitudes: Degrees
    is_rough: Bools  # by place: in the middle of its postcode district, as nothing nearer is known
    towns: list[str]
    town_areas: list[uuid.UUID | None]

    @classmethod
    def made(cls, reach: Reach[uuid.UUID]) -> "Nearness":
        """Of no services yet; `reach` says for each area all those inside it."""
        nowhere = np.zeros(0, np.float64)
        nothing = np.zeros(0, np.int32)
        return cls(Labels.made(reach), nothing > 0, nothing, nowhere, nowhere, nothing > 0, [], [])

    def changed(self, found: Mapping[int, Particulars], gone: Ints, count: int) -> "Nearness":
        """The same with other places on these rows and none on those that are gone, of so many rows in all."""
        kept = np.flatnonzero(~np.isin(self.rows, np.concatenate([np.array(list(found), np.int32), gone])))
        spots = [(row, spot) for row, service in found.items() for spot in service.spots]
        has_area = np.zeros(count, np.bool_)
        has_area[: len(self.has_area)] = self.has_area
        if found:
            has_area[list(found)] = [bool(service.served_ids) for service in found.values()]
        return replace(
            self,
            served=self.served.changed({row: service.served_ids for row, service in found.items()}),
            has_area=has_area,
            rows=np.concatenate([self.rows[kept], np.array([row for row, _ in spots], np.int32)]),
            latitudes=np.concatenate([self.latitudes[kept], np.array([spot.latitude for _, spot in spots], np.float64)]),
            longitudes=np.concatenate([self.longitudes[kept], np.array([spot.longitude for _, spot in spots], np.float64)]),
            is_rough=np.concatenate([self.is_rough[kept], np.array([spot.is_rough for _, spot in spots], np.bool_)]),
            towns=[self.towns[place] for place in kept] + [spot.town for _, spot in spots],
            town_areas=[self.town_areas[place] for place in kept] + [spot.area_id for _, spot in spots],
        )

    def regrown(self, reach: Reach[uuid.UUID]) -> "Nearness":
        """The same services, where areas have come to be inside others."""
        return replace(self, served=self.served.regrown(reach))

    def around(self, place: Place, within: int, areas: Labels[uuid.UUID], traits: Labels[str]) -> Around:
        """What all services are to a place, and those within so many miles of it."""
        count = len(self.has_area)
        nobody = np.zeros(count, np.bool_)
        remote = traits.rows_with(REMOTE[0]) | traits.rows_with(REMOTE[1])
        in_town = np.zeros(count, np.bool_)
        in_town[self._rows_in_town(plain_name(place.name))] = True
        placed = np.zeros(count, np.bool_)
        placed[self.rows] = True
        miles, is_rough = self._miles(place, within)
        return Around(
            miles=miles,
            is_rough=is_rough,
            serves=self.served.rows_with(place.area_id) if place.area_id else nobody,
            is_in=areas.rows_with(place.area_id) if place.area_id and place.is_area else nobody,
            is_in_town=in_town & np.isfinite(miles),
            comes=remote | traits.rows_with(f"way:{Way.AT_HOME}"),
            is_placed=placed,
            is_remote=remote & ~self.has_area,
            is_limited=within != ANY_DISTANCE,
            has_point=place.latitude is not None,
            unplaced=~placed & ~self.has_area & ~remote,
        )

    def _miles(self, place: Place, within: int) -> tuple[Miles, Bools]:
        """The miles from a place to each row's nearest public place, infinite beyond the distance; and which are rough."""
        miles = np.full(len(self.has_area), np.inf, np.float32)
        if place.latitude is None or place.longitude is None:
            return miles, np.isfinite(miles)
        inside = np.flatnonzero(self._is_in_box(place.latitude, place.longitude, within or FURTHEST))
        far = miles_to(place.latitude, place.longitude, self.latitudes[inside], self.longitudes[inside])
        far = np.where(far <= (within or FURTHEST), far, np.inf).astype(np.float32)
        np.minimum.at(miles, self.rows[inside], far)
        sure = np.full(len(miles), np.inf, np.float32)
        is_sure = ~self.is_rough[inside]
        np.minimum.at(sure, self.rows[inside][is_sure], far[is_sure])
        return miles, miles < sure

    def _is_in_box(self, latitude: float, longitude: float, within: int) -> Bools:
        """Which places may be so near: most are outside the box, and two comparisons cost less than a distance."""
        high = np.degrees(within / EARTH_RADIUS_MILES)
        wide = high / max(np.cos(np.radians(abs(latitude) + high)), 1e-9)
        inside: Bools = (np.abs(self.latitudes - latitude) <= high) & (np.abs(self.longitudes - longitude) <= wide)
        return inside

    @cached_property
    def middles_of_towns(self) -> dict[str, Place]:
        """Each town by its plain name: in the middle of the public places that say that they are in it."""
        return {plain: self._middle(numbers) for plain, numbers in self._places_in_towns.items()}

    def _rows_in_town(self, plain: str) -> Ints:
        return self.rows[self._places_in_towns.get(plain, [])]

    @cached_property
    def _places_in_towns(self) -> dict[str, list[int]]:
        places_in = defaultdict(list)
        for number, town in enumerate(self.towns):
            if plain := plain_name(town):
                places_in[plain].append(number)
        return dict(places_in)

    def _middle(self, numbers: list[int]) -> Place:
        areas = [self.town_areas[number] for number in numbers]
        latitude, longitude = float(np.median(self.latitudes[numbers])), float(np.median(self.longitudes[numbers]))
        name = self.towns[numbers[0]].strip()
        return Place(name.title() if name.isupper() else name, latitude, longitude, max(areas, key=areas.count))


def miles_to(latitude: float, longitude: float, latitudes: Degrees, longitudes: Degrees) -> Degrees:
    """The great-circle miles from one point to many, in degrees (haversine)."""
    north, east = np.radians(latitudes - latitude) / 2, np.radians(longitudes - longitude) / 2
    half = np.sin(north) ** 2 + np.cos(np.radians(latitude)) * np.cos(np.radians(latitudes)) * np.sin(east) ** 2
    far: Degrees = 2 * EARTH_RADIUS_MILES * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return far


def reached(around: Around, row: int, traits: frozenset[str]) -> Reached:
    """How one service counts as near."""
    miles, is_there = float(around.miles[row]), bool(around.serves[row])
    is_served = is_there or bool(around.is_in[row])
    ways = {way for way in Way if f"way:{way}" in traits}
    return Reached(
        miles=round(miles, 2) if np.isfinite(miles) else None,
        is_rough=bool(around.is_rough[row]),
        serves=is_there,
        is_in=bool(around.is_in[row]) and not is_there,
        comes=is_served and Way.AT_HOME in ways,
        by_phone=(is_served or bool(around.is_remote[row])) and Way.PHONE in ways,
        online=(is_served or bool(around.is_remote[row])) and Way.ONLINE in ways,
        is_elsewhere=not (is_served or np.isfinite(miles) or around.is_remote[row] or around.unplaced[row]),
    )
