"""A file that cannot be used is refused in one clear sentence, whole, and leaves everything as it was."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from partnerdir.exchange import reading
from tests.exchange.files import CARE_COLUMNS, care_row, count_rows, grant, run_import, write_package, write_sheet

CARE = ("listings", "care-inspectorate")
GRANTS = ("grants",)
BOTH_WAYS = pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["for real", "tried"])

Maker = Callable[[Path], Path]


def written(content: bytes, name: str = "file.csv") -> Maker:
    """A file of these bytes."""

    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def a_sheet(*rows: dict[str, str], columns: list[str] = CARE_COLUMNS) -> Maker:
    """A sheet of these rows."""
    return lambda folder: write_sheet(folder / "file.csv", list(rows), columns)


def a_package(*grants: object) -> Maker:
    """A package of these grants."""
    return lambda folder: write_package(folder / "file.json", list(grants))


def a_folder(folder: Path) -> Path:
    """A folder where a file should be."""
    (folder / "file.csv").mkdir()
    return folder / "file.csv"


def a_pipe(folder: Path) -> Path:
    """Something that is neither file nor folder."""
    os.mkfifo(folder / "file.csv")
    return folder / "file.csv"


def without(column: str) -> list[str]:
    """The columns without one of them."""
    return [name for name in CARE_COLUMNS if name != column]


HEADER = ",".join(CARE_COLUMNS).encode()
ROW = ",".join(care_row(AdditionalSubtypes="").get(name, "") for name in CARE_COLUMNS).encode()
SHEETS = {
    "no such file": (lambda folder: folder / "nowhere.csv", "There is no file"),
    "a folder": (a_folder, "is a folder, not a file"),
    "a pipe": (a_pipe, "is not a file"),
    "empty": (written(b""), "is empty"),
    "blank": (written(b"\n  \n"), "is empty"),
    "column names alone": (a_sheet(), "has column names but no rows"),
    "wrong encoding": (written(HEADER + b"\n" + ROW.replace(b"Quayside", b"Qu\xe9yside")), "the byte 0xe9 on line 2"),
    "sixteen bits": (written("CSNumber,Name\n1,2\n".encode("utf-16")), "is not UTF-8 text"),
    "a zero byte": (written(HEADER + b"\n" + ROW.replace(b"Quayside", b"Q\0")), "a zero byte on line 2"),
    "a missing column": (a_sheet(care_row(), columns=without("SP_number")), "has no column SP_number"),
    "another publisher's file": (written(b"name,postcode\nx,y\n"), "has no column CSNumber, ServiceName"),
    "a column twice": (written(HEADER + b",CSNumber\n" + ROW + b",CS1\n"), "has the column CSNumber more than once"),
    "a row cut short": (written(HEADER + b"\n" + ROW + b"\nCS2,Housing"), "has 2 cells on line 3"),
    "a quotation mark left open": (written(HEADER + b'\nCS1,"Housing\nCS2,x\n'), "is not CSV"),
    "a huge cell": (
        written(HEADER + b"\n" + ROW.replace(b"Quayside", b"Q" * 140_000)),
        "has a cell of more than 131,072 characters that begins near line 2",
    ),
    "an impossible day": (
        a_sheet(care_row(), care_row("CS2", DateReg="31/02/2004")),
        "line 3: DateReg: '31/02/2004' is not a day like 31/03/2027",
    ),
}
BACKWARDS = [{"startDate": "2026-07-01", "endDate": "2026-06-30"}]
PACKAGES = {
    "no such file": (lambda folder: folder / "nowhere.json", "There is no file"),
    "a folder": (a_folder, "is a folder, not a file"),
    "empty": (written(b""), "is empty"),
    "cut short": (written(json.dumps({"grants": [grant()]})[:-9].encode()), "is not JSON"),
    "wrong encoding": (written(b'{"grants": ["\xe9"]}'), "is not UTF-8 text: the byte 0xe9 on line 1"),
    "no grants in it": (written(b'{"awards": []}'), "is not a 360Giving package"),
    "a list": (written(b"[]"), "is not a 360Giving package"),
    "an empty package": (written(b'{"grants": []}'), "has no grants in it"),
    "not a number": (written(json.dumps({"grants": [grant(amountAwarded=float("nan"))]}).encode()), "NaN is not a number"),
    "far too deep": (written(b"[" * 100_000), "is not JSON that we can read"),
    "a day that does not exist": (
        a_package(grant(), grant(2, plannedDates=[{"startDate": "2025-02-30"}])),
        "grant 2 (360G-EXAMPLE-2): plannedDates.0.startDate: '2025-02-30' is not a day",
    ),
    "an end before its start": (a_package(grant(plannedDates=BACKWARDS)), "it ends on 2026-06-30, before it starts"),
}


@BOTH_WAYS
@pytest.mark.parametrize("fault", SHEETS)
def test_a_sheet_that_cannot_be_used_is_refused_whole(app: Flask, tmp_path: Path, fault: str, options: tuple[str, ...]) -> None:
    make, sentence = SHEETS[fault]
    refuses_whole(app, (*CARE, make(tmp_path), *options), sentence)


@BOTH_WAYS
@pytest.mark.parametrize("fault", PACKAGES)
def test_a_package_that_cannot_be_used_is_refused_whole(
    app: Flask, tmp_path: Path, fault: str, options: tuple[str, ...]
) -> None:
    make, sentence = PACKAGES[fault]
    refuses_whole(app, (*GRANTS, make(tmp_path), *options), sentence)


def refuses_whole(app: Flask, arguments: tuple[object, ...], sentence: str) -> None:
    """The command fails with one sentence on standard error and writes nothing."""
    before = count_rows()
    result = run_import(app, *arguments)
    assert result.exit_code != 0
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.output
    assert count_rows() == before


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    path = written(HEADER + b"\n" * 1_000_000)(tmp_path)
    refuses_whole(app, (*CARE, path), "is larger than 1 megabytes")


def test_an_unknown_layout_is_answered_with_those_there_are(app: Flask, tmp_path: Path) -> None:
    result = run_import(app, "listings", "illinois", write_sheet(tmp_path / "file.csv", [care_row()]))
    assert result.exit_code != 0
    assert "'care-inspectorate', 'edinburgh-2014'" in result.output


def test_a_failure_half_way_undoes_what_was_written_before_it(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_sheet(tmp_path / "file.csv", [care_row(f"CS{number}") for number in range(30)])
    before = count_rows()
    monkeypatch.setattr("partnerdir.cli.imports.add_import_run", _fails)
    with pytest.raises(ZeroDivisionError):
        run_import(app, *CARE, path)
    assert count_rows() == before


def _fails(*_anything: object, **_named: object) -> None:
    raise ZeroDivisionError
