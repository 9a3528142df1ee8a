"""Takes published postcodes and areas' names into the map: all of a run or nothing, and again means unchanged."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from partnerdir.changes import add_change
from partnerdir.database import db
from partnerdir.geography.actions import add_area
from partnerdir.geography.models import Area, AreaKind, Postcode
from partnerdir.geography.queries import list_areas
from partnerdir.geography.reading import NamedArea, Point, Row, read_rows
from partnerdir.geography.rules import plain_name

AT_ONCE = 5000  # postcodes in one statement
NATIONS = {"E": "England", "N": "Northern Ireland", "S": "Scotland", "W": "Wales"}  # by the first letter of an ONS code


@dataclass
class Outcome:
    """What a run did: how many postcodes and areas were added, changed and unchanged, and what was left out."""

    says: list[str] = field(default_factory=list)
    postcodes: Counter[str] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown_areas: Counter[str] = field(default_factory=Counter)


def import_map(paths: Iterable[Path]) -> Outcome:
    """Takes these files in, the first one first. Raises: BadInput, naming the file and the line."""
    outcome, known = Outcome(), _KnownAreas()
    for path in paths:
        kind, rows = read_rows(path)
        outcome.says.append(f"{path.name}: {kind}")
        _take(rows, known, outcome)
    if outcome.postcodes["added"] or outcome.postcodes["changed"]:
        # One entry for the run: an entry for each of two million postcodes would tell nobody more.
        counts = {name: [None, count] for name, count in sorted(outcome.postcodes.items())}
        add_change(Postcode.__tablename__, uuid.uuid4(), "changed", {"files": [None, outcome.says], **counts})
    return outcome


def _take(rows: Iterator[Row], known: "_KnownAreas", outcome: Outcome) -> None:
    while some := list(islice(rows, AT_ONCE)):
        for area in some:
            if isinstance(area, NamedArea):
                outcome.areas[known.take(area)] += 1
        outcome.left_out.update(row for row in some if isinstance(row, str))
        points = {row.code: row for row in some if isinstance(row, Point)}
        if points:
            _write(points, known, outcome)


def _write(points: dict[str, Point], known: "_KnownAreas", outcome: Outcome) -> None:
    columns = sa.select(Postcode.id, Postcode.code, Postcode.latitude, Postcode.longitude, Postcode.area_id)
    before = {row.code: row for row in db.session.execute(columns.where(Postcode.code.in_(points)))}
    added, changed = list[dict[str, object]](), list[dict[str, object]]()
    for code, point in points.items():
        area_id = known.find(point, outcome.unknown_areas)
        said = {"latitude": point.latitude, "longitude": point.longitude, "area_id": area_id}
        row = before.get(code)
        if row is None:
            added.append({"id": uuid.uuid4(), "version": 1, "code": code, **said})
        elif (row.latitude, row.longitude, row.area_id) != (point.latitude, point.longitude, area_id or row.area_id):
            changed.append({"key": row.id, **said, "area_id": area_id or row.area_id})
    if added:
        db.session.execute(sa.insert(Postcode.__table__), added)  # type: ignore[arg-type]  # a table, which it takes
    if changed:
        table = Postcode.__table__
        update = sa.update(table).where(table.c.id == sa.bindparam("key"))  # type: ignore[arg-type]  # a table, which it takes
        db.session.connection().execute(update.values(version=table.c.version + 1), changed)
    outcome.postcodes.update(added=len(added), changed=len(changed), unchanged=len(points) - len(added) - len(changed))


class _KnownAreas:
    """The areas there are, by code and by name; those that are named anew are added."""

    def __init__(self) -> None:
        areas = list_areas()
        self._by_code = {area.code: area for area in areas}
        self._by_name = {(area.kind, plain_name(area.name)): area for area in areas}

    def find(self, point: Point, unknown: Counter[str]) -> uuid.UUID | None:
        """The smallest known area that a postcode is in; a code that is not known is counted."""
        known = [self._by_code[code].id for code in point.area_codes if code in self._by_code]
        named = self._by_name.get((AreaKind.COUNCIL, plain_name(point.area_name)))
        if not known and not named and (point.area_codes or point.area_name):
            unknown[(*point.area_codes, point.area_name)[-1] or point.area_codes[-1]] += 1
        return known[0] if known else named.id if named else None

    def take(self, said: NamedArea) -> str:
        """Adds an area, or gives one of the same name its official code; says which."""
        kind = AreaKind.WARD if said.is_ward else AreaKind.COUNCIL
        area = self._by_code.get(said.code)
        if area is None and not said.is_ward:  # two wards may have one name
            area = self._by_name.get((kind, plain_name(said.name)))
        if area is not None and (area.code, area.name) == (said.code, said.name):
            return "unchanged"
        if area is not None:
            area.code, area.name = said.code, said.name
            self._know(area)
            return "changed"
        self._know(add_area(said.name, said.code, kind, self._parent_id(said)))
        return "added"

    def _parent_id(self, said: NamedArea) -> uuid.UUID | None:
        if said.parent_code in self._by_code:
            return self._by_code[said.parent_code].id
        nation = NATIONS.get(said.code[:1])
        if said.is_ward or nation is None:
            return None
        if (AreaKind.NATION, plain_name(nation)) not in self._by_name:
            self._know(add_area(nation, plain_name(nation).replace(" ", "-"), AreaKind.NATION))
        return self._by_name[AreaKind.NATION, plain_name(nation)].id

    def _know(self, area: Area) -> None:
        self._by_code[area.code] = area
        self._by_name[area.kind, plain_name(area.name)] = area
