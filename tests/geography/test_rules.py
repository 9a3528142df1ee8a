"""A postcode is understood however it is typed."""

import pytest

from partnerdir.geography.rules import Code, Precision, list_codes_in, plain_name, read_code, read_sector_without_space


@pytest.mark.parametrize(
    ("typed", "text", "precision"),
    [
        ("g21al", "G2 1AL", Precision.UNIT),
        (" EH6  5ab ", "EH6 5AB", Precision.UNIT),
        ("sw1a1aa", "SW1A 1AA", Precision.UNIT),
        ("G2 1", "G2 1", Precision.SECTOR),
        ("eh6", "EH6", Precision.OUTCODE),
        ("AB101AB", "AB10 1AB", Precision.UNIT),
        ("G2  1AL", "G2 1AL", Precision.UNIT),
    ],
)
def test_a_postcode_or_part_of_one_is_read(typed: str, text: str, precision: Precision) -> None:
    assert read_code(typed) == Code(text, precision)


@pytest.mark.parametrize("typed", ["", "leith", "1AL", "EH6 5A", "GG22 22", "\u0660", "EH6 5AB x", "E" * 10_000])
def test_what_is_no_postcode_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_a_sector_typed_without_its_space_is_offered() -> None:
    assert read_sector_without_space("eh65") == Code("EH6 5", Precision.SECTOR)


def test_postcodes_are_found_among_words() -> None:
    assert list_codes_in("childminder EH6 5AB please") == ["EH6 5AB"]
    assert list_codes_in("help in g21 or G2 1") == ["g21", "G2 1"]
    assert list_codes_in("4 kids, 2 dogs") == []


@pytest.mark.parametrize(
    ("one", "other"), [("Perth & Kinross", "perth and kinross"), ("St. Andrew’s", "St Andrews"), ("The Gorbals", "gorbals")]
)
def test_names_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)
