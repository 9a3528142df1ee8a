"""Beneath the ranking is Whoosh's own BM25F over all fields; ours is only quicker."""

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
from partnerdir.search.facts import load_facts
from partnerdir.search.index import KEY, SCHEMA, ids_in, newest, opened
from partnerdir.search.postings import Postings
from partnerdir.search.rules import FIELD_WEIGHTS, LENGTH_NORMALISATION, SATURATION
from partnerdir.search.words import terms
from tests import make
from tests.search.asking import Searching, fill

QUESTIONS = 30


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


def our_scores(searching: Searching, words: str) -> dict[uuid.UUID, float]:
    """What our reading of the index thinks of every listed service, before anything else is looked at."""
    with db.engine.connect() as connection:
        facts = load_facts(connection)
    postings = Postings(newest(searching.folder))
    try:
        postings.follow(facts)
        scores = postings.scores(list(dict.fromkeys(terms(words)))) * facts.listed
    finally:
        postings.close()
    return {facts.ids[row]: float(scores[row]) for row in scores.nonzero()[0]}


@pytest.mark.parametrize("edits", [0, 15], ids=["made at once", "edited since"])
def test_the_scores_are_those_of_whoosh(searching: Searching, edits: int) -> None:
    fill(800)
    searching.catch_up()
    edit_some(searching, edits)
    with whoosh_itself(searching) as searcher:
        for words in questions(QUESTIONS):
            assert our_scores(searching, words) == pytest.approx(scores_by_whoosh(searcher, words), rel=1e-5), words


def test_a_ranking_with_other_weights_would_be_noticed(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(800)
    searching.catch_up()
    with whoosh_itself(searching) as searcher:
        expected = {words: scores_by_whoosh(searcher, words) for words in questions(10)}
    monkeypatch.setitem(FIELD_WEIGHTS, "name", 40.0)
    assert any(our_scores(searching, words) != pytest.approx(scores, rel=1e-5) for words, scores in expected.items())
