"""Every page, as everybody, full or empty or with errors: html-validate, axe and HTML CodeSniffer find nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import PHONE, require_chromium
from tests.conftest import make_settings, running_site
from tests.house.visits import Visit, visit_everything
from tests.pages.gallery import hang, served
from tests.pages.states import list_states

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
HERE = Path(__file__).parent
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 4
WORDY = "h1, h2, h3, main a, main li, main td, main dd"
STATES = {
    "as it is": "() => {}",
    "right to left": "document.documentElement.dir = 'rtl'",
    "with long words": f"document.querySelectorAll('{WORDY}').forEach((element) => element.append('{LONG}'))",
}
PLANTED = """<!DOCTYPE html><html lang="en"><head><title>Planted</title></head><body><main><h1>Planted</h1>
<img src="/static/favicon.svg"><p id="twice">A</p><p id="twice" style="color: #ccc; background: #fff">Pale</p>
<form action="/" method="get"><input name="words"></form></main></body></html>"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file of each page."""
    visits: list[Visit] = []
    for walk in (visit_everything, list_states):
        for site in running_site(make_settings(tmp_path_factory.mktemp("site"))):
            visits += walk(site)
    return hang(visits, tmp_path_factory.mktemp("pages"))


def faults_in(folder: Path) -> list[dict[str, str]]:
    """What the tools find on the pages of a folder."""
    browser = require_chromium()
    assert (HERE / "node_modules").is_dir(), "make test installs what judges the pages; run it once"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with served(folder) as address:
        done = subprocess.run(
            ["node", "judge.js", str(folder), address, str(browser)],
            cwd=HERE, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    faults: list[dict[str, str]] = json.loads(done.stdout)
    return faults


def test_no_tool_finds_a_fault_on_any_page(gallery: list[Path]) -> None:
    assert len(gallery) > 150
    faults = {f"{found['tool']} {found['rule']} on {found['page']}: {found['what']}" for found in faults_in(gallery[0].parent)}
    assert sorted(faults) == []


def test_planted_faults_are_found_by_every_tool(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text(PLANTED)
    found = {(fault["tool"], fault["rule"].rpartition(".")[2]) for fault in faults_in(tmp_path)}
    assert {tool for tool, _ in found} == {"html-validate", "axe", "htmlcs"}
    assert {("html-validate", "no-dup-id"), ("axe", "image-alt"), ("axe", "color-contrast")} <= found


def test_no_page_scrolls_sideways(gallery: list[Path], browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)
    wide = []
    with served(gallery[0].parent) as address:
        for file in gallery:
            page.goto(f"{address}/{file.name}")
            wide += [f"{file.name}, {state}" for state in _states_too_wide(page)]
    page.close()
    assert wide == []


def _states_too_wide(page: Page) -> Iterator[str]:
    """In which states it is wider than a window of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10), which is a small phone's."""
    for state, change in STATES.items():
        page.evaluate(change)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            yield state
