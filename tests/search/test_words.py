"""How text becomes terms."""

from partnerdir.search.rules import MOST_TERMS
from partnerdir.search.words import question_terms, terms


def test_forms_of_one_word_are_one_term() -> None:
    assert terms("house houses housing") == ["hous"] * 3


def test_an_apostrophe_or_an_accent_makes_no_difference() -> None:
    assert terms("Women's Aid") == terms("womens aid") == terms("WOMEN’S AID")
    assert terms("café") == terms("cafe")


def test_words_that_say_nothing_and_single_letters_are_left_out() -> None:
    assert terms("help for you at the A & E") == ["help"]


def test_a_hyphen_and_an_underscore_part_words() -> None:
    assert terms("drop-in drop_in") == ["drop", "drop"]


def test_a_question_asks_for_each_term_once_and_for_no_more_than_a_question_has() -> None:
    assert question_terms("money money Money") == ["monei"]
    assert len(question_terms(" ".join(f"word{number}" for number in range(100)))) == MOST_TERMS
