"""The ranking is Whoosh's own BM25F over all fields; ours is only quicker."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
import sqlalchemy as sa
from whoosh.qparser import MultifieldParser, OrGroup
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.search.facts import Facts
from partnerdir.search.index import KEY, SCHEMA, ids_in, newest, opened
from partnerdir.search.rules import FIELD_WEIGHTS, LENGTH_NORMALISATION, SATURATION, Question
from tests import make
from tests.search.asking import Searching, fill

QUESTIONS = 100


@contextmanager
def whoosh_itself(searching: Searching) -> Iterator[Searcher]:
    """Whoosh's own searcher with our weights."""
    weighting = BM25F(B=LENGTH_NORMALISATION, K1=SATURATION)
    with opened(newest(searching.folder)).searcher(weighting=weighting) as searcher:
        yield searcher


def scores_by_whoosh(searcher: Searcher, words: str) -> dict[uuid.UUID, float]:
    """What Whoosh thinks of every listed service."""
    query = MultifieldParser(list(FIELD_WEIGHTS), SCHEMA, fieldboosts=FIELD_WEIGHTS, group=OrGroup).parse(words)
    ids = [
        uuid.UUID(bytes=key)
        for segment, _first in searcher.reader().leaf_readers()
        for (key,) in KEY.iter_unpack(ids_in(segment))
    ]
    listed = set(db.session.scalars(sa.select(Service.id).where(Service.status != ServiceStatus.CLOSED)))
    scores = {ids[hit.docnum]: hit.score for hit in searcher.search(query, limit=None)}
    return {service_id: score for service_id, score in scores.items() if service_id in listed}


def questions(count: int) -> list[str]:
    """Questions of one to four words of the listings."""
    random = Random(11)
    words = " ".join(db.session.scalars(sa.select(Service.description).limit(200))).split()
    return [" ".join(random.choices(words, k=random.randint(1, 4))) for _ in range(count)]


def edit_some(searching: Searching, count: int) -> None:
    """Edits that leave deleted documents and several segments behind."""
    for service in db.session.scalars(sa.select(Service).limit(count)).all():
        with make.saved():
            db.session.get_one(Service, service.id).name += " again"
        searching.catch_up()


@pytest.mark.parametrize("edits", [0, 15], ids=["made at once", "edited since"])
def test_the_best_ten_are_those_of_whoosh(searching: Searching, edits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Facts, "rows_named", lambda *_: [])  # Whoosh does not put an exact name first
    fill(800)
    searching.catch_up()
    edit_some(searching, edits)
    with whoosh_itself(searching) as searcher:
        for words in questions(QUESTIONS):
            scores = scores_by_whoosh(searcher, words)
            answer = searching.finder.find(Question(words, page_size=10))
            ours = [scores[service_id] for service_id in answer.service_ids]
            assert ours == pytest.approx(sorted(scores.values(), reverse=True)[:10], rel=1e-5), words
            assert answer.total == len(scores)


def test_a_ranking_with_other_weights_would_be_noticed(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(800)
    searching.catch_up()
    with whoosh_itself(searching) as searcher:
        expected = {words: scores_by_whoosh(searcher, words) for words in questions(10)}
    monkeypatch.setitem(FIELD_WEIGHTS, "name", 40.0)
    different = 0
    for words, scores in expected.items():
        ours = [scores[service_id] for service_id in searching.finder.find(Question(words, page_size=10)).service_ids]
        different += ours != pytest.approx(sorted(scores.values(), reverse=True)[:10], rel=1e-5)
    assert different
