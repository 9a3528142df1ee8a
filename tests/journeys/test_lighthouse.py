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


def lighthouse(address: str, *categories: str) -> dict[str, Any]:
    """What Lighthouse's mobile run says of a page."""
    browser = find_chromium()
    assert browser is not None
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["node", "node_modules/lighthouse/cli/index.js", address, "--quiet", "--output=json", "--no-enable-error-reporting",
         f"--only-categories={','.join(categories)}", f"--chrome-flags={' '.join(('--headless', *FLAGS))}"],
        cwd=TOOLS, env=os.environ | {"PATH": path, "CHROME_PATH": str(browser)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def marks(report: dict[str, Any]) -> dict[str, float]:
    """The mark in each category, from 0 to 1."""
    return {name: category["score"] for name, category in report["categories"].items()}


def faults(report: dict[str, Any]) -> list[str]:
    """What it found wrong."""
    return [audit["title"] for audit in report["audits"].values() if audit["score"] is not None and audit["score"] < 1]


def pages_of(site: WholeSite, browser: Browser) -> dict[str, str]:
    """The first page, a list of results and a service, by what they are."""
    page = browser.new_page()
    search(page, site, "behind with rent")
    results = page.url
    service = page.locator(".pd-result__name a").first.get_attribute("href")
    page.close()
    return {"first page": site.url, "results": results, "service": f"{site.url}{service}"}


def test_lighthouse_gives_full_marks(site: WholeSite, browser: Browser) -> None:
    for name, address in pages_of(site, browser).items():
        report = lighthouse(address, *FULL_MARKS)
        assert marks(report) == FULL_MARKS, f"{name}: {faults(report)}"


def test_lighthouse_takes_marks_for_a_planted_fault(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text("<!DOCTYPE html><html><body><img src='x.png'><input></body></html>")
    with served(tmp_path) as address:
        assert marks(lighthouse(f"{address}/planted.html", *FULL_MARKS))["accessibility"] < 1
