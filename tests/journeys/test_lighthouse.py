"""Lighthouse, as on a phone, has nothing against the pages a visitor reads; how fast it finds them is `make bench-pages`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import FLAGS
from tests.journeys.test_no_trace import search
from tests.pages.gallery import served
from tests.system_packages import find_chromium
from tests.whole_site import WholeSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
TOOLS = Path(__file__).parents[1] / "pages"
FULL_MARKS = {"accessibility": 1, "best-practices": 1}
ITS_OWN_FAULT, TRIES = "Runtime error encountered", 3  # its browser started without telling it; it asks to be run again


def lighthouse(address: str, *categories: str) -> dict[str, Any]:
    """What Lighthouse's mobile run says of a page, run again where the run itself went wrong."""
    for _ in range(TRIES):
        done = _run(address, categories)
        if ITS_OWN_FAULT not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _run(address: str, categories: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    browser = find_chromium()
    assert browser is not None
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["node", "node_modules/lighthouse/cli/index.js", address, "--quiet", "--output=json", "--no-enable-error-reporting",
         f"--only-categories={','.join(categories)}", f"--chrome-flags={' '.join(('--headless', *FLAGS))}"],
        cwd=TOOLS, env=os.environ | {"PATH": path, "CHROME_PATH": str(browser)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def marks(report: dict[str, Any]) -> dict[str, float]:
    """The mark in each category, from 0 to 1."""
    return {name: category["score"] for name, category in report["categories"].items()}


def faults(report: dict[str, Any]) -> list[str]:
    """What it found wrong."""
    return [audit["title"] for audit in report["audits"].values() if audit["score"] is not None and audit["score"] < 1]


def pages_of(site: WholeSite, browser: Browser) -> dict[str, str]:
    """The first page, a list of results, its map, a service, and a plan, by what they are."""
    page = browser.new_page()
    search(page, site, "behind with rent")
    results = page.url
    service = page.locator(".pd-result__name a").first.get_attribute("href")
    page.goto(f"{site.url}/plan")
    page.fill("#words", "behind with rent and no food")
    page.press("#words", "Enter")
    plan = page.url
    page.close()
    return {
        "first page": site.url,
        "results": results,
        "service": f"{site.url}{service}",
        "plan": plan,
        "map": f"{results}/map",
        "plan form": f"{site.url}/plan",
    }


def test_lighthouse_gives_full_marks(site: WholeSite, browser: Browser) -> None:
    for name, address in list(pages_of(site, browser).items())[:4]:
        report = lighthouse(address, *FULL_MARKS)
        assert marks(report) == FULL_MARKS, f"{name}: {faults(report)}"


def test_lighthouse_takes_marks_for_a_planted_fault(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text("<!DOCTYPE html><html><body><img src='x.png'><input></body></html>")
    with served(tmp_path) as address:
        assert marks(lighthouse(f"{address}/planted.html", *FULL_MARKS))["accessibility"] < 1
