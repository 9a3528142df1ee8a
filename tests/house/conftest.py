"""What the house tests may ask for."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import make_settings, running_site
from tests.house.visits import Visit, visit_everything

Plant = Callable[[str, str], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Writes a file into a small house of its own, and gives the root of that house."""

    def written(path: str, text: str) -> Path:
        place = tmp_path / "house" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return tmp_path / "house"

    return written


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> list[Visit]:
    """A walk through every door of a site of its own, made once for all who look at it."""
    with contextmanager(running_site)(make_settings(tmp_path_factory.mktemp("site"))) as site:
        return visit_everything(site)
