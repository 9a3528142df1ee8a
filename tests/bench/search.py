"""Prints what searching costs: `python -m tests.bench.search [--sizes real,1000,10000,100000]`.

Sizes are numbers of services: real listings where there are any, then made-up ones; `real` is what the import commands
make of the real files.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import corpus
from tests.bench.installation import Installation

SIZES = "1000,10000,100000"

# What is printed: the words, the measurement, its unit.
ROWS = (
    ("services", "services", ""),
    ("results page, whole request", "results_page", "ms"),
    ("results page near a place, whole request", "nearby_page", "ms"),
    ("the same, in turn with Datasette", "our_page", "ms"),
    ("Datasette: every word, counts of needs and areas", "datasette_page", "ms"),
    ("Datasette: any word, counts of needs and areas", "datasette_any", "ms"),
    ("Datasette: every word, JSON without counts", "datasette_rows", "ms"),
    ("ours as a share of Datasette's page for every word", "share_of_page", ""),
    ("ours as a share of Datasette's page for any word", "share_of_any", ""),
    ("service page, whole request", "service_page", "ms"),
    ("one term, cold", "one_cold", "ms"),
    ("one term, warm", "one_warm", "ms"),
    ("three terms, cold", "three_cold", "ms"),
    ("three terms, warm", "three_warm", "ms"),
    ("three terms, a need and an area, cold", "filtered_cold", "ms"),
    ("three terms, a need and an area, warm", "filtered_warm", "ms"),
    ("three terms near a place, cold", "near_cold", "ms"),
    ("three terms near a place, warm", "near_warm", "ms"),
    ("an edit, followed and found", "edit", "ms"),
    ("facts read, at the first question", "first_question", "ms"),
    ("first request after the start", "first_request", "ms"),
    ("index made anew", "rebuild", "s"),
    ("index on disk", "index_megabytes", "MB"),
    ("memory: engine alone", "megabytes", "MB"),
    ("memory: a site's worker", "site_megabytes", "MB"),
    ("memory: Datasette", "datasette_megabytes", "MB"),
    ("memory: making the index anew", "rebuild_megabytes", "MB"),
)


def measured(size: str) -> dict[str, Any]:
    """Everything about one installation of this size."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        installation = Installation(Path(folder))
        installation.filled_with(size)
        found: dict[str, Any] = {}
        for module, *arguments in (
            ("tests.bench.engine", "rebuild"),
            ("tests.bench.engine", "questions"),
            ("tests.bench.requests",),
            ("tests.bench.datasette",),
            ("tests.bench.engine", "edits"),
        ):
            found |= installation.measured(module, *arguments)
        return found


def said(value: Any, unit: str) -> str:
    """A measurement in words: median / 95th percentile where there are both."""
    if isinstance(value, list):
        return " / ".join(f"{part:,.1f}" if unit else f"{part:.2f}" for part in value)
    return f"{value / 1000:,.1f}" if unit == "s" else f"{value:,.0f}"


def main() -> int:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=f"real,{SIZES}" if corpus.SHARED.is_dir() else SIZES)
    sizes = parser.parse_args().sizes.split(",")
    if not corpus.SHARED.is_dir():
        print(f"The real data is not at {corpus.SHARED}: all listings are made up, of invented words.", file=sys.stderr)
    columns = []
    for size in sizes:
        print(f"Measuring {size} …", file=sys.stderr, flush=True)
        columns.append(measured(size))
    print(f"| median / p95 | {' | '.join(sizes)} |")
    print(f"| --- | {' | '.join('---:' for _ in sizes)} |")
    for words, name, unit in ROWS:
        print(f"| {words}{unit and f', {unit}'} | {' | '.join(said(column[name], unit) for column in columns)} |")
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"\nOn {os.cpu_count()} cores with a load of {load} at the end; well above 1 it is others that are measured.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
