"""The table of faults, docs/faults.md: which promise each test shows, and how it came out when the table was made."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests import faults
from tests.faults.elsewhere import ELSEWHERE, is_written

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
PARTS = ("crash", "mail", "time", "edits", "store")
PLANTED = "planted"
COUNTS = ("due", "lost", "doubled", "repeated")
HEAD = """# Faults

What goes wrong with mail, machines, clocks, disks and dates, and what became of the warnings that were due.
The tests make this page: `make test` runs them, and `pytest tests/faults --write-fault-table` writes it anew.

- **lost**: due, and never came. **doubled**: came under two Message-IDs, or was not due at all.
- **again**: the same mail under the same Message-ID, which a mail server or reader may know for the one it has.
- **K**: real processes, started, killed or crowded. Everywhere the database and the mail server are real.
"""
COLUMNS = "| what goes wrong | K | result | due | lost | doubled | again | test |\n" + "| --- " * 8 + "|\n"


def shows(part: str, line: str) -> pytest.MarkDecorator:
    """Says which line of the table a test shows; a line of the part `planted` is a fault that must be caught."""
    return pytest.mark.shows(part, line)


@dataclass
class Row:
    """One test and the line it shows."""

    part: str
    line: str
    test: str
    has_processes: bool


@dataclass
class Result:
    """How one test came out, over all its parameters."""

    words: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def list_rows() -> list[Row]:
    """Every test that shows a line, as the files stand, in order of the table."""
    rows = [row for module in _list_modules() for row in _rows_of(module)]
    return sorted(rows, key=lambda row: ((*PARTS, PLANTED).index(row.part), row.test.split("::")[0]))


def _list_modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(faults.__path__):
        if found.name.startswith("test_"):
            yield importlib.import_module(f"{faults.__name__}.{found.name}")


def _rows_of(module: ModuleType) -> Iterator[Row]:
    of_module: Any = getattr(module, "pytestmark", [])
    of_module = of_module if isinstance(of_module, list) else [of_module]
    for name, function in vars(module).items():
        marks = {mark.name: mark for mark in getattr(function, "pytestmark", [])} if name.startswith("test_") else {}
        if "shows" in marks:
            has_processes = "processes" in marks or any(mark.name == "processes" for mark in of_module)
            part, line = marks["shows"].args
            yield Row(part, line, f"{module.__name__.split('.')[-1]}.py::{name}", has_processes)


def page_of(results: dict[str, Result], before: str = "") -> str:
    """The whole page; a test that was not run this time keeps what the page before says of it."""
    rows = list_rows()
    kept = {line.split("`")[-2]: line for line in before.splitlines() if line.endswith("` |")}
    parts = [HEAD]
    for part in PARTS:
        lines = [_line(row, results.get(row.test), kept) for row in rows if row.part == part]
        lines += [_line_elsewhere(line, test) for its_part, line, test in ELSEWHERE if its_part == part]
        parts.append(f"## {part.capitalize()}\n\n{COLUMNS}" + "\n".join(lines) + "\n")
    planted = [_line(row, results.get(row.test), kept) for row in rows if row.part == PLANTED]
    parts.append(f"## Planted faults, which must be caught\n\n{COLUMNS}" + "\n".join(planted) + "\n")
    return "\n".join(parts)


def _line(row: Row, result: Result | None, kept: dict[str, str]) -> str:
    if result is None and row.test in kept:
        return kept[row.test]
    words = "; ".join(sorted(result.words)) if result else "not run"
    words = words.replace("held", "caught") if row.part == PLANTED else words
    counts = [str(result.counts[name]) if result and result.counts else "" for name in COUNTS]
    return f"| {row.line} | {'K' if row.has_processes else ''} | {words} | {' | '.join(counts)} | `{row.test}` |"


def _line_elsewhere(line: str, test: str) -> str:
    words, name = ("shown by a test of its own room", f"`{test}`") if is_written(test) else ("not shown yet", "")
    return f"| {line} | | {words} | | | | | {name} |"
