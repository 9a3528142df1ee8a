"""What people would use instead, on the same words of the same services: plain Whoosh, SQLite's FTS5, Datasette."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from datasette.app import Datasette  # type: ignore[import-untyped]  # it has no types
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in
from whoosh.qparser import MultifieldParser, OrGroup

from partnerdir.database import db
from partnerdir.search.queries import list_documents, list_service_ids

FIELDS = ("name", "needs", "words", "description", "place")
ASKED = 10
Search = Callable[[str], list[str]]


def _documents() -> list[dict[str, str]]:
    with db.engine.connect() as connection:
        return [
            {"id": str(document.id), **{field: getattr(document, field) for field in FIELDS}}
            for document in list_documents(connection, list_service_ids(connection))
        ]


def whoosh_alone(folder: Path) -> Search:
    """Whoosh as its manual has it: stems, every field, any of the words, BM25F."""
    home = folder / "rival-whoosh"
    home.mkdir()
    schema = Schema(id=ID(stored=True), **{field: TEXT(analyzer=StemmingAnalyzer()) for field in FIELDS})
    index = create_in(home, schema)
    writer = index.writer(limitmb=256)
    for document in _documents():
        writer.add_document(**document)
    writer.commit()
    searcher, parser = index.searcher(), MultifieldParser(list(FIELDS), schema, group=OrGroup)
    # Asked for its best ten only, Whoosh may miss one of them, or never come to an end.
    return lambda words: [hit["id"] for hit in searcher.search(parser.parse(words), limit=None)[:ASKED]]


def _table(folder: Path, name: str) -> Path:
    path = folder / name
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE service (id TEXT, {', '.join(FIELDS)})")
        connection.executemany(f"INSERT INTO service VALUES (:id, :{', :'.join(FIELDS)})", _documents())
        columns = ", ".join(FIELDS)
        connection.execute(
            f"CREATE VIRTUAL TABLE service_fts USING fts5({columns}, content=service, tokenize='porter unicode61')"
        )
        connection.execute(f"INSERT INTO service_fts (rowid, {columns}) SELECT rowid, {columns} FROM service")
    return path


def sqlite_fts5(folder: Path) -> Search:
    """SQLite's own: stems, every column, any of the words, bm25."""
    connection = sqlite3.connect(_table(folder, "fts5.sqlite3"))
    query = (
        "SELECT service.id FROM service_fts JOIN service ON service.rowid = service_fts.rowid"
        " WHERE service_fts MATCH ? ORDER BY bm25(service_fts) LIMIT ?"
    )

    def search(words: str) -> list[str]:
        any_of = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", words))
        return [row[0] for row in connection.execute(query, (any_of, ASKED))]

    return search


def datasette_table(folder: Path) -> Search:
    """Datasette's search of a table, asked through its own client."""
    site = Datasette([str(_table(folder, "datasette.sqlite3"))])

    async def ask(words: str) -> list[str]:
        await site.invoke_startup()
        asked = {"_search": words, "_size": str(ASKED), "_shape": "objects"}
        answer = await site.client.get("/datasette/service.json", params=asked)
        return [row["id"] for row in answer.json()["rows"]]

    return lambda words: asyncio.run(ask(words))


RIVALS = {"Whoosh's BM25F": whoosh_alone, "SQLite FTS5": sqlite_fts5, "Datasette": datasette_table}
