"""The site and the browser that journeys are made with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.whole_site import WholeSite, running


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSite]:
    """The whole product with the demonstration district, running."""
    with running(tmp_path_factory.mktemp("site")) as whole:
        yield whole


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium() as opened:
        yield opened
