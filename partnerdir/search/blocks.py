"""How lists of postings lie on disk: as arrays, which are read many times faster than the tuples that Whoosh makes of them."""

from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher, W3PostingsWriter

from partnerdir.search.labels import Rows

Floats = NDArray[np.float32]
Packed = tuple[str, bytes]  # the kind of number, and the numbers

# We read whole lists and never skip in them: blocks much larger than Whoosh's 128 are read four times faster.
BLOCK = 4096


class Blocks(W3Codec):
    """Whoosh's own codec but for what is in a block of postings; kept by name with each index that is written with it."""

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=0)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> "BlockWriter":
        """Writes lists of postings."""
        return BlockWriter(dbfile, BLOCK, byteids, self._compression, self._inlinelimit)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> "BlockReader":
        """Reads one list of postings."""
        return BlockReader(dbfile, *terminfo.extent(), format_, term=term, scorer=scorer)


class BlockWriter(W3PostingsWriter):
    """Writes a block as the steps from document to document, and how often the term is in each."""

    def _mini_ids(self) -> Packed:
        return _packed(np.diff(np.asarray(self._ids), prepend=np.uint32(0)))

    def _mini_weights(self) -> Packed:
        return _packed(np.asarray(self._weights))

    def _mini_values(self) -> int:
        # Whoosh keeps here once more how often the term is in each document. Ours is a checksum: damage must be noticed.
        return _checksum(self._mini_ids(), self._mini_weights())


class BlockReader(W3LeafMatcher):
    """Reads a block into arrays; to Whoosh, which merges and scores one posting at a time, it is like any other."""

    def block(self) -> tuple[Rows, Floats]:
        """The documents of this block, and how often the term is in each. Raises: ValueError, when they are damaged."""
        self._read_data()
        steps, often, checksum = self._data
        if _checksum(steps, often) != checksum:
            raise ValueError("a block of postings is damaged")
        return np.cumsum(_unpacked(steps), dtype=np.intp), _unpacked(often).astype(np.float32)

    def _read_ids(self) -> None:
        self._ids = self.block()[0].tolist()

    def _read_weights(self) -> None:
        self._weights = self.block()[1].tolist()

    def _read_values(self) -> None:
        self._values = [b""] * self._blocklength


def _packed(numbers: NDArray[Any]) -> Packed:
    small = numbers.astype(np.min_scalar_type(int(numbers.max())))
    return small.dtype.str, small.tobytes()


def _unpacked(packed: Packed) -> NDArray[Any]:
    kind, numbers = packed
    return np.frombuffer(numbers, kind)


def _checksum(*packed: Packed) -> int:
    check = 0
    for _kind, numbers in packed:
        check = crc32(numbers, check)
    return check
