"""Which word somebody meant."""

import time

import pytest

from partnerdir.search.phrases import Phrases
from partnerdir.search.spelling import FAR_RARER, Vocabulary

WORDS = {"alcohol": 40, "school": 90, "nursery": 300, "counselling": 50, "dementia": 20, "child": 200, "care": 900, "carer": 80}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("alchohol", "alcohol"),
        ("alchol", "alcohol"),
        ("skool", "school"),
        ("shcool", "school"),
        ("nursary", "nursery"),
        ("nurserry", "nursery"),
        ("councelling", "counselling"),
        ("dimensha", "dementia"),
        ("skoolin", None),
        ("dementai", "dementia"),
        ("xqzzzvbn", None),
        ("cat", None),
        ("eh6", None),
    ],
)
def test_a_mistyped_word_is_put_right_and_a_strange_one_left_alone(typed: str, meant: str | None) -> None:
    assert Vocabulary(WORDS).closest(typed) == meant


def test_of_two_words_as_near_the_more_frequent_one_was_meant() -> None:
    assert Vocabulary({"drink": 2, "drunk": 50}).closest("drvnk") == "drunk"


def test_only_a_word_that_is_far_rarer_than_its_neighbour_may_be_a_slip() -> None:
    assert Vocabulary({"nusery": 1, "nursery": 2 * FAR_RARER}).clearer("nusery") == "nursery"
    assert Vocabulary({"nusery": 1, "nursery": FAR_RARER}).clearer("nusery") is None
    assert Vocabulary({"marie": 3, "maria": 999}).clearer("marie") is None


def test_two_words_written_as_one_are_parted() -> None:
    assert Vocabulary(WORDS).parted("childcare") == ("child", "care")
    assert Vocabulary(WORDS).parted("childminding") is None


def test_a_right_word_that_finds_nothing_may_have_been_heard_for_one_that_sounds_just_like_it() -> None:
    words = Vocabulary({"gaelic": 40, "rape": 40, "loan": 30})
    assert words.heard_as("gallic") == "gaelic"
    assert words.heard_as("grape") is None
    assert words.heard_as("loin") is None


def test_words_of_a_rare_name_are_parted_only_where_nothing_else_was_meant() -> None:
    words = Vocabulary({"slack": 1, "water": 2})
    assert words.parted("slackwater") is None
    assert words.parted("slackwater", rare=0) == ("slack", "water")


def test_a_word_is_put_right_within_five_milliseconds_among_fifty_thousand() -> None:
    vocabulary = Vocabulary({f"{chr(97 + n % 26)}{n:b}".translate({48: "o", 49: "e"}): 1 for n in range(50_000)} | WORDS)
    took = []
    for typed in ("alchohol", "councelling", "nurserry", "skool", "dementai"):
        began = time.perf_counter()
        vocabulary.closest(typed)
        took.append(time.perf_counter() - began)
    assert sorted(took)[2] < 0.005


def test_a_phrase_is_found_bent_and_with_words_between_but_not_in_another_order() -> None:
    phrases = Phrases([("mum's drinking", "family"), ("drinking", "alcohol"), ("not going to school", "attendance")])

    def found(*stems: str) -> list[tuple[str, ...]]:
        return [one.meanings for one in phrases.found_in(stems)]

    assert found("mum", "drink") == found("mum", "keep", "drink") == [("family",)]
    assert found("drink", "mum") == [("alcohol",)]
    assert found("kid", "not", "go", "school") == [("attendance",)]
    assert found("go", "school") == []


def test_the_words_of_a_phrase_are_not_far_apart_however_little_is_said_between() -> None:
    phrases = Phrases([("hits the children", "protection")])
    stems = ["hit", "me", "where", "can", "i", "go", "with", "children"]
    assert phrases.found_in(stems, empty=range(1, 7)) == []
    assert phrases.found_in(stems[:1] + stems[5:], empty={1, 2}) != []


def test_words_that_say_nothing_are_no_phrase() -> None:
    assert Phrases([("the", "x"), ("", "y")]).found_in(["the", ""]) == []


def test_the_end_of_a_phrase_may_stand_for_it_and_its_beginning_may_not() -> None:
    phrases = Phrases([("the broo", "benefits"), ("drop in", "groups")])
    assert [one.meanings for one in phrases.found_in(["broo", "drop"])] == [("benefits",)]
