"""A table as a file that spreadsheet programs open, in which no cell can be a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

# A cell that begins with one of these is computed by some spreadsheet program; see OWASP, "CSV Injection".
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")  # full width ones count too


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as CSV in UTF-8, with the mark that tells Excel so; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def cell(value: object) -> str:
    """What a cell says: one line of plain words, with a quotation mark before what would be computed."""
    words = "" if value is None else str(value)
    is_formula = words.lstrip(" \u00a0").startswith(BEGINS_A_FORMULA)
    return ("'" if is_formula else "") + " ".join(words.split())
