"""The sheet as a printer makes it: real Chromium prints it, and its code is read by a reader that did not make it."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from flask import Flask
from playwright.sync_api import Browser, FloatRect, Page
from pypdf import PdfReader
from werkzeug.serving import make_server

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Taking
from partnerdir.settings import Settings
from partnerdir.web.papers import MOST_ON_PAPER, sealed_list
from tests import make, people
from tests.conftest import make_settings
from tests.whole_site import free_port

pytestmark = pytest.mark.browser
A4 = (595, 842)  # points
PIXELS = """
async data => {
  const bitmap = await createImageBitmap(await (await fetch(data)).blob())
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  context.drawImage(bitmap, 0, 0)
  const {data: bytes} = context.getImageData(0, 0, bitmap.width, bitmap.height)
  return [bitmap.width, Array.from(bytes).filter((_, place) => place % 4 === 0)]
}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A site that is reached at an address of its own."""
    return make_settings(tmp_path, site_url=f"http://127.0.0.1:{free_port()}", desk_phone="0131 496 0099")


@pytest.fixture
def served(app: Flask, settings: Settings) -> Iterator[str]:
    """The site, answering a browser."""
    server = make_server("127.0.0.1", int(settings.site_url.rsplit(":", 1)[1]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield settings.site_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def services(app: Flask) -> list[Service]:
    """As many services as a sheet holds, with much to say."""
    made = []
    with make.saved():
        for number in range(MOST_ON_PAPER):
            service = make.a_service(
                f"Harbour Service {number}", phones=[f"0131 496 00{number:02}"], summary="Somebody comes with you. " * 4,
                taking=Taking.NOW, minimum_age=16, application_process="They ring you back within two days. " * 3,
                fees_description="Free", assured_on=clock.today(),
            )  # fmt: skip
            place = directory.add_location(name="Harbour Hall", address_1="1 Quay Street", postal_code="ZZ1 1AA")
            directory.add_service_at_location(service, place, "Bus 7 stops outside.")
            make.a_window(service, clock.today() + timedelta(400 + number), make.a_fund(f"F{number}", f"G{number}"))
            made.append(service)
    return made


@pytest.fixture
def page(app: Flask, served: str, services: list[Service], browser: Browser) -> Iterator[Page]:
    """The sheet of all of them, open on a worker's screen."""
    worker = people.a_person(RoleName.FRONTLINE)
    with app.test_request_context():
        listed = sealed_list([service.id for service in services])
    context = browser.new_context(device_scale_factor=2)
    page = context.new_page()
    page.goto(f"{served}/sign-in")
    page.locator("#email").fill(worker.email)
    page.locator("#password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{served}/print/{listed}")
    yield page
    context.close()


def _printed(page: Page) -> PdfReader:
    return PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))


def _read_codes(page: Page, picture: bytes) -> list[str]:
    blank = page.context.new_page()
    width, greys = blank.evaluate(PIXELS, "data:image/png;base64," + b64encode(picture).decode())
    blank.close()
    found = zxingcpp.read_barcodes(np.array(greys, dtype=np.uint8).reshape(-1, width))
    return [code.text for code in found]


def _place_of_code(page: Page) -> FloatRect:
    """Where the code is, and a little around it; the whole page has too many pixels to be looked at one by one."""
    box = page.locator(".pd-paper__code").bounding_box()
    assert box is not None
    return {"x": box["x"] - 8, "y": box["y"] - 8, "width": box["width"] + 16, "height": box["height"] + 16}


def test_the_sheet_is_a4_and_breaks_inside_no_service(page: Page) -> None:
    paper = _printed(page)
    assert all(abs(float(side) - wanted) < 2 for side, wanted in zip(paper.pages[0].mediabox[2:], A4, strict=True))
    texts = [one.extract_text() for one in paper.pages]
    for number in range(MOST_ON_PAPER):
        holding = [text for text in texts if f"Harbour Service {number}" in text]
        assert len(holding) == 1
        part = holding[0].partition(f"Harbour Service {number}")[2]
        assert f"0131 496 00{number:02}" in part
        assert "Checked on" in part.partition(f"Harbour Service {number + 1}")[0]
    assert 4 <= len(texts) <= MOST_ON_PAPER


def test_nothing_but_the_sheet_is_on_the_paper(page: Page) -> None:
    text = " ".join(one.extract_text() for one in _printed(page).pages)
    for words in ("Find a service", "Sign out", "Exit this page", "Print this page", "Privacy", "partnerdir", "See the list"):
        assert words not in text
    for words in ("People who can help", "Ask for a new sheet after", "ring 999", "0131 496 0099"):
        assert words in text


def test_the_paper_is_black_on_white_with_large_numbers(page: Page) -> None:
    page.emulate_media(media="print")
    styles = page.evaluate(
        "[...document.querySelectorAll('.pd-paper, .pd-paper *')].filter(each => each.checkVisibility())"
        ".map(each => getComputedStyle(each)).map(style => [style.color, style.backgroundColor])"
    )
    assert {colour for colour, _ in styles} == {"rgb(0, 0, 0)"}
    assert {ground for _, ground in styles} <= {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.pd-sheet__numbers p')).fontSize)")
    assert size >= 24  # CSS pixels, 18 points: what large print is
    body = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.pd-sheet__about')).fontSize)")
    assert body >= 18


def test_the_code_on_the_paper_leads_to_the_list_for_somebody_who_has_not_signed_in(page: Page, browser: Browser) -> None:
    page.emulate_media(media="print")
    codes = _read_codes(page, page.screenshot(clip=_place_of_code(page)))
    assert len(codes) == 1
    context = browser.new_context(java_script_enabled=False)
    phone = context.new_page()
    answer = phone.goto(codes[0])
    assert answer is not None
    assert answer.status == 200
    assert phone.get_by_role("heading", level=1).inner_text() == "Your list"
    assert phone.locator("article").count() == MOST_ON_PAPER
    assert phone.get_by_role("button", name="Exit this page").count() == 1
    assert context.cookies() == []
    context.close()


def test_a_code_that_is_torn_is_not_read(page: Page) -> None:
    place = _place_of_code(page)
    page.evaluate("document.querySelector('.pd-paper__code').remove()")
    assert _read_codes(page, page.screenshot(clip=place)) == []
