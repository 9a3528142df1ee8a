"""What the fault tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts import post
from tests.faults.ground import Ground, prepared


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A site on SQLite and a mail server."""
    with post.running() as server, prepared(tmp_path, server) as made:
        yield made


@pytest.fixture
def ground_on_both(database_url: str, tmp_path: Path) -> Iterator[Ground]:
    """The same, once on each database."""
    with post.running() as server, prepared(tmp_path, server, database_url) as made:
        yield made
