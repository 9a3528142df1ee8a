"""Layouts walked both ways: every column has a home or a reason, every field exists, every code is known."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from partnerdir.directory.models import Location, Organisation, Service
from partnerdir.exchange.columns import Layout, Words
from partnerdir.exchange.layouts import CARE_INSPECTORATE, EDINBURGH_2014, LAYOUTS
from partnerdir.exchange.listings import PARTS
from partnerdir.exchange.needs import NEEDS

FILES = [
    (CARE_INSPECTORATE, "care-inspectorate-2024-06-30.csv"),
    (CARE_INSPECTORATE, "care-inspectorate-2025-02-28.csv"),
    (EDINBURGH_2014, "edinburgh-council-2014.csv"),
]


def columns_without_a_home(layout: Layout, columns: list[str]) -> set[str]:
    """Columns of a file that a layout neither keeps nor leaves out."""
    return set(columns) - {*layout.kept, *layout.left_out}


@pytest.mark.parametrize(("layout", "name"), FILES)
def test_every_column_of_the_real_files_is_kept_or_left_out_for_a_reason(shared_data: Path, layout: Layout, name: str) -> None:
    with (shared_data / "services" / name).open(encoding=layout.encoding, newline="") as file:
        columns = next(csv.reader(file))
    assert columns_without_a_home(layout, columns) == set()
    assert set(layout.kept) <= set(columns)
    planted = replace(layout, left_out={})
    assert columns_without_a_home(planted, columns) == set(layout.left_out) & set(columns)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_no_column_is_both_kept_and_left_out(layout: Layout) -> None:
    assert not set(layout.kept) & set(layout.left_out)
    assert all(layout.left_out.values())


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_field_of_a_layout_is_a_field_of_ours(layout: Layout) -> None:
    ours = {
        "": set(sa.inspect(Service).columns.keys()) | set(PARTS),
        "organisation": set(sa.inspect(Organisation).columns.keys()) | {"identifier"},
        "place": set(sa.inspect(Location).columns.keys()),
    }
    for field in layout.fields:
        part, _dot, name = field.rpartition(".")
        assert name in ours[part], field
    assert {"name", "needs", "areas", "organisation.identifier", "organisation.name"} <= set(layout.fields)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_need_that_a_layout_names_can_be_made(layout: Layout) -> None:
    needs = layout.fields["needs"]
    assert isinstance(needs, Words)
    codes = {code for words in needs.meanings.values() for named in words.values() for code in named}
    assert codes
    assert codes <= set(NEEDS)


def test_the_parent_of_a_need_stands_before_it() -> None:
    seen: set[str | None] = {None}
    for code, need in NEEDS.items():
        assert need.parent in seen
        seen.add(code)
