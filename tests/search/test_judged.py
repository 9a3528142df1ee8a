"""Judged questions stay as well answered as docs/decisions/0011-judged-search.md says; `make bench-search` asks them all."""

from pathlib import Path
from statistics import mean

import pytest

from partnerdir.search import ranking, understanding
from partnerdir.search.rules import FIELD_WEIGHTS
from tests.bench.judging import KINDS, is_success, judged, list_judged, ndcg

DIRECTORIES = ("district", "scotland", "grants", "illinois")
LEAST = {
    "district": {"asked": 0.85, "fresh": 0.72, "told": 0.70, "later": 0.77},
    "illinois": {"asked": 0.82, "fresh": 0.72, "told": 0.60, "later": 0.56},
}
LEAST_SUCCESS = {"asked": 0.95, "fresh": 0.9, "told": 0.83, "later": 0.72}


def level(directory: str, shared: Path, kind: str) -> tuple[float, float]:
    """nDCG@10 and success@3 of ours on one directory's questions of one kind."""
    asked = judged(directory, shared, rivals=False)
    answers = [(found, grades) for _name, question, found, grades in asked if question.kind == kind]
    return mean(ndcg(*answer) for answer in answers), mean(is_success(*answer) for answer in answers)


@pytest.mark.parametrize("kind", KINDS)
def test_the_questions_of_the_district_are_answered_well(kind: str) -> None:
    score, success = level("district", Path(), kind)
    assert score >= LEAST["district"][kind]
    assert success >= LEAST_SUCCESS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_questions_of_real_listings_are_answered_well(shared_data: Path, kind: str) -> None:
    score, success = level("illinois", shared_data, kind)
    assert score >= LEAST["illinois"][kind]
    assert success >= LEAST_SUCCESS[kind]


def test_a_search_that_knows_no_needs_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIELD_WEIGHTS, "needs", 0.0)
    monkeypatch.setitem(FIELD_WEIGHTS, "words", 0.0)
    monkeypatch.setattr(ranking, "NEED_LIFT", 0.0)
    assert level("district", Path(), "asked")[0] < LEAST["district"]["asked"]


def test_a_search_that_knows_no_sayings_would_be_noticed(monkeypatch: pytest.MonkeyPatch, shared_data: Path) -> None:
    monkeypatch.setattr(understanding, "MEANT", 0.0)
    assert level("illinois", shared_data, "asked")[0] < LEAST["illinois"]["asked"]


def test_a_search_that_knows_no_situations_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "TOLD", 0.0)
    assert level("district", Path(), "told")[0] < LEAST["district"]["told"]


def test_there_are_sixty_questions_and_no_question_is_asked_twice() -> None:
    words = [question.words for directory in DIRECTORIES for question in list_judged(directory)]
    assert len(words) >= 60
    assert len(set(words)) == len(words)


def test_the_measures_are_those_of_the_books() -> None:
    grades = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], grades) == pytest.approx(1)
    assert ndcg(["c", "b", "a"], grades) == pytest.approx((1 + 3 / 1.58496 + 7 / 2) / (7 + 3 / 1.58496 + 1 / 2), rel=1e-4)
    assert ndcg(["x"], grades) == 0
    assert is_success(["x", "y", "b"], grades)
    assert not is_success(["x", "y", "c", "a"], grades)
