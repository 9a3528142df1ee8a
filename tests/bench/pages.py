"""Prints how fast Lighthouse, as on a phone, finds the pages a visitor reads: `python -m tests.bench.pages`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import FLAGS
from tests.journeys.test_lighthouse import lighthouse, marks, pages_of
from tests.system_packages import find_chromium
from tests.whole_site import running

CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = 3  # the middle of so many runs is what counts
LEAST = 0.95
FIGURES = {
    "first-contentful-paint": "first words",
    "largest-contentful-paint": "largest part",
    "total-blocking-time": "blocked",
    "cumulative-layout-shift": "shift",
}


def main() -> int:
    """Measures each page several times and prints the middle; 1 if one is slower than promised."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            addresses = pages_of(site, browser)
            browser.close()
        slow = 0
        for name, address in addresses.items():
            reports = sorted(
                (lighthouse(address, *CATEGORIES) for _ in range(TIMES)), key=lambda one: marks(one)["performance"]
            )
            report = reports[TIMES // 2]
            figures = ", ".join(f"{words} {report['audits'][audit]['displayValue']}" for audit, words in FIGURES.items())
            print(f"{name:12} {', '.join(f'{mark} {score * 100:.0f}' for mark, score in marks(report).items())}; {figures}")
            slow += marks(report)["performance"] < LEAST
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
