"""Rule 9, as far as visiting tells: every page parses, has a title and one heading, and no door fails."""

from collections.abc import Iterable
from typing import Any

import html5lib
import pytest
from html5lib.constants import E

from tests.house.findings import assert_none
from tests.house.visits import STRANGER, Visit

HTML = "{http://www.w3.org/1999/xhtml}"


def malformed_pages(visits: Iterable[Visit]) -> list[str]:
    """Pages that do not parse, have no title of their own or not exactly one h1."""
    return [f"{visit} {problem}" for visit in visits if visit.page for problem in _problems(visit.page)]


def _problems(page: str) -> list[str]:
    parser = html5lib.HTMLParser()
    tree = parser.parse(page)
    lines = [*page.splitlines(), ""]
    problems = [
        f"does not parse: {E[code] % values} Line {line}: {lines[line - 1].strip()[:160]}"
        for (line, _column), code, values in parser.errors
    ]
    titles = [_words(title) for title in tree.iter(f"{HTML}title")]
    if len(titles) != 1 or not titles[0].partition("–")[0].strip():
        problems.append(f"has no title of its own: {titles}")
    headings = [_words(heading) for heading in tree.iter(f"{HTML}h1")]
    if len(headings) != 1 or not headings[0]:
        problems.append(f"has {len(headings)} h1 instead of one: {headings}")
    return problems


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def failed_doors(visits: Iterable[Visit]) -> list[str]:
    """Doors that answer with a fault of ours."""
    return [f"{visit} answers {visit.status} {visit.fault}".strip() for visit in visits if visit.status >= 500]


def test_every_page_parses_and_has_a_title_and_one_heading(visits: list[Visit]):
    assert_none(malformed_pages(visits))


def test_no_door_fails(visits: list[Visit]):
    assert_none(failed_doors(visits))


def test_the_walk_reads_pages(visits: list[Visit]):
    assert sum(1 for visit in visits if visit.page) > 50


GOOD = "<!DOCTYPE html><html lang=en><head><title>Help – partnerdir</title></head><body><h1>Help</h1></body></html>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<h1>Help</h1>", ""),
        ("<h1>Help</h1>", "<h1> </h1>"),
        ("<h1>Help</h1>", "<h1>Help</h1><h1>More</h1>"),
        ("<h1>Help</h1>", "<h1>Help"),
        ("<h1>Help</h1>", "<h1>Help</h1></div>"),
        ("<h1>Help</h1>", "<h1>Help</h1><p><div></div></p>"),
        ("<h1>Help</h1>", "<h1>Help</h1><a href='a' href='b'>A</a>"),
        ("<h1>Help</h1>", "<h1>Help</h1><table><p>A</p></table>"),
        ("<title>Help – partnerdir</title>", ""),
        ("<title>Help – partnerdir</title>", "<title></title>"),
        ("<title>Help – partnerdir</title>", "<title> – partnerdir</title>"),
        ("<!DOCTYPE html>", ""),
    ],
)
def test_a_malformed_page_is_caught(before, after):
    assert malformed_pages([Visit(STRANGER, "GET", "planted", "/", 200, page=GOOD)]) == []
    assert malformed_pages([Visit(STRANGER, "GET", "planted", "/", 200, page=GOOD.replace(before, after))])


def test_a_door_that_fails_is_caught():
    assert failed_doors([Visit(STRANGER, "POST", "planted", "/", 500)]) == ["POST / (planted) as a stranger answers 500"]
