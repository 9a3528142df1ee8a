"""The finder answers questions: words from the index, everything else from arrays of facts."""

from pathlib import Path
from threading import Lock

import numpy as np

from partnerdir.database import db
from partnerdir.search.facts import Facts, load_facts
from partnerdir.search.index import newest
from partnerdir.search.labels import Ints
from partnerdir.search.postings import Floats, Postings
from partnerdir.search.rules import Answer, Question
from partnerdir.search.words import question_terms


class Finder:
    """Finds services; made once for each process, used by all its threads, touches nothing until it is asked."""

    def __init__(self, index_folder: Path) -> None:
        self._index_folder = index_folder
        self._facts: Facts | None = None
        self._refreshing = Lock()
        self._postings: Postings | None = None
        self._reading = Lock()

    def find(self, question: Question) -> Answer:
        """The services that answer a question. Raises: NoIndex, when it has words and there is no index to read."""
        facts = self._current_facts()
        passing = facts.passing(question.need_id, question.area_id)
        terms = question_terms(question.words)
        last = max(question.page, 1) * question.page_size
        if terms:
            scores = self._scores(terms, facts)
            _put_first(scores, facts.rows_named(question.words))
            found = np.flatnonzero(passing & (scores > 0)).astype(np.int32)
            best = _best(found, scores, facts.rank, last)
        else:
            found = best = facts.by_name[passing[facts.by_name]]
        return Answer(
            total=len(found),
            service_ids=[facts.ids[row] for row in best[last - question.page_size : last]],
            need_counts=facts.needs.counts(found),
            area_counts=facts.areas.counts(found),
        )

    def close(self) -> None:
        """Lets go of the index and of what was read; the next question reads again."""
        with self._refreshing, self._reading:
            if self._postings:
                self._postings.close()
            self._facts = self._postings = None

    def _current_facts(self) -> Facts:
        # Only the very first question waits; while one reads what changed, the others answer from what was true before.
        known = self._facts
        is_my_turn = self._refreshing.acquire(blocking=known is None)
        if known is not None and not is_my_turn:
            return known
        try:
            # A connection of our own: the request's may have begun to read before what we know already was committed.
            with db.engine.connect() as connection:
                self._facts = self._facts.refreshed(connection) if self._facts else load_facts(connection)
            return self._facts
        finally:
            self._refreshing.release()

    def _scores(self, terms: list[str], facts: Facts) -> Floats:
        with self._reading:
            home = newest(self._index_folder)
            if self._postings is None or self._postings.home != home:
                if self._postings:
                    self._postings.close()
                self._postings = Postings(home)
            return self._postings.scores(terms, facts)


def _put_first(scores: Floats, rows: list[int]) -> None:
    """A service whose name is exactly what was asked for comes before all others."""
    if rows:
        scores[rows] += scores.max() + 1


def _best(found: Ints, scores: Floats, rank: Ints, count: int) -> Ints:
    """The best of what was found, best first, and in order of name where they are equally good."""
    scored = scores[found]
    if count < len(found):
        least = np.partition(scored, len(found) - count)[len(found) - count]
        found, scored = found[scored >= least], scored[scored >= least]
    return found[np.lexsort((rank[found], -scored))]
