"""How tests read a page: a page that parses, its links, its words."""

import re
from html import unescape

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir.search.index import rebuild

HTML = "{http://www.w3.org/1999/xhtml}"


def words_of(answer: TestResponse) -> str:
    """What a reader reads: without markup, spaces as one."""
    main = re.sub(r"(?s).*<main[^>]*>|</main>.*", "", answer.text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).replace(" ,", ",").replace(" ;", ";").strip()


def title_of(answer: TestResponse) -> str:
    """The words in the browser's tab."""
    found = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
    assert found
    return unescape(found[1])


def link_named(answer: TestResponse, name: str) -> str:
    """The address of the first link whose words begin like this."""
    tree = html5lib.parse(answer.text)
    for link in tree.iter(f"{HTML}a"):
        if " ".join("".join(link.itertext()).split()).startswith(name):
            return str(link.get("href"))
    raise AssertionError(f"No link is called {name!r}.")


def names_in(answer: TestResponse) -> list[str]:
    """The names of the services in a list, in order."""
    return [unescape(name) for name in re.findall(r'class="pd-result__name"><a [^>]*>(.*?)</a>', answer.text)]


def asked(client: FlaskClient, words: str = "", **fields: str) -> TestResponse:
    """The page that answers a search, reached as a browser reaches it."""
    return client.post("/search", data={"words": words, "area": "", **fields}, follow_redirects=True)


def index(app: Flask) -> None:
    """Makes the index of what is recorded now."""
    rebuild(app.extensions["settings"].resolved_index_folder)


def typed_in(page: TestResponse) -> dict[str, object]:
    """What a browser would send of the plan's form as it is."""
    [form] = [form for form in html5lib.parse(page.text).iter(f"{HTML}form") if form.get("action") == "/plan"]
    found: dict[str, object] = {}
    for field in form.iter(f"{HTML}input"):
        name = str(field.get("name"))
        if field.get("type") != "checkbox":
            found[name] = field.get("value") or ""
        elif field.get("checked") is not None:
            ticked = found.get(name)
            several = name.startswith("circumstances")
            found[name] = sorted([*(ticked if isinstance(ticked, list) else []), str(field.get("value"))]) if several else "yes"
    for field in form.iter(f"{HTML}select"):
        chosen = [option.get("value") for option in field.iter(f"{HTML}option") if option.get("selected") is not None]
        found[str(field.get("name"))] = chosen[0] if chosen else ""
    return found
