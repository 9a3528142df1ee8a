"""From a search by a stranger to a warning in a worker's inbox."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from partnerdir import clock
from partnerdir.dates import spoken_day
from tests.browser import DESKTOP, PHONE
from tests.whole_site import WholeSite, plain_text

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def sign_in(page: Page, site: WholeSite, role: str) -> str:
    """Signs in through the page and returns the e-mail address."""
    email, password = site.sign_ins()[role]
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return email


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_stranger_finds_a_service_and_carries_nothing_away(site: WholeSite, browser: Browser, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts, viewport=PHONE)
    elsewhere: list[str] = []
    context.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(site.url) else None)
    page = context.new_page()
    page.goto(site.url)
    page.get_by_label(re.compile("What is needed")).fill("behind with rent")
    page.get_by_role("button", name="Find services").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    results = page.locator(".pd-result__name a")
    assert results.count() >= 3
    for word in ("behind", "rent"):
        assert word not in page.url
        assert word not in page.title().lower()
    name = results.first.inner_text()
    results.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.go_back()
    assert page.locator(".pd-result__name a").first.inner_text() == name
    assert context.cookies() == []
    assert elsewhere == []
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_moved_end_date_reaches_the_worker_who_watches(site: WholeSite, browser: Browser, scripts: bool) -> None:
    worker = browser.new_context(java_script_enabled=scripts, viewport=PHONE).new_page()
    worker_email = sign_in(worker, site, "frontline")
    coordinator = browser.new_context(java_script_enabled=scripts, viewport=DESKTOP).new_page()
    sign_in(coordinator, site, "coordinator")

    name, address = f"Moved service {scripts}", _add_funded_service(coordinator, site, f"Moved service {scripts}")
    worker.goto(f"{site.url}/services/{address}")
    worker.get_by_role("button", name="Watch this service").click()
    expect(worker.get_by_role("button", name="Stop watching", exact=True)).to_be_visible()
    _be_told_of_everything_at_once(worker, site)
    site.run("alerts", "scan")

    new_end = clock.today() + timedelta(days=41 if scripts else 43)
    coordinator.goto(f"{site.url}/manage/services/{address}")
    coordinator.locator("section", has=coordinator.get_by_role("heading", name="Funding")).get_by_role(
        "link", name=re.compile("^Change")
    ).click()
    _fill_day(coordinator, "ends_on", new_end)
    coordinator.get_by_label("Who told you?").fill("Project lead")
    coordinator.get_by_role("button", name="Save the funding").click()
    expect(coordinator.get_by_text("The funding is saved.")).to_be_visible()

    site.run("alerts", "scan")
    mail = site.mailbox.wait_for(worker_email, name)
    assert spoken_day(new_end) in plain_text(mail)
    assert "Project lead" in plain_text(mail)


def _be_told_of_everything_at_once(page: Page, site: WholeSite) -> None:
    """Chooses so on the page, since what is not urgent waits for Monday otherwise."""
    page.goto(f"{site.url}/alerts/choices")
    page.get_by_role("group", name="And of everything else?").get_by_label("At once").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("We tell you as you chose.")).to_be_visible()


def _add_funded_service(page: Page, site: WholeSite, name: str) -> str:
    """Adds a service that is funded for long, through the pages, and returns its id."""
    page.goto(f"{site.url}/manage/services/add")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Organisation").fill("Journey Trust")
    page.get_by_role("button", name="Add the service").click()
    expect(page.get_by_text(f"{name} is added.")).to_be_visible()
    service_id = page.url.rsplit("/", 1)[1]
    page.get_by_role("button", name="Add funding").click()
    _fill_day(page, "ends_on", clock.today() + timedelta(days=900))
    page.get_by_label("If it is not in the list: who pays").fill("Journey Funder")
    page.get_by_label("and the name of their fund").fill("Journey Fund")
    page.get_by_label("Who told you?").fill("Fund officer")
    page.get_by_role("button", name="Save the funding").click()
    expect(page.get_by_text("The funding is added.")).to_be_visible()
    return service_id


def _fill_day(page: Page, name: str, day: object) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):  # type: ignore[attr-defined]  # a date
        page.locator(f"#{name}-{part}").fill(str(value))
