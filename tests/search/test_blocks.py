"""Postings on disk are arrays of small numbers, and damage to them is noticed."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from partnerdir.search.blocks import BLOCK, BlockReader, _packed, _unpacked
from partnerdir.search.index import SCHEMA, newest, opened
from tests import make
from tests.search.asking import Searching


@contextmanager
def postings_of(searching: Searching, term: str) -> Iterator[BlockReader]:
    """The names that have a term."""
    reader = opened(newest(searching.folder)).reader()
    [(segment, _first)] = reader.leaf_readers()
    yield segment._terms.matcher("name", term.encode(), SCHEMA["name"].format)
    reader.close()


@pytest.fixture
def harbours(searching: Searching) -> Searching:
    """Two services, of which the second has the term twice."""
    with make.saved():
        make.a_service("Harbour")
        make.a_service("Harbour of harbours")
    searching.catch_up()
    return searching


def test_a_block_says_how_often_a_term_is_in_each_document(harbours: Searching) -> None:
    with postings_of(harbours, "harbour") as block:
        documents, counts = block.block()
        assert sorted(counts.tolist()) == [1, 2]
        assert documents.tolist() == [0, 1] == list(block.all_ids())


@pytest.mark.parametrize("place", [0, 1], ids=["documents", "counts"])
def test_damage_is_noticed(harbours: Searching, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with postings_of(harbours, "harbour") as block:
        block._read_data()
        data = list(block._data)
        kind, numbers = data[place]
        data[place] = kind, bytes([numbers[0] ^ 1]) + numbers[1:]
        monkeypatch.setattr(block, "_read_data", lambda: setattr(block, "_data", data))
        with pytest.raises(ValueError, match="damaged"):
            block.block()


@pytest.mark.parametrize("most", [1, 255, 256, 65_536, 2**32 - 1])
def test_numbers_of_any_size_come_back(most: int) -> None:
    numbers = np.array([0, most] * (BLOCK // 2), np.uint32)
    assert (_unpacked(_packed(numbers)) == numbers).all()
