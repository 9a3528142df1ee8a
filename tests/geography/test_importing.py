"""Published postcodes and areas come in whole or not at all, and again means unchanged."""

import csv
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.geography.importing import import_map
from partnerdir.geography.models import Area, AreaKind, Postcode
from partnerdir.geography.queries import count_postcodes, find_middle
from partnerdir.geography.rules import read_code
from tests import make

ONSPD = ["pcd", "pcd2", "pcds", "dointr", "doterm", "oscty", "oslaua", "osward", "lat", "long"]
GLASGOW = ["G2 1AL", "G2 1AL", "G2 1AL", "198001", "", "S99999999", "S12000049", "S13002976", "55.860452", "-4.248581"]


def _sheet(path: Path, header: list[str], *rows: list[str]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows] if header else rows)
    return path


def _run(*paths: Path) -> dict[str, int]:
    with make.saved():
        outcome = import_map(paths)
    return {name: count for name, count in outcome.postcodes.items() if count}


def _point(code: str) -> Postcode:
    return db.session.scalars(sa.select(Postcode).where(Postcode.code == code)).one()


def test_the_ons_directory_gives_points_and_the_smallest_known_area(app_on_both: Flask, tmp_path: Path) -> None:
    with make.saved():
        council = make.an_area("Glasgow City", "S12000049", AreaKind.COUNCIL)
    ended = ["G2 1AP", "G2 1AP", "G2 1AP", "198001", "201912", *GLASGOW[5:]]
    nowhere = ["G2 9ZZ", "G2 9ZZ", "G2 9ZZ", "198001", "", *GLASGOW[5:8], "99.999999", "0.000000"]
    path = _sheet(tmp_path / "onspd.csv", ONSPD, GLASGOW, ended, nowhere)
    assert _run(path) == {"added": 1}
    found = _point("G2 1AL")
    assert (found.latitude, found.longitude, found.area_id) == (55.860452, -4.248581, council.id)
    assert _run(path) == {"unchanged": 1}


def test_the_columns_of_2025_are_known_too(app: Flask, tmp_path: Path) -> None:
    path = _sheet(
        tmp_path / "onspd.csv",
        ["pcds", "doterm", "lad25cd", "wd25cd", "lat", "long"],
        ["G2 1AL", "", "S1", "S2", "55.8", "-4.2"],
    )
    assert _run(path) == {"added": 1}


@pytest.mark.parametrize("header", [["Postcode", "PQ", "Eastings", "Northings", "CC", "RH", "LH", "CY", "DC", "WC"], []])
def test_code_point_open_is_read_with_and_without_a_line_of_names(app: Flask, tmp_path: Path, header: list[str]) -> None:
    rows = [["G2 1AL", "10", "261534", "667033", "S92000003", "", "", "", "S12000049", "S13002976"]]
    rows += [["G2 1ZZ", "90", "0", "0", "S92000003", "", "", "", "S12000049", "S13002976"]]
    assert _run(_sheet(tmp_path / "g.csv", header, *rows)) == {"added": 1}
    assert (_point("G2 1AL").latitude, _point("G2 1AL").longitude) == pytest.approx((55.876499, -4.21479), abs=0.0001)


def test_the_real_files_come_in_as_they_were_found(app: Flask, shared_data: Path) -> None:
    folder = shared_data / "geography"
    with make.saved():
        known = make.an_area("Glasgow City", "glasgow-city", AreaKind.COUNCIL)
    paths = [folder / name for name in ("scotland-council-areas.geojson", "scotland-outcodes.csv", "glasgow-g2-postcodes.json")]
    assert _run(*paths) == {"added": 1028}
    assert db.session.get_one(Area, known.id).code == "S12000046"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Area).where(Area.kind == AreaKind.COUNCIL)) == 32
    assert _point("G2 1AL").area_id == _point("G2").area_id == known.id
    assert _run(*paths) == {"unchanged": 1028}


