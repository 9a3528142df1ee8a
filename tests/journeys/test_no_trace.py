"""Somebody in fear searches and reads; nothing of it is left in the browser, and they can leave at once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser import FLAGS, PHONE, require_chromium
from tests.whole_site import WholeSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
WORDS, PLACE, NEED = "frightened of my husband", "QX4 4YZ", "Domestic abuse"
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


Profile = Callable[[bool], BrowserContext]


@pytest.fixture
def profile(playwright: Playwright, tmp_path: Path) -> Iterator[Profile]:
    """Opens a Chromium that keeps its files in the test's folder, as somebody's own phone does."""
    opened: list[BrowserContext] = []

    def open_profile(scripts: bool) -> BrowserContext:
        opened.append(
            playwright.chromium.launch_persistent_context(
                tmp_path, executable_path=require_chromium(), args=list(FLAGS), java_script_enabled=scripts, viewport=PHONE
            )
        )
        return opened[0]

    yield open_profile
    for context in opened:
        context.close()


def files_with(folder: Path, *secrets: str) -> list[tuple[str, str]]:
    """The files below the folder that hold one of these texts, in any of the ways a browser writes text."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        held = path.read_bytes().lower()
        for secret in secrets:
            text = secret.lower()
            written = {text, text.replace(" ", "+"), text.replace(" ", "%20"), text.replace(" ", "")}
            if any(form.encode(code) in held for form in written for code in ("utf-8", "utf-16-le")):
                found.append((path.name, secret))
    return found


def search(page: Page, site: WholeSite, words: str, place: str = "") -> None:
    """Asks the question through the box on the first page."""
    page.goto(site.url)
    page.get_by_label(re.compile("What is needed")).fill(words)
    page.get_by_label("Where?").fill(place)
    page.get_by_role("button", name="Find services").click()
    expect(page.locator(".pd-result__name a").first).to_be_visible()


def storage_of(page: Page) -> list[str]:
    """The names of everything that the page keeps in the browser."""
    names: list[str] = page.evaluate(
        "async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),"
        " ...(await indexedDB.databases()).map((database) => database.name), ...(await caches.keys())]"
    )
    return names


def answer_elsewhere(context: BrowserContext) -> None:
    """Answers for the page that leaving leads to: no test reaches the world outside."""
    page = "<title>Weather</title>"
    context.route(re.compile(r"^https://"), lambda route: route.fulfill(body=page, content_type="text/html"))


@SCRIPTS
def test_nothing_of_a_search_is_left_in_a_fresh_profile(
    site: WholeSite, profile: Profile, tmp_path: Path, scripts: bool
) -> None:
    elsewhere: list[str] = []
    context = profile(scripts)
    context.on("request", lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(site.url) else None)
    page = context.pages[0]
    search(page, site, WORDS, PLACE)
    first_page = page.url
    for number in (0, 1):
        page.locator(".pd-result__name a").nth(number).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.go_back()
        assert page.url == first_page
        expect(page.locator(".pd-result__name a").first).to_be_visible()
    assert context.cookies() == []
    if scripts:
        assert storage_of(page) == []
    context.close()
    assert elsewhere == []
    assert files_with(tmp_path, site.url), "the profile was not written, so nothing was proved"
    assert files_with(tmp_path, WORDS, "husband", PLACE, NEED) == []


def test_a_question_left_in_an_address_would_be_found(site: WholeSite, profile: Profile, tmp_path: Path) -> None:
    context = profile(True)
    context.pages[0].goto(f"{site.url}/about?words={WORDS}")
    context.close()
    assert {secret for _, secret in files_with(tmp_path, WORDS, NEED)} == {WORDS}


def test_a_question_left_in_a_title_would_be_found(site: WholeSite, profile: Profile, tmp_path: Path) -> None:
    context = profile(True)
    page = context.pages[0]
    page.goto(f"{site.url}/about")
    page.evaluate(f"document.title = '{WORDS}'")
    page.goto(f"{site.url}/privacy")
    context.close()
    assert files_with(tmp_path, WORDS)


@SCRIPTS
def test_one_press_leaves_the_site(site: WholeSite, profile: Profile, tmp_path: Path, scripts: bool) -> None:
    context = profile(scripts)
    answer_elsewhere(context)
    context.route(re.compile(r"\.css$"), lambda route: route.abort())
    page = context.pages[0]
    search(page, site, WORDS)
    page.get_by_role("button", name=re.compile("Exit this page")).first.click()
    expect(page).to_have_title("Weather")
    assert not page.url.startswith(site.url)
    context.close()


def test_shift_three_times_leaves_the_site(site: WholeSite, profile: Profile, tmp_path: Path) -> None:
    context = profile(True)
    answer_elsewhere(context)
    page = context.pages[0]
    search(page, site, WORDS)
    # The result is seen before the script has begun to listen.
    page.locator("[data-govuk-exit-this-page-init]").wait_for()
    for _ in range(3):
        page.keyboard.press("Shift")
    expect(page).to_have_title("Weather")
    context.close()


@SCRIPTS
def test_a_keyboard_reaches_the_way_out_second(site: WholeSite, profile: Profile, tmp_path: Path, scripts: bool) -> None:
    context = profile(scripts)
    answer_elsewhere(context)
    page = context.pages[0]
    page.goto(f"{site.url}/about")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Exit this page")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Weather")
    context.close()
