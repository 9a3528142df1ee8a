"""What the tests of searching ask for: an index beside the database, and a finder."""

from pathlib import Path

import pytest
from flask import Flask

from partnerdir.search.finder import Finder
from partnerdir.search.following import follow_changes
from partnerdir.search.rules import Answer, Question


class Searching:
    """A directory with an index that is brought up to date when the test says so."""

    def __init__(self, app: Flask) -> None:
        self.folder: Path = app.extensions["settings"].resolved_index_folder
        self.finder: Finder = app.extensions["search"]

    def catch_up(self) -> int:
        """Follows every change so far."""
        return follow_changes(self.folder)

    def ask(self, words: str = "", **question: object) -> Answer:
        """Asks, once the index is up to date."""
        self.catch_up()
        return self.finder.find(Question(words, **question))  # type: ignore[arg-type]  # checked by the dataclass's users


@pytest.fixture
def searching(app: Flask) -> Searching:
    """Searching on SQLite."""
    return Searching(app)


@pytest.fixture
def searching_on_both(app_on_both: Flask) -> Searching:
    """Searching once on SQLite and once on PostgreSQL."""
    return Searching(app_on_both)
