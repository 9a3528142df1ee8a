"""Reads a publisher's list of services by its layout and brings the directory up to it."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from partnerdir.directory.rules import ServiceStatus
from partnerdir.errors import BadInput
from partnerdir.exchange import cells
from partnerdir.exchange.applying import SourceOfRows, apply_entries
from partnerdir.exchange.columns import FaultyRow, Layout, Row
from partnerdir.exchange.listing import Body, Entry, Listing
from partnerdir.exchange.reading import SheetRow, read_sheet
from partnerdir.exchange.runs import FileRead, Progress, Run

PARTS = ("needs", "areas", "phones", "hours")


def read_listings(layout: Layout, path: Path) -> FileRead:
    """The rows of a file that are services, and what was refused. Raises: BadInput."""
    sheet = read_sheet(path, layout)
    run = Run(layout.name, path.name, unknown_columns=sheet.unknown_columns)
    entries, keys, services = [], Firsts("has the same key as"), Firsts("is the same service as")
    for row in sheet.rows:
        where, key = f"line {row.line}", key_of(layout, row.cells)
        try:
            _refuse_blank(layout, row)
            keys.add(key, where)
            entry = _entry(layout, path, key, row)
            services.add(_service_of(layout, row.cells), where)
        except FaultyRow as fault:
            run.refuse(where, str(fault))
        else:
            entries.append(entry)
    return FileRead(run, entries, {key_of(layout, row.cells) for row in sheet.rows})


def import_listings(layout: Layout, read: FileRead, today: date, progress: Progress, many_may_be_gone: bool = False) -> Run:
    """Writes what was read and answers with the run. Raises: BadInput when a register has lost suspiciously many rows."""
    source = SourceOfRows(layout.name, partial(_listing_before, layout), layout.is_full_register, many_may_be_gone)
    apply_entries(read, source, today, progress)
    return read.run


def key_of(layout: Layout, row: Row) -> str:
    """What tells this row from every other of its source."""
    return " ".join(row[column].strip() for column in layout.key)


def listing_of(layout: Layout, row: Row) -> tuple[Listing, tuple[str, ...]]:
    """What a row says of a service, and the cells that had to be left out. Raises: FaultyRow, Impossible."""
    said: dict[str, Any] = {}
    left_out = []
    for field, source in layout.fields.items():
        try:
            said[field] = source.read(row)
        except cells.Unusable as fault:
            left_out.append(f"{fault}; left out")
    fields = {name: value for name, value in said.items() if "." not in name and name not in PARTS}
    fields.setdefault("status", ServiceStatus.ACTIVE)
    is_public = not fields.get("is_confidential")
    listing = Listing(
        organisation=Body(**_named(said, "organisation")),
        fields=fields,
        needs=frozenset(said.get("needs", ())),
        areas=frozenset(said.get("areas", ())),
        # What a register keeps off its public list is not for us to know either.
        phones=frozenset(said.get("phones", ())) if is_public else frozenset(),
        place=_place(said) if is_public else None,
        hours=said.get("hours", ""),
    )
    return listing, tuple(left_out)


def _listing_before(layout: Layout, row: Row) -> Listing:
    return listing_of(layout, dict.fromkeys(layout.kept, "") | dict(row))[0]


def _entry(layout: Layout, path: Path, key: str, row: SheetRow) -> Entry:
    try:
        listing, left_out = listing_of(layout, row.cells)
    except cells.Impossible as fault:
        raise BadInput(
            {"file": f"{path.name}, line {row.line}: {fault}. Correct it and import again; nothing was imported."}
        ) from fault
    secret = layout.columns_of_where if listing.fields.get("is_confidential") else ()
    kept = {column: "" if column in secret else row.cells[column] for column in layout.kept}
    return Entry(key, f"line {row.line}", kept, listing, left_out)


def _place(said: Mapping[str, Any]) -> dict[str, Any] | None:
    place = _named(said, "place")
    # A town alone is not somewhere to go.
    if not (place.get("address_1") or place.get("postal_code") or place.get("latitude")):
        return None
    areas = said.get("areas", ())
    return place | {"area": areas[0] if len(areas) == 1 else ""}


def _named(said: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {name.partition(".")[2]: value for name, value in said.items() if name.startswith(f"{part}.")}


def _service_of(layout: Layout, row: Row) -> tuple[str, ...] | None:
    words = tuple(cells.one_line(row[column]).casefold() for column in layout.same_service)
    return words if words and all(words) else None


def _refuse_blank(layout: Layout, row: SheetRow) -> None:
    blank = [column for column in (*layout.key, *layout.required) if not cells.one_line(row.cells[column])]
    if blank:
        raise FaultyRow(f"{blank[0]} is empty")


class Firsts:
    """Where each thing in a file was first seen."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.seen: dict[Any, str] = {}

    def add(self, thing: Any, where: str) -> None:
        """Notes a thing, if there is one. Raises: FaultyRow when it was seen before."""
        if thing in self.seen:
            raise FaultyRow(f"{self.words} {self.seen[thing]}")
        if thing is not None:
            self.seen[thing] = where
