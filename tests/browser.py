"""A real Chromium, new and empty each time, that talks to nobody but the site."""

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize

from tests.system_packages import find_chromium

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE: ViewportSize = {"width": 320, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


def require_chromium() -> Path:
    """The browser; a test that needs it is skipped, with the way to get it, where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium is not installed, so nothing was tried in a browser: apt-get install chromium")
    return path
