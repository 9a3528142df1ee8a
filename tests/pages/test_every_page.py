"""Every page, as everybody, full or empty or with errors: html-validate, axe and HTML CodeSniffer find nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import PHONE, chromium
from tests.conftest import make_settings, running_site
from tests.house.visits import visit_everything
from tests.pages.gallery import hang, served
from tests.system_packages import find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
HERE = Path(__file__).parent
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 4
WORDY = "h1, h2, h3, main a, main li, main td, main dd"
PLANTED = """<!DOCTYPE html><html lang="en"><head><title>Planted</title></head><body><main><h1>Planted</h1>
<img src="/static/favicon.svg"><p id="twice">A</p><p id="twice" style="color: #ccc; background: #fff">Pale</p>
<form action="/" method="get"><input name="words"></form></main></body></html>"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file of each page."""
    for site in running_site(make_settings(tmp_path_factory.mktemp("site"))):
        return hang(visit_everything(site), tmp_path_factory.mktemp("pages"))
    raise AssertionError("the site did not run")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium() as opened:
        yield opened


def faults_in(folder: Path) -> list[dict[str, str]]:
    """What the tools find on the pages of a folder."""
    browser = find_chromium()
    if browser is None:
        pytest.skip("Chromium is not installed, so no page was judged: apt-get install chromium")
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
    assert len(gallery) > 100
    faults = {f"{found['tool']} {found['rule']} on {found['page']}: {found['what']}" for found in faults_in(gallery[0].parent)}
    assert sorted(faults) == []


def test_planted_faults_are_found_by_every_tool(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text(PLANTED)
    found = {(fault["tool"], fault["rule"].rpartition(".")[2]) for fault in faults_in(tmp_path)}
    assert {tool for tool, _ in found} == {"html-validate", "axe", "htmlcs"}
    assert {("html-validate", "no-dup-id"), ("axe", "image-alt"), ("axe", "color-contrast")} <= found


@pytest.mark.parametrize("state", ["as it is", "right to left", "four times as large", "long words"])
def test_no_page_scrolls_sideways(gallery: list[Path], browser: Browser, state: str) -> None:
    zoomed: ViewportSize = {"width": 320, "height": 256}  # what is left of a window of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10)
    page = browser.new_page(viewport=zoomed if state == "four times as large" else PHONE)
    with served(gallery[0].parent) as address:
        wide = [file.name for file in gallery if _is_too_wide(page, f"{address}/{file.name}", state)]
    page.close()
    assert wide == []


def _is_too_wide(page: Page, address: str, state: str) -> bool:
    page.goto(address)
    if state == "right to left":
        page.evaluate("document.documentElement.dir = 'rtl'")
    if state == "long words":
        page.evaluate(
            f"document.querySelectorAll('h1, h2, h3, main a, main li, main td, main dd').forEach(e => e.append('{LONG}'))"
        )
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
