"""The facts by which services are filtered, counted and ordered, in arrays: one row for each service."""

import gc
import uuid
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import takewhile

import numpy as np
from sqlalchemy.engine import Connection

from partnerdir import clock
from partnerdir.search import queries
from partnerdir.search.labels import Bools, Ints, Labels, Reach
from partnerdir.search.queries import OtherDatabase, ServiceFacts
from partnerdir.search.rules import Position, plain, with_ancestors, with_relatives

MANY_CHANGES = 1000  # from here on, and from half as many as there are services, it is quicker to read everything anew
END_OF_NAME = "\0"  # comes before every sign, so that "Harbour" is before "Harbour House"


@dataclass(frozen=True)
class Facts:
    """What the records said when the change log had come to this position; never changed, only replaced."""

    position: Position
    ids: list[uuid.UUID]
    row_of: dict[bytes, int]
    names: list[str]  # as they are ordered
    by_name: Ints  # rows in order of name
    rank: Ints  # by row: its place in that order
    listed: Bools
    needs: Labels
    areas: Labels
    lineage: object = field(default_factory=object)  # rows keep their numbers as long as this is the same object

    def refreshed(self, connection: Connection) -> "Facts":
        """These facts, or newer ones if any were committed since."""
        many = max(MANY_CHANGES, len(self.ids) // 2)
        try:
            changes = queries.list_changes(connection, self.position, limit=many)
        except OtherDatabase:
            return load_facts(connection)
        if not changes:
            return self
        if len(changes) == many:
            return load_facts(connection)
        position = self.position.after([(change.id, change.at) for change in changes], clock.now())
        kinds = {change.record_type for change in changes}
        touched = queries.list_services_touched(connection, changes)
        facts = replace(
            self,
            position=position,
            needs=self.needs.regrown(_reach_of_needs(connection)) if "need" in kinds else self.needs,
            areas=self.areas.regrown(_reach_of_areas(connection)) if "area" in kinds else self.areas,
        )
        return facts._with(touched, list(queries.list_facts(connection, touched))) if touched else facts

    def _with(self, touched: Iterable[uuid.UUID], found: list[ServiceFacts]) -> "Facts":
        ids, row_of, names = [*self.ids], {**self.row_of}, [*self.names]
        rows = []
        for service in found:
            row = row_of.setdefault(service.id.bytes, len(ids))
            if row == len(ids):
                ids.append(service.id)
                names.append("")
            names[row] = f"{plain(service.name)}{END_OF_NAME}{service.id.hex}"
            rows.append(row)
        listed = np.zeros(len(ids), np.bool_)
        listed[: len(self.listed)] = self.listed
        listed[[row_of[service_id.bytes] for service_id in touched if service_id.bytes in row_of]] = False
        listed[rows] = [service.is_listed for service in found]
        by_name = self.by_name if names == self.names else _ordered(names, self.by_name)
        return replace(
            self,
            ids=ids,
            row_of=row_of,
            names=names,
            by_name=by_name,
            rank=np.argsort(by_name).astype(np.int32),
            listed=listed,
            needs=self.needs.changed({row: service.need_ids for row, service in zip(rows, found, strict=True)}),
            areas=self.areas.changed({row: service.area_ids for row, service in zip(rows, found, strict=True)}),
        )

    def passing(self, need_id: uuid.UUID | None, area_id: uuid.UUID | None) -> Bools:
        """Which rows are listed and pass these filters."""
        passing = self.listed
        if need_id is not None:
            passing = passing & self.needs.rows_with(need_id)
        if area_id is not None:
            passing = passing & self.areas.rows_with(area_id)
        return passing

    def rows_named(self, name: str) -> list[int]:
        """The rows of the services that have exactly this name."""
        start = f"{plain(name)}{END_OF_NAME}"
        place = bisect_left(self.by_name, start, key=self.names.__getitem__)
        same = takewhile(lambda row: self.names[row].startswith(start), self.by_name[place:])
        return [int(row) for row in same]


def load_facts(connection: Connection) -> Facts:
    """The facts of all services."""
    with _collector_resting():
        position = queries.find_starting_position(connection, clock.now())
        nothing = np.zeros(0, np.int32)
        needs, areas = Labels.made(_reach_of_needs(connection)), Labels.made(_reach_of_areas(connection))
        empty = Facts(position, [], {}, [], nothing, nothing, nothing > 0, needs, areas)
        return empty._with((), list(queries.list_facts(connection)))


@contextmanager
def _collector_resting() -> Iterator[None]:
    # A million small things are made, and kept: looking among them for what could be thrown away takes half the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _ordered(names: list[str], before: Ints) -> Ints:
    rows = [*before.tolist(), *range(len(before), len(names))]
    rows.sort(key=names.__getitem__)  # nearly in order already, which this sort is quick at
    return np.array(rows, np.int32)


def _reach_of_needs(connection: Connection) -> Reach:
    return with_ancestors(queries.list_need_parents(connection))


def _reach_of_areas(connection: Connection) -> Reach:
    return with_relatives(queries.list_area_parents(connection))
