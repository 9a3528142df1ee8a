"""Days, money, telephone numbers and hours are written as people read them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine

from partnerdir.web import formats


def test_a_day_is_said_in_words_and_marked_up_for_machines() -> None:
    assert formats.day(date(2027, 3, 31)) == '<time datetime="2027-03-31">31 March 2027</time>'


@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC))
def test_a_distance_counts_from_today() -> None:
    assert formats.distance(date(2027, 3, 31)) == "in 4 months"


@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC))
@pytest.mark.parametrize(
    ("checked_on", "said"),
    [
        (None, ""),
        (date(2026, 11, 1), ""),
        (date(2024, 11, 22), ""),
        (date(2024, 11, 21), "Last checked on 21 November 2024, 2 years ago"),
    ],
)
def test_a_listing_that_nobody_has_confirmed_for_two_years_is_marked(checked_on: date | None, said: str) -> None:
    assert formats.last_checked(checked_on) == said


def test_a_moment_is_said_in_civil_time() -> None:
    assert formats.moment(datetime(2026, 7, 1, 8, 5, tzinfo=UTC)) == "1 July 2026 at 9:05am"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [("48000", "GBP", "£48,000"), ("48000.50", "GBP", "£48,000.50"), ("9", "EUR", "€9"), ("1200", "SEK", "SEK 1,200")],
)
def test_money_has_pence_only_where_there_are_some(amount: str, currency: str, said: str) -> None:
    assert formats.money(Decimal(amount), currency) == said


@pytest.mark.parametrize(
    ("typed", "said", "rung"),
    [
        ("01314960001", "0131 496 0001", "tel:+441314960001"),
        ("+44 (0)131 496 0001", "0131 496 0001", "tel:+441314960001"),
        ("0808 157 0000", "0808 157 0000", "tel:+448081570000"),
        ("+353 1 234 5678", "+353 1 234 5678", "tel:+35312345678"),
        ("999", "999", "tel:999"),
        ("116 123", "116 123", "tel:116123"),
        ("ask at the library", "ask at the library", ""),
        ("javascript:alert(1)", "javascript:alert(1)", ""),
    ],
)
def test_a_number_is_grouped_and_can_be_rung(typed: str, said: str, rung: str) -> None:
    assert formats.telephone(typed) == said
    assert formats.dialled(typed) == rung


@pytest.mark.parametrize(
    ("byday", "opens", "closes", "said"),
    [
        ("MO,TU,WE,TH,FR", time(9), time(17), "Monday to Friday, 9am to 5pm"),
        ("MO,WE,FR", time(9, 30), time(12), "Monday, Wednesday and Friday, 9:30am to midday"),
        ("SA,SU", time(10), time(0), "Saturday and Sunday, 10am to midnight"),
        ("MO,TU,WE,SA", time(9), None, "Monday to Wednesday and Saturday, from 9am"),
        ("MO,TU,WE,TH,FR,SA,SU", time(0), time(0), "Every day, all day and night"),
        ("1MO,-1FR", time(18), time(20), "First Monday of the month and Last Friday of the month, 6pm to 8pm"),
        ("TU", None, None, "Tuesday"),
        ("", time(9), time(17), "9am to 5pm"),
        ("", None, None, ""),
    ],
)
def test_hours_read_as_one_line(byday: str, opens: time | None, closes: time | None, said: str) -> None:
    assert formats.hours(SimpleNamespace(byday=byday, opens_at=opens, closes_at=closes)) == said


@pytest.mark.parametrize(
    ("youngest", "oldest", "said"),
    [
        (16, 25, "Ages 16 to 25"),
        (16, None, "Ages 16 and over"),
        (None, 25, "Up to age 25"),
        (0, 5, "Up to age 5"),
        (0, 0, "Up to age 0"),
        (18, 18, "Age 18"),
        (None, None, ""),
        (0, None, ""),
    ],
)
def test_ages_leave_out_what_excludes_nobody(youngest: int | None, oldest: int | None, said: str) -> None:
    assert formats.ages(youngest, oldest) == said


def test_languages_are_named_and_english_goes_without_saying() -> None:
    assert formats.languages(["en", "pl", "ti", "bfi", "Doric", "English"]) == [
        "Polish",
        "Tigrinya",
        "British Sign Language",
        "Doric",
    ]


def test_a_long_list_is_cut_and_says_how_many_more() -> None:
    assert formats.short_list(["A"]) == "A"
    assert formats.short_list(["A", "B", "C"]) == "A, B and C"
    assert formats.short_list(["A", "B", "C", "D"]) == "A, B and 2 more"


def test_plain_text_becomes_paragraphs_and_nothing_in_it_becomes_markup() -> None:
    text = formats.paragraphs("Ring <us>\r\nany day\r\n\r\n\r\nor & visit\n")
    assert text == ('<p class="govuk-body">Ring &lt;us&gt;<br>any day</p>\n<p class="govuk-body">or &amp; visit</p>')


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "www.example.org", "", " https://x"])
def test_only_an_address_of_the_web_becomes_a_link(address: str) -> None:
    assert formats.web_address(address) == ""
    assert formats.web_address("https://example.org") == "https://example.org"
