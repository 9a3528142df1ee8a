"""Reads files of postcodes and of areas' names row by row, and names the line of what cannot be used."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from partnerdir.errors import BadInput
from partnerdir.geography import layouts
from partnerdir.geography.layouts import Layout
from partnerdir.geography.national_grid import degrees_of
from partnerdir.geography.rules import read_code

Cells = dict[str, str]


@dataclass(frozen=True)
class Point:
    """One postcode, or a part of one: where its middle is in degrees, and the areas it is in by their codes or name."""

    code: str
    latitude: float
    longitude: float
    area_codes: tuple[str, ...] = ()  # the smallest first
    area_name: str = ""


@dataclass(frozen=True)
class NamedArea:
    """An area's name and its code, and the code of the area it is in."""

    code: str
    name: str
    parent_code: str
    is_ward: bool


LeftOut = str  # why a row that is in order is not kept
Row = Point | NamedArea | LeftOut
ENDED: LeftOut = "no longer in use"
NOWHERE: LeftOut = "without a position"


def read_rows(path: Path) -> tuple[str, Iterator[Row]]:
    """What kind of file this is in words, and its rows, read as they are asked for. Raises: BadInput."""
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    except OSError as wrong:
        _refuse(path, f"cannot be read: {wrong.strerror}")
    if start[:1] in (b"[", b"{"):
        return "JSON", _rows_of_json(path)
    layout, first_line, places = _recognised(path)
    return layout.says, _rows_of_sheet(path, layout, first_line, places)


def _recognised(path: Path) -> tuple[Layout, int, dict[str, int]]:
    """The layout, the lines before the first row, and where each thing stands."""
    header = next(_lines(path), (0, list[str]()))[1]
    for layout in layouts.LAYOUTS:
        if (places := layout.places_of(header)) is not None:
            return layout, 1, places
    if len(header) == len(layouts.CODE_POINT_OPEN_COLUMNS) and read_code(header[0]):
        places = layouts.CODE_POINT_OPEN.places_of(layouts.CODE_POINT_OPEN_COLUMNS) or {}
        return layouts.CODE_POINT_OPEN, 0, places
    known = "; ".join(layout.says for layout in layouts.LAYOUTS)
    _refuse(path, f"has none of the columns that we know on its first line. We read {known}")


def _rows_of_sheet(path: Path, layout: Layout, skipped: int, places: dict[str, int]) -> Iterator[Row]:
    read = _read_area if layout in layouts.AREA_NAMES else _read_point
    widest = max(places.values())
    count = 0
    for line, row in _lines(path):
        if line <= skipped or not row:
            continue
        if len(row) <= widest:
            _refuse(path, f"has {len(row)} cells on line {line}, too few; it may have been cut short")
        count += 1
        yield _read(path, f"line {line}", read, {thing: row[place].strip() for thing, place in places.items()})
    if not count:
        _refuse(path, "has column names but no rows")


def _rows_of_json(path: Path) -> Iterator[Row]:
    try:
        held = json.loads(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
        _refuse(path, f"is not JSON that we can read: {wrong}")
    entries = held.get("features") if isinstance(held, dict) else held
    if not isinstance(entries, list) or not entries:
        _refuse(path, "has neither postcodes nor areas in it")
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, dict) and isinstance(named := entry.get("properties"), dict):
            places = layouts.COUNCIL_NAMES.places_of(list(named))
            values = list(named.values())
            cells = {thing: str(values[place] or "").strip() for thing, place in (places or {}).items()}
            yield _read(path, f"entry {number}", _read_area, cells)
        elif isinstance(entry, dict) and isinstance(fields := entry.get("fields"), dict):
            cells = {thing: str(fields.get(name) or "").strip() for thing, name in layouts.OF_ALISS.items()}
            yield _read(path, f"entry {number}", _read_point, {"code": str(entry.get("pk", "")), **cells})
        else:
            _refuse(path, f"has something else than a postcode or an area in entry {number}")


def _read(path: Path, where: str, read: Callable[[Cells], Row], cells: Cells) -> Row:
    try:
        return read(cells)
    except ValueError as wrong:
        _refuse(path, f"cannot be used: on {where} {wrong}. Nothing was written")


def _read_point(cells: Cells) -> Row:
    """Raises: ValueError, with what is wrong in words."""
    code = read_code(cells["code"])
    if code is None:
        raise ValueError(f"{cells['code'][:20]!r} is not a postcode")
    if cells.get("ended"):
        return ENDED
    if "easting" in cells:
        easting, northing = _number(cells["easting"], "easting"), _number(cells["northing"], "northing")
        if cells.get("quality") == layouts.NO_POSITION_QUALITY or not (easting and northing):
            return NOWHERE
        if not (0 <= easting <= 700_000 and 0 <= northing <= 1_300_000):
            raise ValueError(f"{easting:.0f}, {northing:.0f} is not on the National Grid")
        latitude, longitude = degrees_of(easting, northing)
    else:
        if not cells["latitude"]:
            return NOWHERE
        latitude, longitude = _number(cells["latitude"], "latitude"), _number(cells["longitude"], "longitude")
        if latitude == layouts.NO_GRID_REFERENCE_LATITUDE:
            return NOWHERE
        if not (49 <= latitude <= 61.5 and -9 <= longitude <= 2.5):
            raise ValueError(f"{latitude}, {longitude} is nowhere in Britain or Northern Ireland")
    areas = tuple(cells[kind] for kind in ("ward", "council") if cells.get(kind))
    return Point(code.text, round(latitude, 6), round(longitude, 6), areas, cells.get("council_name", ""))


def _read_area(cells: Cells) -> Row:
    """Raises: ValueError, with what is wrong in words."""
    if not cells.get("code") or not cells.get("name"):
        raise ValueError("an area has no code or no name")
    return NamedArea(cells["code"], cells["name"], cells.get("parent", ""), is_ward="parent" in cells)


def _number(cell: str, thing: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{cell[:20]!r} is not a number, where the {thing} should be") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{cell[:20]!r} is no {thing}")
    return value


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                yield reader.line_num, row
    except UnicodeDecodeError as wrong:
        _refuse(path, f"is not UTF-8 text ({wrong.reason}); save it again as 'CSV UTF-8'")
    except csv.Error as wrong:
        _refuse(path, f"is not a CSV file that we can read: {wrong} on line {reader.line_num}")


def _refuse(path: Path, reason: str) -> NoReturn:
    raise BadInput({"file": f"{path.name} {reason}."})
