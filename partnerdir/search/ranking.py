"""Ranking: BM25F for each thing that is looked for, and what lifts or lowers a service besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

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
WHOLE_READING = 2.0  # how sharply a reading falls when only some of its words are there, as a power
NEED_LIFT = 1.5 * FIELD_WEIGHTS["needs"]
PLACE_LIFT = 3.0  # a service there comes before one that answers as well and is elsewhere
UNWANTED = 0.2
PAST_ITS_MONEY, PAUSED, NOT_CHECKED = 0.85, 0.85, 0.95
YEARS_UNTIL_STALE = 2
NAME_LIFT, PHRASE_LIFT = 0.4, 0.25
NAMES_LOOKED_AT = 100


@dataclass(frozen=True)
class Ranking:
    """How one index and one state of the records rank what answers a question."""

    postings: Postings
    facts: Facts
    today: date

    def scores(self, asked: Understood) -> Floats:
        """How well each row answers; 0 for one that does not."""
        places = [part for part in asked.parts if self._is_place(part)]
        parts = [part for part in asked.parts if part not in places]
        there = self._share_there(asked, places)
        answers = self._answers(parts)
        if not answers.any():
            answers = there.copy()
        answers *= (1 + PLACE_LIFT * there) * self._freshness
        for term in asked.unwanted:
            answers[self.postings.scores([term]) > 0] *= UNWANTED
        return self._with_names(answers, asked.stems)

    def _answers(self, parts: Sequence[Part]) -> Floats:
        total, answered = self._nothing(), self._nothing()
        for part in parts:
            score = self._part(part)
            # Parts are made alike to some degree: a rare word must not drown the other thing that somebody asked for.
            score *= np.float32(part.weight / max(score.max(initial=0), 1) ** LIKENESS)
            total += score
            answered += (score > 0) * np.float32(part.weight)
        return total * (ONE_OF_MANY + (1 - ONE_OF_MANY) * answered / max(sum(part.weight for part in parts), 1e-6))

    def _part(self, part: Part) -> Floats:
        best = self._nothing()
        for reading in part.readings:
            np.maximum(best, self._reading(reading), out=best)
        lift = self._nothing()
        for need_id in part.need_ids:
            rows = self.facts.needs.rows_with(need_id)
            if count := int(rows.sum()):
                np.maximum(lift, rows * np.float32(NEED_LIFT * self.postings.rarity(count)), out=lift)
        return best + lift

    def _reading(self, reading: Reading) -> Floats:
        if len(reading.terms) == 1:
            return self.postings.scores(reading.terms) * np.float32(reading.weight)
        total, there = self._nothing(), self._nothing()
        for term in reading.terms:
            score = self.postings.scores([term])
            total += score
            there += score > 0
        whole: Floats = (there / np.float32(max(len(reading.terms), 1))) ** np.float32(WHOLE_READING)
        return total * whole * np.float32(reading.weight)

    def _is_place(self, part: Part) -> bool:
        """Whether a part names a place: one word that is in addresses more than anywhere else."""
        is_one_word = len(part.readings[0].terms) == 1 and not part.need_ids
        return is_one_word and len(part.readings) == 1 and self.postings.is_place(part.readings[0].terms[0])

    def _share_there(self, asked: Understood, places: Sequence[Part]) -> Floats:
        """How much of the place that was asked for each row is at, serves or names, from 0 to 1."""
        share = self._nothing()
        for part in places:
            [term] = part.readings[0].terms
            share += self.postings.is_at(term) | (self.postings.scores([term]) > 0)
        share /= max(len(places), 1)
        for area_id in asked.area_ids:
            np.maximum(share, self.facts.areas.rows_with(area_id), out=share)
        return share

    @cached_property
    def _freshness(self) -> Floats:
        """What each row keeps of its score: less when its money has ended, when it is paused, when nobody checked it."""
        facts, today = self.facts, self.today.toordinal()
        kept = np.ones(len(facts.ids), np.float32)
        kept[(facts.paid_until > 0) & (facts.paid_until < today)] *= PAST_ITS_MONEY
        kept[facts.paused] *= PAUSED
        kept[(facts.checked_on > 0) & (facts.checked_on < today - YEARS_UNTIL_STALE * 365)] *= NOT_CHECKED
        return kept

    def _with_names(self, scores: Floats, stems: Sequence[str]) -> Floats:
        """Lifts those of the best whose name is much of what was asked for."""
        rows = self._best_rows(scores)
        if not len(rows) or not stems:
            return scores
        asked, phrase = set(stems), " ".join(stems)
        for row in rows.tolist():
            name, said = _stems_of_name(self.facts.names[row])
            if shared := asked & name:
                likeness = len(shared) / len(name) * len(shared) / len(asked)
                in_order = len(stems) > 1 and phrase in said
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
