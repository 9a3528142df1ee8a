"""No cell of a file that we give out is a formula."""

import csv
import io

import pytest

from partnerdir.reports.spreadsheets import cell, table


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+44 131", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=cmd|' /C calc'!A0", " =1", "\u00a0=1", "＝1+1", "|calc", "%0A=1"],
)
def test_what_a_program_would_compute_is_plain_text(words):
    assert cell(words).startswith("'")


@pytest.mark.parametrize(
    ("value", "words"), [(None, ""), (0, "0"), ("Harbour  Trust\nTwo", "Harbour Trust Two"), ("31 - 2", "31 - 2")]
)
def test_plain_words_stay_as_they_are(value, words):
    assert cell(value) == words


def test_the_file_reads_back_whole_and_says_that_it_is_utf_8():
    data = table(["Name", "Note"], [['Café, "Quay"', "=HYPERLINK(1)"]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [["Name", "Note"], ['Café, "Quay"', "'=HYPERLINK(1)"]]
