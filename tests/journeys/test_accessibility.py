"""The district's own pages on a desktop: axe finds nothing, signed out and as each role. Phones: tests/pages."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import DESKTOP
from tests.journeys.test_main_job import sign_in
from tests.whole_site import WholeSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

PUBLIC = ("/", "/plan", "/about", "/privacy", "/accessibility", "/leaving-quickly", "/no-such-page")
STAFF = ("/ending", "/watching", "/alerts", "/alerts/choices", "/alerts/feeds", "/password/change")
PAGES = {
    "stranger": (*PUBLIC, "/sign-in", "/password/new"),
    "frontline": (*PUBLIC, *STAFF),
    "coordinator": (*STAFF, "/manage/services", "/manage/services/add"),
    "steward": ("/manage/accounts", "/manage/accounts/add"),
}


def _addresses(page: Page, site: WholeSite, role: str) -> Iterator[str]:
    yield from (f"{site.url}{path}" for path in PAGES[role])
    page.goto(site.url)
    page.get_by_label(re.compile("What is needed")).fill("help")
    page.get_by_role("button", name="Find services").click()
    yield page.url
    service = page.locator(".pd-result__name a").first.get_attribute("href")
    yield f"{site.url}{service}"
    if role == "coordinator":
        manage = f"{site.url}/manage{service}"
        yield from (manage, f"{manage}/changes", f"{manage}/contacts/add", f"{manage}/windows/add")
        page.goto(manage)
        changes = page.get_by_role("link", name=re.compile("^Change ."))
        hrefs = {str(link.get_attribute("href")) for link in changes.all()}
        yield from (f"{site.url}{href}" for href in sorted(hrefs))


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_no_violation_on_any_page_of_the_district(site: WholeSite, browser: Browser, role: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    if role != "stranger":
        sign_in(page, site, role)
    problems: list[str] = []
    for address in list(_addresses(page, site, role)):
        page.goto(address)
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
