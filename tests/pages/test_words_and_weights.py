"""What a visitor reads is in plain words, and what a phone must fetch for it is little."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
import textstat
from flask.testing import FlaskClient

HTML = "{http://www.w3.org/1999/xhtml}"
SPOKEN = tuple(f"{HTML}{name}" for name in ("p", "li", "h1", "h2", "h3", "summary", "label", "dd"))
FIXED = ("/", "/about", "/privacy", "/accessibility", "/leaving-quickly", "/plan", "/no-such-page")
HIGHEST_GRADE = 7.0  # of a United States school: what somebody of twelve or thirteen reads
MOST_BYTES, MOST_REQUESTS = 60 * 1024, 5
HARD = (
    "Organisational representatives facilitate comprehensive interdisciplinary consultations regarding "
    "multidimensional vulnerabilities, notwithstanding considerable administrative complications."
)


def sentences(page: str) -> Iterator[str]:
    """What a page says in its main part, each heading, paragraph or point ended as a sentence."""
    main = next(html5lib.parse(page).iter(f"{HTML}main"))
    for part in main.iter():
        if part.tag in SPOKEN and not any(child.tag in SPOKEN for child in part.iter() if child is not part):
            words = " ".join(_text_of(part).split())
            if words:
                yield words if words[-1] in ".!?" else f"{words}."


def _text_of(element: Element) -> str:
    return "".join(element.itertext())


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text."""
    return float(textstat.flesch_kincaid_grade(text))


def fetched(client: FlaskClient, address: str) -> dict[str, int]:
    """What a browser without scripts fetches for a first view, in bytes as sent over the line."""
    page = client.get(address, headers={"Accept-Encoding": "gzip"})
    assets = {f"/static/built/{name}" for name in re.findall(r'/static/built/([^"]+)', page.text)}
    return {address: len(page.data)} | {asset: _length(client, asset) for asset in sorted(assets)}


def _length(client: FlaskClient, address: str) -> int:
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    size = len(answer.data)
    answer.close()
    return size


@pytest.mark.parametrize("address", FIXED)
def test_fixed_texts_are_in_plain_words(visitor: FlaskClient, address: str) -> None:
    said = list(sentences(visitor.get(address).text))
    assert said
    assert grade(" ".join(said)) <= HIGHEST_GRADE, said


def test_hard_words_are_found() -> None:
    assert grade(HARD) > HIGHEST_GRADE


def test_a_first_view_is_light(visitor: FlaskClient) -> None:
    loads = fetched(visitor, "/")
    assert len(loads) <= MOST_REQUESTS
    assert sum(loads.values()) <= MOST_BYTES, loads


def test_a_heavy_asset_would_be_found(visitor: FlaskClient) -> None:
    built = Path(visitor.application.static_folder or "") / "built"
    styles = next(built.glob("site.*.css"))
    assert f"/static/built/{styles.name}" in fetched(visitor, "/")
    assert _length(visitor, f"/static/built/{styles.name}") < styles.stat().st_size
