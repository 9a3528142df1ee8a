"""A directory that is searched: its index is brought up to date when a test says so."""

import uuid
from itertools import islice
from pathlib import Path
from random import Random

import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.search.finder import Finder
from partnerdir.search.following import follow_changes
from partnerdir.search.index import KEY, ids_in, newest, opened
from partnerdir.search.rules import Answer, Question
from tests.bench import corpus


class Searching:
    """Searching of one site under test."""

    def __init__(self, app: Flask) -> None:
        self.folder: Path = app.extensions["settings"].resolved_index_folder
        self.finder: Finder = app.extensions["search"]

    def catch_up(self) -> int:
        """Follows every change so far."""
        return follow_changes(self.folder)

    def ask(self, words: str = "", need_id: uuid.UUID | None = None, area_id: uuid.UUID | None = None) -> Answer:
        """Asks, once the index is up to date."""
        self.catch_up()
        return self.finder.find(Question(words, need_id, area_id))

    def names(self, words: str = "", need_id: uuid.UUID | None = None, area_id: uuid.UUID | None = None) -> list[str]:
        """The names of what is found, best first."""
        found = self.ask(words, need_id, area_id).service_ids
        known = {row.id: row.name for row in db.session.execute(sa.select(Service.id, Service.name))}
        return [known[service_id] for service_id in found]


def documents_in(index_folder: Path) -> list[uuid.UUID]:
    """The ids of the services that the index has a document of, once for each document."""
    reader = opened(newest(index_folder)).reader()
    try:
        return [
            uuid.UUID(bytes=key)
            for segment, _first in reader.leaf_readers()
            for number, (key,) in enumerate(KEY.iter_unpack(ids_in(segment)))
            if not segment.is_deleted(number)
        ]
    finally:
        reader.close()


def fill(count: int, seed: int = 1) -> None:
    """Puts random listings into the database, without a change log."""
    random = Random(seed)
    models = corpus.invented_listings(random)
    with db.engine.begin() as connection:
        corpus.insert(connection, list(islice(corpus.listings_like(models, random), count)), random)
