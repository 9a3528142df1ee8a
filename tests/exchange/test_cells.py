"""Cells of other people's files become clean text, links, numbers and days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdir.exchange import cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Sunny   Days ", "Sunny Days"),
        ("Tea &amp; talk", "Tea & talk"),
        ("Mon-Thu 9am-5pm\r\n\r\n\r\n\r\nFri 9am</p>", "Mon-Thu 9am-5pm\n\nFri 9am"),
        ("<p>First</p><p>Second</p>", "First\n\nSecond"),
        ("before<script>alert('x')</script> after<br>", "before after"),
        ("The Writers\x92 Museum \x96 Burns", "The Writers’ Museum – Burns"),
        ("for ages <5 and >60", "for ages <5 and >60"),
        ("a \x00bell\x07 and a lone surrogate \ud800", "a bell and a lone surrogate"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_markup_control_characters_and_needless_space_go_and_the_words_stay(cell: str, text: str) -> None:
    assert cells.plain_text(cell) == text


@given(st.text())
def test_any_text_becomes_something_that_both_databases_keep_and_cleaning_it_again_changes_nothing(cell: str) -> None:
    text = cells.one_line(cell)
    text.encode("utf-8")
    assert "\x00" not in text
    assert len(text.splitlines()) <= 1


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ('<a href="http://www.evoc.org.uk"> Voluntary Council</a>', "http://www.evoc.org.uk"),
        ("<a title='x' href='https://a.example/b?c=1&amp;d=2'>b</a>", "https://a.example/b?c=1&d=2"),
        ("www.asha-uk.org", "http://www.asha-uk.org"),
        (" https://fort.example/ ", "https://fort.example/"),
        ("", ""),
    ],
)
def test_a_link_is_the_address_it_leads_to(cell: str, address: str) -> None:
    assert cells.link(cell) == address


@pytest.mark.parametrize(
    "cell",
    ["javascript:alert(1)", '<a href="javascript:alert(1)">x</a>', "www.desk@post.example", "being developed", "http://x y.z"],
)
def test_what_is_no_web_address_is_not_made_one(cell: str) -> None:
    with pytest.raises(cells.Unusable):
        cells.link(cell)


def test_a_description_that_is_only_a_link_is_a_link_and_no_description() -> None:
    assert cells.link_alone(" https://registrars.example/saltness ") == "https://registrars.example/saltness"
    assert cells.text_that_is_no_link("https://registrars.example/saltness") == ""
    assert cells.link_alone("See https://registrars.example/saltness") == ""
    assert cells.text_that_is_no_link("See\nhttps://registrars.example") == "See\nhttps://registrars.example"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("01415 519 204", ("01415 519 204",)),
        ("01368 869 734\n07971 990 361", ("01368 869 734", "07971 990 361")),
        ("01879 220 865 or 07821 974 100", ("01879 220 865", "07821 974 100")),
        ("01301 703 353/703 391", ("01301 703 353/703 391",)),
        ("0131 529 4068;0131 556 9536 (group bookings)", ("0131 529 4068", "0131 556 9536 (group bookings)")),
        ("228 1221", ("228 1221",)),
        ("ask at the desk", ()),
        ("", ()),
    ],
)
def test_telephone_numbers_stay_as_they_were_typed_and_only_whole_ones_are_taken_apart(
    cell: str, numbers: tuple[str, ...]
) -> None:
    assert cells.telephones(cell) == numbers


def test_a_postcode_is_found_spaced_and_written_large() -> None:
    assert cells.postcode("eh42 1en (Head Office)") == "EH42 1EN"
    assert cells.postcode("G811AA") == "G81 1AA"
    assert cells.postcode("EH27") == "EH27"
    assert cells.postcode(" ") == ""
    with pytest.raises(cells.Unusable):
        cells.postcode("by the church")


def test_degrees_are_near_these_islands_or_refused() -> None:
    assert cells.degrees("55.95") == 55.95
    assert cells.degrees("-3.18") == -3.18
    assert cells.degrees("") is None
    for cell in ("north", "151.2", "nan"):
        with pytest.raises(cells.Unusable):
            cells.degrees(cell)


@pytest.mark.parametrize("text", ["2015-07-01T00:00:00+00:00", "2015-07-01T23:59:00-11:00", "2015-07-01"])
def test_a_day_is_the_day_that_is_written_whatever_zone_stands_behind_it(text: str) -> None:
    assert cells.civil_day(text) == date(2015, 7, 1)


def test_a_month_or_a_year_is_no_day_and_none_is_invented() -> None:
    assert cells.civil_day("2015-07") is None
    assert cells.civil_day("2015") is None


@pytest.mark.parametrize("text", ["2015-02-30", "2015-13", "0000", "30/06/2016", "2015-07-01 noon", "soon", "20150701", ""])
def test_a_day_that_does_not_exist_is_impossible(text: str) -> None:
    with pytest.raises(cells.Impossible):
        cells.civil_day(text)


def test_a_british_day_is_read_day_first() -> None:
    assert cells.british_day("02/09/2004") == "2 September 2004"
    assert cells.british_day("") == ""
    for text in ("31/02/2004", "2004-09-02", "09/2004", "1/2/3/4"):
        with pytest.raises(cells.Impossible):
            cells.british_day(text)


@given(st.text(alphabet="ab ,.", max_size=200), st.integers(min_value=5, max_value=100))
def test_a_shortened_text_fits_and_says_that_it_was_cut(text: str, most: int) -> None:
    short = cells.shortened(text, most)
    assert len(short) <= most
    assert short == " ".join(text.split()) or short.endswith("…")


def test_an_ampersand_and_the_word_and_make_the_same_code() -> None:
    assert cells.slug("Argyll & Bute") == cells.slug("Argyll and Bute") == "argyll-and-bute"
    assert cells.slug("Na h-Eileanan Siar") == "na-h-eileanan-siar"
