"""The finder answers questions: words from the index, everything else from arrays of facts."""

import uuid
from pathlib import Path
from threading import Lock

import numpy as np

from partnerdir import clock
from partnerdir.database import db
from partnerdir.geography.queries import list_areas
from partnerdir.search.blocks import Floats
from partnerdir.search.facts import Facts, load_facts
from partnerdir.search.family import Family, Plan
from partnerdir.search.index import NoIndex, newest
from partnerdir.search.labels import Ints, Rows
from partnerdir.search.nearness import Around, reached
from partnerdir.search.planning import Planning
from partnerdir.search.postings import Postings
from partnerdir.search.ranking import Ranking
from partnerdir.search.rules import ANY_DISTANCE, MOST_CHARACTERS, Answer, Place, Question
from partnerdir.search.traits import UNPLACED
from partnerdir.search.understanding import Understood, needs_meant, understood
from partnerdir.search.whereabouts import NoSuchPlace, PlaceInWords, Whereabouts, is_anywhere
from partnerdir.search.words import terms


class Finder:
    """Finds services; made once for each process, used by all its threads, touches nothing until it is asked."""

    def __init__(self, index_folder: Path) -> None:
        self._index_folder = index_folder
        self._facts: Facts | None = None
        self._refreshing = Lock()
        self._postings: Postings | None = None
        self._ranking: Ranking | None = None
        self._reading = Lock()

    def find(self, question: Question) -> Answer:
        """The services that answer a question. Raises: NoIndex, when it has words and there is no index to read."""
        facts = self._current_facts()
        passing = facts.narrowing.passing(question, facts.passing(question.need_id, question.area_id))
        around = facts.around(question)
        everywhere = passing
        if around:
            passing = passing & (around.passing | (around.unplaced & (UNPLACED in question.chosen)))
        words = question.words[:MOST_CHARACTERS]
        asked, called = Understood(), list[int]()
        last = max(question.page, 1) * question.page_size
        if terms(words):
            asked, scores = self._scores(words, facts, around)
            called = facts.rows_called(question.as_written or words)
            _put_first(scores, called)
            everywhere = everywhere & (scores > 0)
            found = np.flatnonzero(passing & (scores > 0))
        else:
            scores = around.closeness if around else np.ones(len(facts.ids), np.float32)
            found = facts.by_name[passing[facts.by_name]].astype(np.intp)
        if around and question.by_distance:
            scores = around.order_by_distance
        best = _best(found, scores, facts.rank, last)
        shown = best[last - question.page_size : last]
        return Answer(
            total=len(found),
            service_ids=[facts.ids[row] for row in shown],
            need_counts=facts.needs.counts(found),
            area_counts=facts.areas.counts(found),
            trait_counts=facts.narrowing.counts(found),
            reached={facts.ids[row]: reached(around, row, facts.narrowing.traits_of(row)) for row in shown} if around else {},
            unplaced=int(np.count_nonzero(everywhere & around.unplaced & ~passing)) if around else 0,
            spelt=asked.spelt,
            corrections=(asked.meant,) if asked.meant else (),
            needs_meant=needs_meant(asked, facts.needs.depth),
            closed=[facts.ids[row] for row in called if not facts.listed[row]],
            is_any_placed=bool(np.isin(shown, facts.nearness.rows).any()),
            needs=facts.needs_named,
            areas=facts.areas_named,
        )

    def plan(self, family: Family) -> Plan:
        """The fewest services that cover all that a family needs, and whom to ask for what nobody covers."""
        return Planning(self._current_facts(), family).plan()

    def list_needs_meant(self, words: str) -> tuple[uuid.UUID, ...]:
        """The needs that somebody names in their own words, one for each thing. Raises: NoIndex."""
        facts = self._current_facts()
        with self._reading:
            asked = understood(words[:MOST_CHARACTERS], facts.needs_said, facts.areas_said, self._followed(facts))
            return needs_meant(asked, facts.needs.depth)

    def find_place(self, written: str) -> Place | NoSuchPlace | None:
        """The place that somebody has written; None for anywhere at all."""
        return None if is_anywhere(written) else self._whereabouts().find(written)

    def read(self, words: str) -> Question:
        """The question that somebody asks with these words; a place in them is taken for one where there is no doubt."""
        found = self.find_place_in(words)
        return Question(found.words, place=found.place, within=ANY_DISTANCE, as_written=words) if found else Question(words)

    def find_place_in(self, words: str) -> PlaceInWords | None:
        """The place that stands in the words of a question, where there is no doubt."""
        return self._whereabouts().find_in(words, self._is_mainly_place)

    def _is_mainly_place(self, word: str) -> bool:
        facts = self._current_facts()
        with self._reading:
            try:
                postings = self._followed(facts)
            except NoIndex:
                return False
            return all(postings.is_place(term) for term in terms(word))

    def list_towns(self) -> list[Place]:
        """The towns that some public place is in, each in the middle of those places."""
        return list(self._current_facts().nearness.middles_of_towns.values())

    def _whereabouts(self) -> Whereabouts:
        return Whereabouts(list_areas(), self._current_facts().nearness.middles_of_towns)

    def close(self) -> None:
        """Lets go of the index and of what was read; the next question reads again."""
        with self._refreshing, self._reading:
            if self._postings:
                self._postings.close()
            self._facts = self._postings = self._ranking = None

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

    def _scores(self, words: str, facts: Facts, around: Around | None) -> tuple[Understood, Floats]:
        with self._reading:
            postings = self._followed(facts)
            asked = understood(words, facts.needs_said, facts.areas_said, postings)
            return asked, self._ranked(postings, facts).scores(asked, around.closeness if around else None)

    def _followed(self, facts: Facts) -> Postings:
        """The index as it is now; for one thread at a time."""
        home = newest(self._index_folder)
        if self._postings is None or self._postings.home != home:
            if self._postings:
                self._postings.close()
            self._postings = Postings(home)
        self._postings.follow(facts)
        return self._postings

    def _ranked(self, postings: Postings, facts: Facts) -> Ranking:
        known, today = self._ranking, clock.today()
        if known is None or known.postings is not postings or known.facts is not facts or known.today != today:
            self._ranking = known = Ranking(postings, facts, today)
        return known


def _put_first(scores: Floats, rows: list[int]) -> None:
    """A service whose name is exactly what was asked for comes before all others."""
    if rows:
        scores[rows] += scores.max() + 1


def _best(found: Rows, scores: Floats, rank: Ints, count: int) -> Rows:
    """The best of what was found, best first, and in order of name where they are equally good."""
    if count < len(found):
        scored = scores[found]
        least = np.partition(scored, len(found) - count)[len(found) - count]
        better, equal = found[scored > least], found[scored == least]
        room = count - len(better)
        found = np.concatenate([better, equal[np.argpartition(rank[equal], room - 1)[:room]]])
    return found[np.lexsort((rank[found], -scores[found]))]
