"""The table of faults says what the tests say: every line of it is a test that exists, and every test is in it."""

import re

from tests.faults.elsewhere import ELSEWHERE, is_written
from tests.faults.table import PAGE, PARTS, PLANTED, list_rows


def test_the_table_lists_exactly_the_tests_that_show_a_fault() -> None:
    named = re.findall(r"`(test_\w+\.py::test_\w+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(row.test for row in list_rows()), "write it anew: pytest tests/faults --write-fault-table"


def test_the_lines_of_the_table_are_those_of_the_tests() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [row.line for row in list_rows() if f"| {row.line} |" not in text] == []


def test_a_line_that_another_room_shows_names_a_test_that_exists() -> None:
    assert [test for _, _, test in ELSEWHERE if test and not is_written(test)] == []


def test_no_line_failed_when_the_table_was_made() -> None:
    assert not re.search(r"\| (FAILED|not run) \|", PAGE.read_text(encoding="utf-8"))


def test_every_part_has_lines_and_every_test_a_part_that_there_is() -> None:
    assert {row.part for row in list_rows()} == {*PARTS, PLANTED}
