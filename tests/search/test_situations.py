"""What somebody tells of is known by the words it is told in, whatever phrases they make."""

import pytest

from partnerdir.search import situations
from partnerdir.search.phrases import phrase_stems
from partnerdir.search.sayings import list_sayings
from partnerdir.search.situations import Situations, Told
from partnerdir.search.words import words_in

SITUATIONS = Situations(
    [
        (("dementia",), ["keeps forgetting who i am", "leaves the gas on", "wanders at night", "puts keys in the fridge"]),
        (("carers",), ["up every night with him", "no life of my own", "looks after my dad", "wash and feed my wife"]),
        (("gambling",), ["bets on the horses", "lost the rent on slots", "chasing losses"]),
        *(((f"other {number}",), [f"word{number} said my night dad on"]) for number in range(30)),
    ]
)


def told_in(words: str, most: int = 2) -> list[Told[str]]:
    return SITUATIONS.told_in(phrase_stems(words_in(words)), most=most)


def test_words_that_are_told_of_one_situation_together_tell_of_it_in_any_order() -> None:
    [told] = told_in("in the fridge i found his keys, and the gas")
    assert told.meanings == ("dementia",)
    assert told.evidence >= situations.LEAST


def test_each_of_two_situations_is_told_in_words_of_its_own() -> None:
    first, second = told_in("lost the rent on the horses and slots, and forgetting the keys in the fridge")
    assert {first.meanings, second.meanings} == {("gambling",), ("dementia",)}
    assert not first.places & second.places
    assert len(told_in("lost the rent on the horses and slots, and forgetting the keys in the fridge", most=1)) == 1


@pytest.mark.parametrize("words", ["fridge", "said my dad on word3", "cheese and onion", ""])
def test_one_word_and_words_of_every_situation_tell_of_none(words: str) -> None:
    assert told_in(words) == []


def test_words_that_say_nothing_alone_are_no_situation_but_count_beside_others() -> None:
    stems = phrase_stems(words_in("leaves gas wanders fridge"))
    assert SITUATIONS.told_in(stems, empty={0, 1, 2}) == []
    [few] = SITUATIONS.told_in(stems, empty={3})
    [all_] = SITUATIONS.told_in(stems)
    assert few.evidence < all_.evidence


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("strangers moved in on him and they're selling drugs from his flat", "cuckooing"),
        ("she's thirteen, gets her wee brother up and puts mum to bed", "young carers"),
        ("he reads all her texts and picks the clothes she may wear", "coercive control"),
    ],
)
def test_a_situation_that_no_phrase_of_ours_tells_of_is_known(words: str, name: str) -> None:
    told = list_sayings().situations.told_in(phrase_stems(words_in(words)))
    assert tuple(phrase_stems(words_in(name))) in {meaning.stems for one in told for meaning in one.meanings}
