"""The opaque address of a search says nothing to anybody but the site."""

import uuid
from base64 import urlsafe_b64decode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerdir.errors import Missing
from partnerdir.search.rules import Question
from partnerdir.web.questions import opened, sealed

QUESTIONS = st.builds(
    Question,
    words=st.text(st.characters(exclude_categories=["Cs"]), max_size=500),
    need_id=st.none() | st.uuids(),
    area_id=st.none() | st.uuids(),
    page=st.integers(1, 99_999),
)


@given(question=QUESTIONS)
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_question_comes_back_as_it_was(app: Flask, question: Question) -> None:
    address = sealed(question)
    assert opened(address) == question
    assert set(address) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_two_addresses_of_one_question_cannot_be_compared(app: Flask) -> None:
    question = Question("somewhere safe")
    assert sealed(question) != sealed(question)


def test_the_length_of_an_address_does_not_tell_short_words_apart(app: Flask) -> None:
    lengths = {len(sealed(Question(words))) for words in ("", "rent", "debt advice", "domestic abuse")}
    assert len(lengths) == 1


def test_the_words_are_nowhere_in_the_address(app: Flask) -> None:
    address = sealed(Question("refuge"))
    assert b"refuge" not in urlsafe_b64decode(address + "=" * (-len(address) % 4))


def test_a_changed_address_opens_nothing(app: Flask) -> None:
    address = sealed(Question("rent", uuid.uuid4()))
    for place in range(0, len(address) - 1, 7):
        changed = address[:place] + ("A" if address[place] != "A" else "B") + address[place + 1 :]
        with pytest.raises(Missing):
            opened(changed)


@pytest.mark.parametrize("address", ["", "x", "nonsense", "a" * 5000, "é", "AAAA" * 40, "%00"])
def test_an_address_that_was_not_made_here_opens_nothing(app: Flask, address: str) -> None:
    with pytest.raises(Missing):
        opened(address)
