"""The index on disk: how it is laid out, opened, made anew beside the one in use, and kept up.

The index folder holds one folder for each time the index was made. The newest is the one in use; the one before it
stays until the next is made, because somebody may still be reading it.
"""

import logging
import shutil
import struct
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from whoosh.codec.whoosh3 import LENGTHS_COLUMN
from whoosh.columns import FixedBytesColumn
from whoosh.fields import COLUMN, TEXT, Schema
from whoosh.index import FileIndex, create_in, open_dir
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import MERGE_SMALL

from partnerdir import clock
from partnerdir.database import db
from partnerdir.errors import Conflict, PartnerdirError
from partnerdir.search import queries
from partnerdir.search.blocks import Blocks
from partnerdir.search.disk import alone, flush_to_disk, write_position
from partnerdir.search.queries import Document
from partnerdir.search.rules import FIELD_WEIGHTS, PLACE
from partnerdir.search.words import Spellings, Words

logger = logging.getLogger(__name__)

# Raise the number when what is indexed changes: an index of another layout is not found, so it is made anew.
NAME = "index-v6-"
UNFINISHED = "unfinished"
MEMORY = 256  # megabytes that making the index anew may use
KEY = struct.Struct("16s")
CODEC = Blocks()

SCHEMA = Schema(
    id=COLUMN(FixedBytesColumn(KEY.size)),
    **{field: TEXT(analyzer=Words(), phrase=False) for field in (*FIELD_WEIGHTS, PLACE)},
    spelt=TEXT(analyzer=Spellings(), phrase=False),
)


class NoIndex(PartnerdirError):
    """There is no index that can be read; names the command that makes one."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"The search index in {folder} {reason}. Run 'flask search rebuild', which makes it anew.")


@contextmanager
def damage_named(home: Path) -> Iterator[None]:
    """Says what to do about damage; a damaged file can fail in any way at all, so every fault counts as damage."""
    try:
        yield
    except NoIndex:
        raise
    except Exception as wrong:
        # Its own text and its trace may hold a word that somebody looked for, which no log may tell.
        raise NoIndex(home, f"cannot be read ({type(wrong).__name__})") from None


def newest(index_folder: Path) -> Path:
    """The folder of the index in use. Raises: NoIndex."""
    made = _list_made(index_folder)
    if not made:
        raise NoIndex(index_folder, "has not been made yet")
    return made[-1]


def is_made(index_folder: Path) -> bool:
    """Whether there is an index in use."""
    return bool(_list_made(index_folder))


def _list_made(index_folder: Path) -> list[Path]:
    try:
        return sorted(folder for folder in index_folder.iterdir() if folder.name.startswith(NAME))
    except FileNotFoundError:
        return []


def opened(home: Path) -> FileIndex:
    """The index in this folder. Raises: NoIndex."""
    with damage_named(home):
        return open_dir(home, schema=SCHEMA)


def rebuild(index_folder: Path) -> int:
    """Makes the index anew, then puts it in use; the number of services in it. Raises: Conflict when another does."""
    index_folder.mkdir(parents=True, exist_ok=True)
    with alone(index_folder / "rebuild.lock") as is_alone:
        if not is_alone:
            raise Conflict("Another process is making the search index anew already.")
        made = _list_made(index_folder)
        unfinished = index_folder / UNFINISHED
        for folder in (*made[:-1], unfinished):
            shutil.rmtree(folder, ignore_errors=True)
        unfinished.mkdir()
        count = _fill(unfinished)
        number = int(made[-1].name.removeprefix(NAME)) + 1 if made else 1
        unfinished.rename(index_folder / f"{NAME}{number:06}")
        flush_to_disk([index_folder])
    logger.info("The search index was made anew, with %s services.", count)
    return count


def _fill(home: Path) -> int:
    writer = create_in(home, SCHEMA).writer(limitmb=MEMORY, codec=CODEC)
    with db.engine.connect() as connection:
        # What changes while we read is followed afterwards, from here.
        position = queries.find_starting_position(connection, clock.now())
        count = _add(writer, queries.list_documents(connection, queries.list_service_ids(connection)))
    writer.commit()
    flush_to_disk(home.iterdir())
    write_position(home, position)
    return count


def replace_services(home: Path, service_ids: Collection[UUID], documents: Iterable[Document]) -> None:
    """Makes these documents all that the index has of these services."""
    before = set(home.iterdir())
    writer = opened(home).writer(codec=CODEC)
    try:
        gone = {service_id.bytes for service_id in service_ids}
        reader = writer.reader()
        for segment, first in reader.leaf_readers():
            for number, (key,) in enumerate(KEY.iter_unpack(ids_in(segment))):
                if key in gone:
                    writer.delete_document(first + number)
        reader.close()
        _add(writer, documents)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merged)
    flush_to_disk([*set(home.iterdir()) - before, home])


def _merged(writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's own way with small segments, and an end to those of which most documents are gone."""
    kept = MERGE_SMALL(writer, segments)
    worn_out = [segment for segment in kept if segment.deleted_count() * 2 > segment.doc_count_all()]
    for segment in worn_out:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in kept if segment not in worn_out]


def _add(writer: Any, documents: Iterable[Document]) -> int:
    for document in documents:
        texts = {name: getattr(document, name) for name in (*FIELD_WEIGHTS, PLACE)}
        writer.add_document(id=document.id.bytes, spelt=" ".join(texts.values()), **texts)
    added: int = writer.doc_count()
    return added


def ids_in(segment: IndexReader) -> bytes:
    """The ids of the services in one part of the index, 16 bytes each, in order of document."""
    return _whole_column(segment, "id", SCHEMA["id"].column_type)


def lengths_in(segment: IndexReader, field: str) -> bytes:
    """How long a field is in each document of one part of the index, as Whoosh's length bytes."""
    return _whole_column(segment, f"_{field}_len", LENGTHS_COLUMN)


def _whole_column(segment: IndexReader, name: str, column: Any) -> bytes:
    # Whoosh offers columns one value at a time, a hundred times slower; these insides are why its version is pinned.
    count = segment.doc_count_all()
    if not count or not segment._perdoc.has_column(name):
        return b"" if name == "id" else bytes(count)
    reader = segment._perdoc.column_reader(name, column)
    kept: bytes = reader._dbfile.get(reader._basepos, reader._count * reader._fixedlen)
    return kept.ljust(count * reader._fixedlen, b"\0")
