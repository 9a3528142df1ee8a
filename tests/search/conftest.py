"""What the tests of searching ask for."""

import pytest
from flask import Flask

from tests.search.asking import Searching


@pytest.fixture
def searching(app: Flask) -> Searching:
    """Searching on SQLite."""
    return Searching(app)


@pytest.fixture
def searching_on_both(app_on_both: Flask) -> Searching:
    """Searching once on SQLite and once on PostgreSQL."""
    return Searching(app_on_both)
