"""Opens somebody else's file, and says in one sentence what is wrong with a file that cannot be read."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from partnerdir.errors import BadInput
from partnerdir.exchange.columns import Layout

MOST_BYTES = 200_000_000
# A cell longer than this is a quotation mark that somebody forgot to close; the csv module's own limit is the same.
MOST_LETTERS_IN_A_CELL = 131_072


@dataclass(frozen=True)
class SheetRow:
    """One row: the line it begins on, and what its columns hold."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file of rows, and the columns in it that its layout has never heard of."""

    rows: list[SheetRow]
    unknown_columns: tuple[str, ...]


def read_sheet(path: Path, layout: Layout) -> Sheet:
    """The rows of a CSV file. Raises: BadInput."""
    lines = _lines(path, _text(path, layout.encoding))
    _line, columns = next(lines)
    _refuse_columns(path, layout, columns)
    rows = []
    for line, row in lines:
        if len(row) != len(columns):
            # A file cut short in transit ends like this; of a full register it would close everything that is missing.
            _refuse(path, f"has {len(row)} cells on line {line} where its first line has {len(columns)}")
        rows.append(SheetRow(line, dict(zip(columns, row, strict=True))))
    if not rows:
        _refuse(path, "has column names but no rows")
    known = {*layout.kept, *layout.left_out}
    return Sheet(rows, tuple(column for column in columns if column not in known))


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises: BadInput."""
    try:
        return json.loads(_text(path, "utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as wrong:
        _refuse(path, f"is not JSON: {wrong.msg} on line {wrong.lineno}, column {wrong.colno}")
    except (ValueError, RecursionError) as wrong:
        _refuse(path, f"is not JSON that we can read: {wrong}")


def _text(path: Path, encoding: str) -> str:
    content = _content(path)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        _refuse(path, f"is not UTF-8 text: the byte {content[wrong.start]:#04x} on line {line} is not; save it as UTF-8 first")


def _content(path: Path) -> bytes:
    if path.is_dir():
        _refuse(path, "is a folder, not a file")
    if not path.exists():
        raise BadInput({"file": f"There is no file {path}."})
    if not path.is_file():
        _refuse(path, "is not a file")
    if path.stat().st_size > MOST_BYTES:
        _refuse(path, f"is larger than {MOST_BYTES // 1_000_000} megabytes")
    try:
        content = path.read_bytes()
    except OSError as wrong:
        _refuse(path, f"cannot be read: {wrong.strerror}")
    if not content.strip():
        _refuse(path, "is empty")
    return content


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    if "\0" in text:
        _refuse(path, f"is not text: there is a zero byte on line {text.count(chr(10), 0, text.index(chr(0))) + 1}")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins_on = 1
    try:
        for row in reader:
            if row:
                yield begins_on, row
            begins_on = reader.line_num + 1
    except csv.Error as wrong:
        if "field limit" in str(wrong):
            _refuse(path, f"has a cell of more than {MOST_LETTERS_IN_A_CELL:,} characters that begins near line {begins_on}")
        _refuse(path, f"is not CSV: {wrong}, in the row that begins on line {begins_on}")


def _refuse_columns(path: Path, layout: Layout, columns: list[str]) -> None:
    missing = [column for column in layout.kept if column not in columns]
    if missing:
        _refuse(path, f"has no column {', '.join(missing)}, which the layout {layout.name} reads")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        _refuse(path, f"has the column {', '.join(twice)} more than once")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _refuse(path: Path, what: str) -> NoReturn:
    raise BadInput({"file": f"{path.name} {what}. Nothing was imported."})
