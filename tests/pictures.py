"""Takes the pictures of the README, of the demonstration district, with scripts off: `python -m tests.pictures`."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import FLAGS
from tests.system_packages import find_chromium
from tests.whole_site import WholeSite, running

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1200, "height": 900}
ALL_TROUBLES = "kids not going to school and mum's drinking"


def home(page: Page, site: WholeSite) -> None:
    """The first page."""
    page.goto(site.url)


def results(page: Page, site: WholeSite) -> None:
    """What a sentence finds near a postcode."""
    page.goto(site.url)
    page.fill("#words", ALL_TROUBLES)
    page.fill("#place", "QX1 1AA")
    page.get_by_role("button", name="Find services").click()


def on_a_map(page: Page, site: WholeSite) -> None:
    """The same on a map."""
    results(page, site)
    page.get_by_role("link", name="Show these on a map").click()


def plan(page: Page, site: WholeSite) -> None:
    """The fewest services for all of it."""
    page.goto(f"{site.url}/plan")
    page.fill("#age-1", "34")
    page.fill("#words", ALL_TROUBLES)
    page.fill("#place", "QX1 1AA")
    page.press("#words", "Enter")


def service(page: Page, site: WholeSite) -> None:
    """The page of one service."""
    results(page, site)
    page.get_by_role("link", name="Young Carers").first.click()


def window(page: Page, site: WholeSite) -> None:
    """A coordinator moves the last day of a service's money."""
    email, password = site.sign_ins()["coordinator"]
    page.goto(f"{site.url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.get_by_role("button", name="Sign in").click()
    service(page, site)
    page.get_by_role("link", name="Change this service").click()
    page.locator(".pd-timeline__note a").last.click()


def mail(page: Page, site: WholeSite) -> None:
    """The warning that a frontline worker gets."""
    email, _password = site.sign_ins()["frontline"]
    site.mailbox.wait_for(email, "Funding", seconds=60)
    body = next(mail for mail in site.mailbox.mails if email in str(mail["To"])).get_body(("html",))
    assert body is not None
    page.set_content(body.get_content())


PICTURES: dict[str, tuple[ViewportSize, Callable[[Page, WholeSite], None]]] = {
    "home-phone": (PHONE, home),
    "results-desktop": (DESKTOP, results),
    "map-desktop": (DESKTOP, on_a_map),
    "plan-phone": (PHONE, plan),
    "service-desktop": (DESKTOP, service),
    "window-desktop": (DESKTOP, window),
    "mail-phone": (PHONE, mail),
}


def take(browser: Browser, site: WholeSite, folder: Path) -> None:
    """Takes each picture in a browser that has seen nothing before."""
    for name, (size, go) in PICTURES.items():
        context = browser.new_context(viewport=size, java_script_enabled=False)
        page = context.new_page()
        go(page, site)
        page.screenshot(path=folder / f"{name}.png")
        context.close()


def main() -> int:
    """Takes all of them."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        take(browser, site, FOLDER)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
