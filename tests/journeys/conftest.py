"""The site that journeys are made on."""

from collections.abc import Iterator

import pytest

from tests.whole_site import WholeSite, running


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSite]:
    """The whole product with the demonstration district, running."""
    with running(tmp_path_factory.mktemp("site")) as whole:
        yield whole
