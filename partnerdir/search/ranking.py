"""Ranking: BM25F for each thing that is looked for, and what lifts or lowers a service besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from partnerdir.directory.rules import STALE_AFTER
from partnerdir.search.blocks import Floats
from partnerdir.search.facts import END_OF_NAME, Facts
from partnerdir.search.labels import Rows
from partnerdir.search.postings import Postings
from partnerdir.search.rules import FIELD_WEIGHTS
from partnerdir.search.understanding import Part, Reading, Understood
from partnerdir.search.words import stem_of, words_in

# Chosen on the half of the judged questions that was not held back (docs/decisions/0011-judged-search.md).
ONE_OF_MANY = 0.3  # what is left of the score of a service that answers next to none of the parts
LIKENESS = 0.3  # from 0, where the rarest part of a question decides, to 1, where all parts count the same
ENOUGH, MANY = 0.3, 20  # of one part, for a service to be in the list where so many others are
MANY_TERMS = 0.4  # how far each term counts less in a reading of several, as a power: three words are not three things
WHOLE_READING = 2.0  # how sharply a reading falls when only some of its words are there, as a power
NEED_LIFT = 2.0 * FIELD_WEIGHTS["needs"]
PLACE_LIFT = 12.0  # a service there comes before one that answers as well and is elsewhere
ONLY_NAMED = 0.6  # of being there, for a service that only says the name of the place
TOWN_AND_AREA, ONCE_THERE = 2, 0.35  # a place named by town and by area, beside one named by either
UNWANTED = 0.2
PAST_ITS_MONEY, PAUSED, NOT_CHECKED = 0.85, 0.85, 0.95
NAME_LIFT, PHRASE_LIFT = 0.5, 0.25
NAMES_LOOKED_AT = 100


@dataclass(frozen=True)
class Ranking:
    """How one index and one state of the records rank what answers a question."""

    postings: Postings
    facts: Facts
    today: date

    def scores(self, asked: Understood, closeness: Floats | None = None) -> Floats:
        """How well each row answers, and how close it is where a place was asked for; 0 for one that does not answer."""
        places = [part for part in asked.parts if self._is_place(part)]
        parts = [part for part in (*asked.parts, *asked.told) if part not in places]
        there = self._share_there(asked, places)
        answers, answered = self._answers(parts)
        if not answers.any():
            answers = there.copy()
        # What is there or near comes first as far as it answers: a house in the right town is no answer to another question.
        near = there if closeness is None else there + closeness
        most = max(answered.max(initial=0), np.float32(1e-6))
        answers *= (1 + PLACE_LIFT * near * np.sqrt(answered / most)) * self._freshness
        for term in asked.unwanted:
            answers[self.postings.scores([term]) > 0] *= UNWANTED
        named = {part.readings[0].terms[0] for part in places}
        return self._with_names(answers, asked.stems, " ".join(stem for stem in asked.stems if stem not in named))

    def _answers(self, parts: Sequence[Part]) -> tuple[Floats, Floats]:
        """How well each row answers these parts, and how much of them it answers at all, from 0 to 1.

        A row that has a word of what somebody asked for, or only says for whom, is no answer where many others are.
        """
        total, answered, asked, most = self._nothing(), self._nothing(), 1e-6, self._nothing()
        for part in parts:
            score, whole = self._part(part)
            if best := score.max(initial=0):
                np.maximum(most, whole * np.float32(part.weight), out=most)
                # Parts are made alike to some degree: a rare word must not drown the other thing that somebody asked for.
                total += score * np.float32(part.weight / max(best, 1) ** LIKENESS)
                answered += whole * np.float32(part.weight)
                asked += part.weight
        is_enough = most >= ENOUGH
        if np.count_nonzero(is_enough) >= MANY:
            total *= is_enough
        answered /= np.float32(asked)
        return total * (ONE_OF_MANY + (1 - ONE_OF_MANY) * answered), answered

    def _part(self, part: Part) -> tuple[Floats, Floats]:
        best, most = self._nothing(), self._nothing()
        for reading in part.readings:
            score, whole = self._reading(reading)
            np.maximum(best, score, out=best)
            np.maximum(most, whole, out=most)
        lift = self._nothing()
        for need_id in part.need_ids:
            rows = self.facts.needs.rows_with(need_id)
            if count := int(rows.sum()):
                np.maximum(lift, rows * np.float32(NEED_LIFT * self.postings.rarity(count)), out=lift)
                np.maximum(most, rows, out=most)
        return best + lift, most

    def _reading(self, reading: Reading) -> tuple[Floats, Floats]:
        total, whole = self._nothing(), self._nothing()
        for term in reading.terms:
            score = self.postings.scores([term])
            total += score
            whole += score > 0
        total *= np.float32(reading.weight / len(reading.terms) ** MANY_TERMS)
        if len(reading.terms) > 1:
            whole = (whole / np.float32(len(reading.terms))) ** np.float32(WHOLE_READING)
            total *= whole
        return total, whole

    def _is_place(self, part: Part) -> bool:
        """Whether a part names a place: one word that is in addresses more than anywhere else."""
        is_one_word = len(part.readings[0].terms) == 1 and not part.need_ids
        return is_one_word and len(part.readings) == 1 and self.postings.is_place(part.readings[0].terms[0])

    def _share_there(self, asked: Understood, places: Sequence[Part]) -> Floats:
        """How much of the place that was asked for each row is at, serves or names, from 0 to 1."""
        share = self._nothing()
        for part in places:
            [term] = part.readings[0].terms
            share += self._share_of_place(term)
        share /= max(len(places), 1)
        for area_id in asked.area_ids:
            np.maximum(share, self.facts.areas.rows_with(area_id), out=share)
        return share

    def _share_of_place(self, term: str) -> Floats:
        """Most for what is in Perth, Perth & Kinross, when Perth was asked for; less for what is elsewhere in that area."""
        said = np.minimum(self.postings.times_at(term), TOWN_AND_AREA)
        there = (said > 0) * np.float32(ONCE_THERE) + said / max(said.max(initial=0), 1) * np.float32(1 - ONCE_THERE)
        return np.maximum(there, ONLY_NAMED * (self.postings.scores([term]) > 0))

    @cached_property
    def _freshness(self) -> Floats:
        """What each row keeps of its score: less when its money has ended, when it is paused, when nobody checked it."""
        facts, today = self.facts, self.today.toordinal()
        kept = np.ones(len(facts.ids), np.float32)
        kept[(facts.paid_until > 0) & (facts.paid_until < today)] *= PAST_ITS_MONEY
        kept[facts.paused] *= PAUSED
        kept[(facts.checked_on > 0) & (facts.checked_on < today - STALE_AFTER.days)] *= NOT_CHECKED
        return kept

    def _with_names(self, scores: Floats, stems: Sequence[str], phrase: str) -> Floats:
        """Lifts those of the best whose name is much of what was asked for."""
        rows = self._best_rows(scores)
        if not len(rows) or not stems:
            return scores
        asked = set(stems)
        for row in rows.tolist():
            name, said = _stems_of_name(self.facts.names[row])
            if shared := asked & name:
                likeness = len(shared) / len(name) * len(shared) / len(asked)
                in_order = " " in phrase and phrase in said
                scores[row] *= 1 + NAME_LIFT * likeness + PHRASE_LIFT * in_order
        return scores

    def _best_rows(self, scores: Floats) -> Rows:
        found = np.flatnonzero(scores > 0)
        if len(found) > NAMES_LOOKED_AT:
            found = found[np.argpartition(scores[found], -NAMES_LOOKED_AT)[-NAMES_LOOKED_AT:]]
        return found

    def _nothing(self) -> Floats:
        return np.zeros(len(self.facts.ids), np.float32)


@lru_cache(maxsize=50_000)
def _stems_of_name(name: str) -> tuple[frozenset[str], str]:
    stems = [stem_of(word) for word in words_in(name.partition(END_OF_NAME)[0])]
    return frozenset(stems), " ".join(stems)
