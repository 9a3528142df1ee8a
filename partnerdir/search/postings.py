"""Which documents have which term, read from the index once into arrays and scored there by BM25F."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.reading import IndexReader, TermNotFound
from whoosh.scoring import bm25
from whoosh.util.numeric import byte_to_length

from partnerdir.search.facts import Facts
from partnerdir.search.index import KEY, SCHEMA, damage_named, ids_in, lengths_in, opened
from partnerdir.search.labels import Ints
from partnerdir.search.rules import FIELD_WEIGHTS, LENGTH_NORMALISATION, SATURATION

Floats = NDArray[np.float32]
Found = tuple[Ints, Floats]  # documents, and how often the term is in each

NOWHERE = -1  # the row of a document that was deleted, or whose service is not known
NOTHING: Found = (np.zeros(0, np.int32), np.zeros(0, np.float32))
LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], np.float32)


class Part:
    """One segment of the index: its postings never change, only which of its documents are deleted."""

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        self._keys = [key for (key,) in KEY.iter_unpack(ids_in(reader))]
        self._known = np.full(len(self._keys), NOWHERE, np.int32)
        self._lengths: dict[str, Floats] = {}
        self._found: dict[tuple[str, str], Found] = {}
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
        if (field, term) not in self._found:
            try:
                matcher = self.reader._terms.matcher(field, term.encode(), SCHEMA[field].format)
            except TermNotFound:
                return NOTHING  # not kept, because there is no end to words that are nowhere
            self._found[field, term] = _decoded(matcher)
        return self._found[field, term]


def _decoded(matcher: Any) -> Found:
    # Block by block, through Whoosh's insides, is more than twice as fast as its public way, one posting at a time.
    documents, weights = [], []
    if not isinstance(matcher, W3LeafMatcher):
        return np.array([matcher.id()], np.int32), np.array([matcher.weight()], np.float32)  # kept beside the term, always one
    while matcher.is_active():
        matcher._read_data()
        steps, weight, _values = matcher._data
        documents.append(np.cumsum(steps, dtype=np.int32))
        weights.append(np.broadcast_to(np.float32(1.0) if weight is None else np.array(weight, np.float32), len(steps)))
        matcher._next_block()
    return np.concatenate(documents), np.concatenate(weights)


class Postings:
    """An open index, as far as it has been read; to be used by one thread at a time."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._index = opened(home)
        self._generation: int | None = None
        self._reader: IndexReader = None
        self._parts: dict[str, Part] = {}
        self._lineage: object = None
        self._services = 0
        self._weighed: dict[str, list[tuple[Part, Ints, Floats]]] = {}

    def close(self) -> None:
        """Lets go of the files."""
        if self._reader is not None:
            self._reader.close()

    def scores(self, terms: list[str], facts: Facts) -> Floats:
        """How well each row answers these terms; 0 for one that has none of them. Raises: NoIndex."""
        with damage_named(self.home):
            self._keep_up(facts)
            scores = np.zeros(self._services + 1, np.float32)  # the last one gathers what is NOWHERE
            for term in terms:
                for part, documents, weights in self._weighed.get(term) or self._weigh(term):
                    scores[part.rows[documents]] += weights
            return scores[: len(facts.ids)]

    def _keep_up(self, facts: Facts) -> None:
        generation = self._index.latest_generation()
        is_same_index, is_same_lineage = generation == self._generation, facts.lineage is self._lineage
        if not is_same_index:
            self._reopen()
        if not (is_same_index and is_same_lineage and len(facts.ids) <= self._services):
            for part in self._parts.values():
                part.matched(facts, starts_anew=not is_same_lineage)
            self._services = max(len(facts.ids), self._services if is_same_lineage else 0)
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
        self._reader, self._parts = reader, parts
        self._weighed.clear()

    def _weigh(self, term: str) -> list[tuple[Part, Ints, Floats]]:
        weighed = []
        for field, weight in FIELD_WEIGHTS.items():
            found = [(part, *part.find(field, term)) for part in self._parts.values()]
            rarity = self._rarity(sum(len(documents) for _, documents, _ in found))
            average = self._reader.field_length(field) / (self._reader.doc_count_all() or 1) or 1
            for part, documents, counts in found:
                lengths = part.lengths(field)[documents]
                impact = bm25(weight * rarity, counts, lengths, average, LENGTH_NORMALISATION, SATURATION)
                weighed.append((part, documents, impact.astype(np.float32)))
        weighed = [entry for entry in weighed if len(entry[1])]
        if weighed:
            self._weighed[term] = weighed
        return weighed

    def _rarity(self, documents_with_term: int) -> float:
        return math.log((self._reader.doc_count_all() or 1) / (documents_with_term + 1)) + 1
