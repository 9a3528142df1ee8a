"""With a keyboard alone, at every size: each thing can be reached, seen when it is reached, and pressed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser import DESKTOP
from tests.journeys.test_main_job import sign_in
from tests.whole_site import WholeSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

# A window of 1280 by 1024 at 400 %: a quarter of the width and the height, each point four times as large.
ZOOMED: ViewportSize = {"width": 320, "height": 256}
SIZES = {"on a desktop": (DESKTOP, 1), "at 400 %": (ZOOMED, 4)}
FARTHEST = 150  # presses of Tab until a page must have been gone through
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary"
SHOWN = """selector => [...document.querySelectorAll(selector)].filter(element =>
    element.checkVisibility({visibilityProperty: true}) && element.tabIndex >= 0 && !element.disabled
    && !element.closest('details:not([open]) > :not(summary)')).length"""
# What is focused now, in words; whether it stands out; and whether it, or its label, is on the screen and not covered.
FOCUSED = """() => {
    const element = document.activeElement
    if (!element || element === document.body) return null
    const style = getComputedStyle(element)
    const boxes = [element, ...(element.labels || [])].map(one => one.getBoundingClientRect())
    const seen = boxes.some(box => [0.1, 0.5, 0.9].some(part => {
        const x = box.left + Math.min(box.width, 300) * part, y = box.top + Math.min(box.height, 60) * 0.5
        const top = document.elementFromPoint(x, y)
        return top && (element.contains(top) || top.contains(element) || [...(element.labels || [])].some(l => l.contains(top)))
    }))
    const isTick = element.type === 'radio' || element.type === 'checkbox'
    const around = isTick ? getComputedStyle(element.labels[0], '::before') : style
    return {
        words: (element.getAttribute('aria-label') || element.innerText || element.labels?.[0]?.innerText || '').trim(),
        stands_out: [style, around].some(one =>
            (one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== 'none'),
        seen,
    }
}"""


@pytest.fixture(params=SIZES)
def context(request: pytest.FixtureRequest, browser: Browser) -> BrowserContext:
    """A browser without scripts of the site, of one size."""
    size, scale = SIZES[request.param]
    return browser.new_context(viewport=size, device_scale_factor=scale, java_script_enabled=False)


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until something with this name is focused."""
    passed = []
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused and re.search(name, focused["words"]):
            return
        passed.append(focused and focused["words"])
    raise AssertionError(f"Tab never came to {name!r}, only to {passed}")


def faults_of(page: Page) -> list[str]:
    """What cannot be reached with Tab, or cannot be seen when it is reached."""
    faults, reached = [], 0
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        reached += 1
        faults += [f"{focused['words']!r} does not stand out when it is focused"] if not focused["stands_out"] else []
        faults += [f"{focused['words']!r} is covered when it is focused"] if not focused["seen"] else []
    shown = page.evaluate(SHOWN, REACHABLE)
    # A group of radio buttons is one stop of Tab.
    spare = page.evaluate("() => document.querySelectorAll('input[type=radio]').length")
    if not shown - spare <= reached <= shown + 1:
        faults.append(f"{reached} were reached of {shown}")
    return faults


def test_a_stranger_finds_help_and_leaves(site: WholeSite, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(site.url)
    tab_to(page, "What is needed")
    page.keyboard.type("behind with rent")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Results")
    first = page.locator(".pd-result__name a").first.inner_text()
    tab_to(page, "^Narrow the list")
    page.keyboard.press("Enter")
    tab_to(page, "^Cost|^How you attend")
    tab_to(page, f"^{re.escape(first)}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)
    tab_to(page, "Exit this page")
    with page.expect_request(lambda request: not request.url.startswith(site.url)):
        page.keyboard.press("Enter")
    context.close()


def test_a_plan_is_made(site: WholeSite, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/plan")
    tab_to(page, "Age in years")
    page.keyboard.type("9")
    tab_to(page, "Help with")
    page.keyboard.type("Food")
    page.keyboard.press("Enter")
    tab_to(page, "^Make the list")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your list")
    context.close()


def test_a_worker_watches_a_service(site: WholeSite, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, site, "frontline")
    page.goto(site.url)
    tab_to(page, "What is needed")
    page.keyboard.type("lunch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Results")
    name = page.locator(".pd-result__name a").first.inner_text()
    tab_to(page, re.escape(name))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    tab_to(page, "^(Watch this service|Stop watching)$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").or_(page.locator(".govuk-notification-banner"))).to_contain_text("watch")
    context.close()


PAGES = {
    "stranger": ("/", "/plan", "/leaving-quickly"),
    "frontline": ("/alerts", "/watching", "/alerts/choices"),
    "coordinator": ("/manage/services", "/manage/services/add"),
}


@pytest.mark.parametrize("role", PAGES)
def test_everything_on_a_page_is_reached_and_seen(site: WholeSite, context: BrowserContext, role: str) -> None:
    page = context.new_page()
    if role != "stranger":
        sign_in(page, site, role)
    faults: dict[str, list[str]] = {}
    for path in PAGES[role]:
        page.goto(f"{site.url}{path}")
        faults[path] = faults_of(page)
    context.close()
    assert faults == {path: [] for path in PAGES[role]}


PLANTED: dict[str, Callable[[Page], object]] = {
    "does not stand out": lambda page: page.add_style_tag(
        content="*:focus { outline: none !important; box-shadow: none !important }"
    ),
    "is covered": lambda page: page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"position: fixed; inset: 0; background: red\"></p>')"
    ),
    "were reached of": lambda page: page.evaluate(
        "document.querySelectorAll('button').forEach(one => one.addEventListener('focus', () => one.blur()))"
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(site: WholeSite, browser: Browser, fault: str) -> None:
    page = browser.new_page(bypass_csp=True)
    page.goto(f"{site.url}/plan")
    PLANTED[fault](page)
    assert fault in "; ".join(faults_of(page))
    page.close()
