"""How text becomes terms."""

import pytest

from partnerdir.search.words import SPOKEN, terms, with_ages_said


def test_forms_of_one_word_are_one_term() -> None:
    assert terms("school schools schooling") == ["school"] * 3


def test_words_that_mean_different_things_here_stay_apart() -> None:
    for one, other in (
        ("a house", "housing"),
        ("women's aid", "women's AIDS"),
        ("a person", "personal"),
        ("shelter", "sheltered"),
        ("a lodge", "lodgings"),
    ):
        assert terms(one) != terms(other)


def test_an_apostrophe_or_an_accent_makes_no_difference() -> None:
    assert terms("Women's Aid") == terms("womens aid") == terms("WOMEN’S AID")
    assert terms("café") == terms("cafe")


def test_words_that_say_nothing_and_single_letters_are_left_out() -> None:
    assert terms("help for you at the A & E") == ["help"]


def test_a_hyphen_and_an_underscore_part_words() -> None:
    assert terms("drop-in drop_in") == ["drop", "drop"]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("oot the hoose", "out of the house"),
        ("ah cannae coont", "ah cant count"),
        ("fur ma faither", "for my father"),
        ("skool", "school"),
    ],
)
def test_a_word_written_as_it_is_said_is_the_word(said: str, written: str) -> None:
    assert terms(said) == terms(written)


def test_no_spelling_is_of_two_words_and_none_is_itself_written_otherwise() -> None:
    assert len(SPOKEN) > 150
    assert set(SPOKEN) & set(SPOKEN.values()) == set()


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("16 year auld lad, flung oot", "teenager lad, flung oot"),
        ("nursery for a 2-year-old", "nursery for a toddler"),
        ("aged 80 and lonely", "older person and lonely"),
        ("im 40 years old", "im "),
        ("7yo and 14 yrs old", "child and teenager"),
        ("for 30 years", "for 30 years"),
    ],
)
def test_somebody_of_so_many_years_is_what_people_of_that_age_are_called(asked: str, meant: str) -> None:
    assert with_ages_said(asked) == meant
