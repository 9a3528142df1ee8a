"""Which documents have which term, read from the index once into arrays and scored there by BM25F."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from whoosh.reading import IndexReader, TermNotFound
from whoosh.scoring import bm25
from whoosh.util.numeric import byte_to_length

from partnerdir.search.blocks import BlockReader, Floats
from partnerdir.search.english import list_english
from partnerdir.search.facts import Facts
from partnerdir.search.index import KEY, SCHEMA, damage_named, ids_in, lengths_in, opened
from partnerdir.search.labels import Rows
from partnerdir.search.rules import FIELD_WEIGHTS, LENGTH_NORMALISATION, PLACE, SATURATION
from partnerdir.search.sayings import list_words_said
from partnerdir.search.spelling import Vocabulary

Found = tuple[Rows, Floats]  # documents, and how often the term is in each

NOWHERE = -1  # the row of a document that was deleted, or whose service is not known
NOTHING: Found = (np.zeros(0, np.intp), np.zeros(0, np.float32))
MAINLY = 1.5  # times as many
MOST_KEPT = 64_000_000  # bytes of what was worked out for terms that were asked for
LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], np.float32)


class Part:
    """One segment of the index: its postings never change, only which of its documents are deleted."""

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        self._keys = [key for (key,) in KEY.iter_unpack(ids_in(reader))]
        self._known = np.full(len(self._keys), NOWHERE, np.intp)
        self._lengths: dict[str, Floats] = {}
        self._spelt: dict[str, int] | None = None
        self.rows = self._known

    def matched(self, facts: Facts, starts_anew: bool) -> None:
        """Finds the row of each document that has one; those found before stay, as rows keep their numbers."""
        if starts_anew:
            self._known[:] = NOWHERE
        unknown = np.flatnonzero(self._known == NOWHERE)
        self._known[unknown] = [facts.row_of.get(self._keys[document], NOWHERE) for document in unknown.tolist()]
        self.rows = self._known.copy()
        self.rows[list(self.reader.segment().deleted_docs())] = NOWHERE

    def lengths(self, field: str) -> Floats:
        """How many terms a field has, by document."""
        if field not in self._lengths:
            self._lengths[field] = LENGTHS[np.frombuffer(lengths_in(self.reader, field), np.uint8)]
        return self._lengths[field]

    def find(self, field: str, term: str) -> Found:
        """The documents that have a term in a field."""
        try:
            return _decoded(self.reader._terms.matcher(field, term.encode(), SCHEMA[field].format))
        except TermNotFound:
            return NOTHING

    def count(self, field: str, term: str) -> int:
        """How many documents have a term in a field."""
        return int(self.reader._terms.term_info(field, term.encode()).doc_frequency()) if self.has(field, term) else 0

    def has(self, field: str, term: str) -> bool:
        """Whether any document has a term in a field."""
        return (field, term.encode()) in self.reader._terms

    def spelt(self) -> dict[str, int]:
        """The words that its documents have, and how many have each."""
        if self._spelt is None:
            self._spelt = {}
            for (field, word), found in self.reader._terms.items_from("spelt", b""):
                if field != "spelt":
                    break
                self._spelt[word.decode()] = found.doc_frequency()
        return self._spelt


def _decoded(matcher: BlockReader) -> Found:
    blocks = []
    while matcher.is_active():
        blocks.append(matcher.block())
        matcher._next_block()
    documents, counts = zip(*blocks, strict=True)
    return np.concatenate(documents), np.concatenate(counts)


class Impact(NamedTuple):
    """What one term adds to the score of rows: of these rows where it is in few, of every row where it is in many."""

    rows: Rows | None
    scores: Floats

    @classmethod
    def of(cls, scores: Floats) -> "Impact":
        """What these scores, by row, come to."""
        rows = np.flatnonzero(scores)
        return cls(None, scores) if len(rows) > len(scores) // 4 else cls(rows, scores[rows])

    @property
    def size(self) -> int:
        """The bytes that it takes."""
        return self.scores.nbytes + (0 if self.rows is None else self.rows.nbytes)

    def add_to(self, total: Floats) -> None:
        """Adds it to the scores of as many rows as there are."""
        if self.rows is None:
            total += self.scores[: len(total)]
        else:
            end = np.searchsorted(self.rows, len(total))
            total[self.rows[:end]] += self.scores[:end]


class Postings:
    """An open index, as far as it has been read; to be used by one thread at a time."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._index = opened(home)
        self._generation: int | None = None
        self._reader: IndexReader = None
        self._parts: dict[str, Part] = {}
        self._lineage: object = None
        self._services = self._rows = 0
        self._impacts: dict[str, Impact] = {}
        self._kept = 0  # bytes of them
        self._vocabulary: Vocabulary | None = None

    def close(self) -> None:
        """Lets go of the files."""
        if self._reader is not None:
            self._reader.close()

    def follow(self, facts: Facts) -> None:
        """Reads what the index became since it was last read, and matches it with these facts. Raises: NoIndex."""
        with damage_named(self.home):
            self._keep_up(facts)
            self._rows = len(facts.ids)

    def scores(self, terms: Sequence[str]) -> Floats:
        """How well each row answers these terms; 0 for one that has none of them. Raises: NoIndex."""
        with damage_named(self.home):
            scores = np.zeros(self._rows, np.float32)
            for term in terms:
                self._impact(term).add_to(scores)
            return scores

    def times_at(self, term: str) -> Floats:
        """How often each row has this term in its places and areas. Raises: NoIndex."""
        with damage_named(self.home):
            times = np.zeros(self._services + 1, np.float32)
            for part in self._parts.values():
                documents, counts = part.find(PLACE, term)
                times[part.rows[documents]] = counts
            return times[: self._rows]

    def is_place(self, term: str) -> bool:
        """Whether a term is in far more places than in anything else that is said of services."""
        with damage_named(self.home):
            there, *elsewhere = [
                sum(part.count(field, term) for part in self._parts.values()) for field in (PLACE, *FIELD_WEIGHTS)
            ]
            return there > MAINLY * max(elsewhere)

    def has(self, stem: str) -> bool:
        """Whether anything is found by this term."""
        with damage_named(self.home):
            return any(part.has(field, stem) for part in self._parts.values() for field in (*FIELD_WEIGHTS, PLACE))

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the directory as they are spelt."""
        if self._vocabulary is None:
            with damage_named(self.home):
                self._vocabulary = self._read_vocabulary()
        return self._vocabulary

    def _read_vocabulary(self) -> Vocabulary:
        counts = Counter(list_words_said())
        for part in self._parts.values():
            counts.update(part.spelt())
        return Vocabulary(counts, list_english().__contains__)

    def _keep_up(self, facts: Facts) -> None:
        generation = self._index.latest_generation()
        is_same_index, is_same_lineage = generation == self._generation, facts.lineage is self._lineage
        if not is_same_index:
            self._reopen()
        if not (is_same_index and is_same_lineage and len(facts.ids) <= self._services):
            for part in self._parts.values():
                part.matched(facts, starts_anew=not is_same_lineage)
            self._services = max(len(facts.ids), self._services if is_same_lineage else 0)
            self.forget()
        self._generation, self._lineage = generation, facts.lineage

    def _reopen(self) -> None:
        reader = self._index.reader()
        parts = {}
        for segment, _first in reader.leaf_readers():
            if segment.doc_count_all():
                key = segment.segment().segment_id()
                parts[key] = self._parts.get(key) or Part(segment)
                parts[key].reader = segment
        self.close()
        is_first = self._reader is None
        self._reader, self._parts = reader, parts
        # At first it is read with all else that takes long, later when somebody mistypes a word.
        self._vocabulary = self._read_vocabulary() if is_first else None

    def _impact(self, term: str) -> Impact:
        impact = self._impacts.pop(term, None)
        if impact is None:
            impact = self._weighed(term)
            if not impact.size:
                return impact  # not kept: there is no end to words that are nowhere
            self._kept += impact.size
            while self._kept > MOST_KEPT and self._impacts:
                self._kept -= self._impacts.pop(next(iter(self._impacts))).size
        self._impacts[term] = impact  # at the end, so that those not asked for longest are let go first
        return impact

    def forget(self) -> None:
        """Lets go of what was worked out for terms."""
        self._impacts.clear()
        self._kept = 0

    def _weighed(self, term: str) -> Impact:
        scores = np.zeros(self._services + 1, np.float32)  # the last one gathers what is NOWHERE
        for field, weight in FIELD_WEIGHTS.items():
            found = [(part, *part.find(field, term)) for part in self._parts.values()]
            rarity = self.rarity(sum(len(documents) for _, documents, _ in found))
            average = self._reader.field_length(field) / (self._reader.doc_count_all() or 1) or 1
            for part, documents, counts in found:
                lengths = part.lengths(field)[documents]
                impact = bm25(weight * rarity, counts, lengths, average, LENGTH_NORMALISATION, SATURATION)
                scores[part.rows[documents]] += impact.astype(np.float32)
        return Impact.of(scores[:-1])

    def rarity(self, documents_with_term: int) -> float:
        """What having something counts that so many documents have."""
        return math.log((self._reader.doc_count_all() or 1) / (documents_with_term + 1)) + 1