def test_a_part_of_a_postcode_is_in_the_middle_of_its_postcodes(app_on_both: Flask) -> None:
    with make.saved():
        for code, latitude in (("G2 1AL", 55.0), ("G2 1AP", 56.0), ("G2 4AA", 58.0), ("G21 1AA", 50.0)):
            db.session.add(Postcode(code=code, latitude=latitude, longitude=-4.0))
    for typed, latitude in (("G2 1", 55.5), ("G2", 169 / 3), ("G21", 50.0), ("G2 1AL", 55.0)):
        part = read_code(typed)
        assert part is not None
        middle = find_middle(part)
        assert middle is not None
        assert (middle.latitude, middle.longitude) == pytest.approx((latitude, -4.0))
    unknown = read_code("G3")
    assert unknown is not None
    assert find_middle(unknown) is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["nonsense", *GLASGOW[1:2], "nonsense", *GLASGOW[3:]]], "on line 3 'nonsense' is not a postcode"),
        ([[*GLASGOW[:8], "abc", "-4"]], "on line 3 'abc' is not a number, where the latitude should be"),
        ([[*GLASGOW[:8], "0", "0"]], "on line 3 0.0, 0.0 is nowhere in Britain"),
        ([[*GLASGOW[:8], "nan", "-4"]], "on line 3 'nan' is no latitude"),
        ([GLASGOW[:5]], "has 5 cells on line 3, too few"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_nothing_is_kept(
    app: Flask, tmp_path: Path, rows: list[list[str]], said: str
) -> None:
    path = _sheet(tmp_path / "onspd.csv", ONSPD, GLASGOW, *rows)
    with pytest.raises(BadInput, match=r"onspd\.csv") as wrong:
        _run(path)
    assert said in str(wrong.value)
    assert count_postcodes() == 0


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "[]", "{}", "[1]", "pcds,lat,long\n", "\x00\x01"])
def test_a_file_of_another_kind_is_refused_in_words(app: Flask, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"other\.csv"):
        _run(path)


def test_a_file_that_is_not_there_is_refused_in_words(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        _run(tmp_path / "missing.csv")


def test_a_trial_writes_nothing_and_the_command_says_what_it_would_do(app: Flask, tmp_path: Path) -> None:
    path = _sheet(tmp_path / "onspd.csv", ONSPD, GLASGOW)
    tried = app.test_cli_runner().invoke(args=["geography", "import", str(path), "--dry-run"])
    assert tried.exit_code == 0, tried.output
    assert "Tried, nothing was written." in tried.output
    assert "added" in tried.output
    assert "S12000049" in tried.output
    assert count_postcodes() == 0
    db.session.rollback()
    assert "Imported." in app.test_cli_runner().invoke(args=["geography", "import", str(path)]).output
    assert count_postcodes() == 1


def test_many_postcodes_are_one_entry_in_the_change_log_and_quick(app: Flask, tmp_path: Path) -> None:
    letters = "ABDEFGHJLN"
    codes = (f"{a}{b}{district} {sector}{c}{d}" for a in letters for b in letters for district in range(1, 3)
             for sector in range(1, 2) for c in letters for d in letters)  # fmt: skip
    rows = [[code, "", "S12000049", "S13002976", "55.860452", "-4.248581"] for code in codes]
    assert len(rows) == 20_000
    path = _sheet(tmp_path / "onspd.csv", ["pcds", "doterm", "laua", "osward", "lat", "long"], *rows)
    began = time.monotonic()
    assert _run(path) == {"added": 20_000}
    added = time.monotonic() - began
    assert _run(path) == {"unchanged": 20_000}
    print(f"20,000 postcodes: added in {added:.1f} s, again in {time.monotonic() - began - added:.1f} s")
    changes = db.session.scalars(sa.select(Change).where(Change.record_type == "postcode")).all()
    assert [change.fields["added"] for change in changes] == [[None, 20_000]]
    assert added < 30
