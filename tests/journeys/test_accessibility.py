"""The district's own pages on a desktop: axe finds nothing, signed out and as each role. Every page and state: tests/pages."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import DESKTOP
from tests.journeys.test_main_job import sign_in
from tests.whole_site import WholeSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

# One page of each layout: what a desktop may break is how parts stand beside each other.
PAGES = {
    "stranger": ("/", "/plan", "/privacy", "/sign-in"),
    "frontline": ("/watching", "/alerts", "/lists"),
    "coordinator": ("/ending", "/manage/services"),
    "steward": ("/manage/accounts",),
}


def _addresses(page: Page, site: WholeSite, role: str) -> Iterator[str]:
    yield from (f"{site.url}{path}" for path in PAGES[role])
    page.goto(site.url)
    page.get_by_label(re.compile("What is needed")).fill("help")
    page.get_by_role("button", name="Find services").click()
    results, service = page.url, page.locator(".pd-result__name a").first.get_attribute("href")
    if role == "stranger":
        yield results
    if role != "steward":
        yield f"{site.url}{service}"
    if role == "coordinator":
        yield f"{site.url}/manage{service}"


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_no_violation_beside_each_other(site: WholeSite, browser: Browser, role: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    if role != "stranger":
        sign_in(page, site, role)
    problems: list[str] = []
    for address in list(_addresses(page, site, role)):
        assert (answer := page.goto(address)) is not None
        assert answer.ok, address
        found = Axe().run(page)
        problems += [f"{address}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{address}: scrolls sideways")
    context.close()
    assert problems == []


def test_axe_finds_a_planted_fault(site: WholeSite, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(site.url)
    page.evaluate("document.querySelector('label').remove()")
    assert "label" in {violation["id"] for violation in Axe().run(page).response["violations"]}
    page.close()
