"""What the publishers of postcodes and areas call their columns: data, walked by the reader."""

import re
from dataclasses import dataclass
from re import Pattern


@dataclass(frozen=True)
class Layout:
    """One kind of file: for each thing that we keep, the names that its column goes by."""

    name: str
    says: str
    columns: dict[str, Pattern[str]]
    needed: tuple[str, ...]

    def places_of(self, header: list[str]) -> dict[str, int] | None:
        """Where each thing stands in a row; None where the header is of another kind of file."""
        plain = [cell.strip().strip('"').casefold() for cell in header]
        found = {
            thing: next(place for place, cell in enumerate(plain) if pattern.fullmatch(cell))
            for thing, pattern in self.columns.items()
            if any(pattern.fullmatch(cell) for cell in plain)
        }
        return found if all(thing in found for thing in self.needed) else None


def _named(**columns: str) -> dict[str, Pattern[str]]:
    return {thing: re.compile(names) for thing, names in columns.items()}


# The Office for National Statistics renamed its columns in 2025, from oslaua to lad25cd.
ONSPD = Layout(
    "onspd",
    "the ONS Postcode Directory",
    _named(
        code=r"pcds|pcd2|pcd8|pcd7|pcd",
        ended=r"doterm",
        ward=r"osward|ward|wd\d\dcd",
        council=r"oslaua|laua|lad\d\dcd",
        latitude=r"lat|latitude",
        longitude=r"long|longitude",
    ),
    ("code", "latitude", "longitude"),
)
CODE_POINT_OPEN = Layout(
    "code-point-open",
    "Ordnance Survey's Code-Point Open",
    _named(
        code=r"postcode|pc",
        quality=r"positional_quality_indicator|pq",
        easting=r"eastings?|ea",
        northing=r"northings?|no",
        council=r"admin_district_code|dc",
        ward=r"admin_ward_code|wc",
    ),
    ("code", "easting", "northing"),
)
# The files inside the publisher's archive have no line of names.
CODE_POINT_OPEN_COLUMNS = ["pc", "pq", "ea", "no", "cy", "rh", "lh", "cc", "dc", "wc"]
OUTCODES = Layout(
    "outcodes",
    "middles of postcode districts",
    _named(
        code=r"outcode|postcode_district|district",
        latitude=r"lat|latitude",
        longitude=r"long?|longitude",
        council_name=r"main_council|council|council_area",
    ),
    ("code", "latitude", "longitude"),
)
WARD_NAMES = Layout(
    "ward-names",
    "names and codes of wards",
    _named(code=r"wd\d\dcd", name=r"wd\d\dnm", parent=r"lad\d\dcd"),
    ("code", "name"),
)
COUNCIL_NAMES = Layout(
    "council-names",
    "names and codes of council areas",
    _named(code=r"lad\d\dcd", name=r"lad\d\dnm"),
    ("code", "name"),
)
AREA_NAMES = (WARD_NAMES, COUNCIL_NAMES)
# In this order: the first whose columns are all there is the one.
LAYOUTS = (ONSPD, CODE_POINT_OPEN, OUTCODES, *AREA_NAMES)

# ALISS publishes postcodes as what its own software loads: a list of {"pk": "G2 1AL", "fields": {…}}.
OF_ALISS = {"latitude": "latitude", "longitude": "longitude", "council": "council_area_2011_code"}

NO_GRID_REFERENCE_LATITUDE = 99.999999  # what the ONS Postcode Directory writes where there is none
NO_POSITION_QUALITY = "90"  # what Code-Point Open writes where there is none
