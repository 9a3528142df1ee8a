"""The facts by which services are filtered, counted and ordered, in arrays: one row for each service."""

import gc
import uuid
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from partnerdir import clock
from partnerdir.database import uuid_of
from partnerdir.search import queries
from partnerdir.search.labels import Bools, Ints, Labels, Reach
from partnerdir.search.narrowing import Narrowing
from partnerdir.search.nearness import Around, Nearness
from partnerdir.search.particulars import Particulars, list_particulars
from partnerdir.search.phrases import Phrases
from partnerdir.search.queries import OtherDatabase, ServiceFacts
from partnerdir.search.rules import Node, Position, Question, plain, with_ancestors, with_descendants, with_relatives
from partnerdir.search.sayings import list_sayings

MANY_CHANGES = 1000  # from here on, and from half as many as there are services, it is quicker to read everything anew
END_OF_NAME = "\0"  # comes before every sign, so that "Harbour" is before "Harbour House"
MANY_SERVICES = 1000  # from here on it is worth telling the collector what is kept


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
    paused: Bools
    paid_until: Ints  # by row: the day's ordinal, or 0 where that is open or not known
    checked_on: Ints  # the same, of the day that somebody last confirmed the listing
    needs: Labels[uuid.UUID]
    areas: Labels[uuid.UUID]
    narrowing: Narrowing
    nearness: Nearness
    needs_said: Phrases[uuid.UUID]
    areas_said: Phrases[uuid.UUID]
    needs_named: tuple[Node, ...]  # in order of name
    areas_named: tuple[Node, ...]
    lineage: object = field(default_factory=object)  # rows keep their numbers as long as this is the same object

    def refreshed(self, connection: Connection) -> "Facts":
        """These facts, or newer ones if any were committed since."""
        many = max(MANY_CHANGES, len(self.ids) // 2)
        try:
            changes = queries.list_changes(connection, self.position, limit=many)
        except OtherDatabase:
            return load_facts(connection)
        if self.narrowing.day != clock.today():
            return load_facts(connection)
        if not changes:
            return self
        position = self.position.after([(change.id, change.at) for change in changes], clock.now())
        kinds = {change.record_type for change in changes}
        if len(changes) == many or "postcode" in kinds:
            return load_facts(connection)
        touched = queries.list_services_touched(connection, changes)
        touched |= {change.about_id for change in changes if change.record_type == "funding_window"}
        facts = replace(
            self,
            position=position,
            needs=self.needs.regrown(_reach_of_needs(connection)) if "need" in kinds else self.needs,
            areas=self.areas.regrown(_reach_of_areas(connection)) if "area" in kinds else self.areas,
            nearness=self.nearness.regrown(_inside_areas(connection)) if "area" in kinds else self.nearness,
            needs_said=Phrases(queries.list_needs_said(connection)) if "need" in kinds else self.needs_said,
            areas_said=Phrases(queries.list_areas_said(connection)) if "area" in kinds else self.areas_said,
            needs_named=queries.list_needs_named(connection) if "need" in kinds else self.needs_named,
            areas_named=queries.list_areas_named(connection) if "area" in kinds else self.areas_named,
        )
        return facts._with(touched, *_read(connection, touched)) if touched else facts

    def _with(self, touched: Iterable[uuid.UUID], found: list[ServiceFacts], more: dict[Any, Particulars]) -> "Facts":
        ids, row_of, names = [*self.ids], {**self.row_of}, [*self.names]
        rows = []
        for service in found:
            service_id = uuid_of(service.key)
            row = row_of.setdefault(service_id.bytes, len(ids))
            if row == len(ids):
                ids.append(service_id)
                names.append("")
            names[row] = f"{plain(service.name)}{END_OF_NAME}{service_id.hex}"
            rows.append(row)
        listed = np.zeros(len(ids), np.bool_)
        listed[: len(self.listed)] = self.listed
        gone = np.array([row_of[service_id.bytes] for service_id in touched if service_id.bytes in row_of], np.int32)
        listed[gone] = False
        listed[rows] = [service.is_listed for service in found]
        days = _grown(self.paid_until, len(ids)), _grown(self.checked_on, len(ids))
        for column, until in zip(days, ("paid_until", "checked_on"), strict=True):
            column[rows] = [day.toordinal() if (day := getattr(service, until)) else 0 for service in found]
        paused = _grown(self.paused, len(ids))
        paused[rows] = [service.is_paused for service in found]
        by_name = self.by_name if names == self.names else _ordered(names, self.by_name)
        particulars = {row: more[service.key] for row, service in zip(rows, found, strict=True) if service.key in more}
        return replace(
            self,
            ids=ids,
            row_of=row_of,
            names=names,
            by_name=by_name,
            rank=np.argsort(by_name).astype(np.int32),
            listed=listed,
            paused=paused,
            paid_until=days[0],
            checked_on=days[1],
            needs=self.needs.changed({row: service.need_ids for row, service in zip(rows, found, strict=True)}),
            areas=self.areas.changed({row: service.area_ids for row, service in zip(rows, found, strict=True)}),
            narrowing=self.narrowing.changed(particulars, len(ids)),
            nearness=self.nearness.changed(particulars, gone, len(ids)),
        )

    def passing(self, need_id: uuid.UUID | None, area_id: uuid.UUID | None) -> Bools:
        """Which rows are listed and pass these filters."""
        passing = self.listed
        if need_id is not None:
            passing = passing & self.needs.rows_with(need_id)
        if area_id is not None:
            passing = passing & self.areas.rows_with(area_id)
        return passing

    def around(self, question: Question) -> Around | None:
        """What every service is to the place asked for; None where none was."""
        if question.place is None:
            return None
        return self.nearness.around(question.place, question.within, self.areas, self.narrowing.traits)

    def rows_called(self, name: str) -> list[int]:
        """The rows of the services that have exactly this name, listed or not."""
        start = f"{plain(name)}{END_OF_NAME}"
        place = bisect_left(self.by_name, start, key=self.names.__getitem__)
        same = takewhile(lambda row: self.names[row].startswith(start), self.by_name[place:])
        return [int(row) for row in same]


def load_facts(connection: Connection) -> Facts:
    """The facts of all services."""
    with _collector_resting():
        list_sayings()  # as many small things, and kept as long
        facts = _load_facts(connection)
    if len(facts.ids) >= MANY_SERVICES:
        # A look among a million small things that are all kept would hold somebody's page up by a tenth of a second.
        gc.collect()
        gc.freeze()
    return facts


def _load_facts(connection: Connection) -> Facts:
    position = queries.find_starting_position(connection, clock.now())
    nothing = np.zeros(0, np.int32)
    needs, areas = Labels.made(_reach_of_needs(connection)), Labels.made(_reach_of_areas(connection))
    none = nothing > 0
    said = Phrases(queries.list_needs_said(connection)), Phrases(queries.list_areas_said(connection))
    named = queries.list_needs_named(connection), queries.list_areas_named(connection)
    more = Narrowing.made(clock.today()), Nearness.made(_inside_areas(connection))
    empty = Facts(position, [], {}, [], nothing, nothing, none, none, nothing, nothing, needs, areas, *more, *said, *named)
    return empty._with((), *_read(connection))


def _read(
    connection: Connection, service_ids: Collection[uuid.UUID] | None = None
) -> tuple[list[ServiceFacts], dict[Any, Particulars]]:
    particulars = list_particulars(connection, clock.today(), service_ids)
    return list(queries.list_facts(connection, service_ids)), {service.key: service for service in particulars}


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


def _grown(column: NDArray[Any], length: int) -> NDArray[Any]:
    grown = np.zeros(length, column.dtype)
    grown[: len(column)] = column
    return grown


def _ordered(names: list[str], before: Ints) -> Ints:
    rows = [*before.tolist(), *range(len(before), len(names))]
    rows.sort(key=names.__getitem__)  # nearly in order already, which this sort is quick at
    return np.array(rows, np.int32)


def _inside_areas(connection: Connection) -> Reach[uuid.UUID]:
    return with_descendants(queries.list_area_parents(connection))


def _reach_of_needs(connection: Connection) -> Reach[uuid.UUID]:
    return with_ancestors(queries.list_need_parents(connection))


def _reach_of_areas(connection: Connection) -> Reach[uuid.UUID]:
    return with_relatives(queries.list_area_parents(connection))
