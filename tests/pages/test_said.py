"""Every fixed word of every page and mail goes through gettext: in a language made of brackets, nothing stands outside them."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask

from partnerdir import languages
from partnerdir.database import db
from partnerdir.tables import Base
from tests.conftest import make_settings, running_site
from tests.house.catalogues import collected
from tests.house.visits import READERS, visit_everything

# Welsh lends its months and its plurals; not one of its words is in our catalogue.
LENDER = "cy"
OPEN, CLOSE = "⟦", "⟧"
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")
UNSPOKEN_TAGS = ("script", "style", "svg")
# What the walk searches for, and what it removes before the records are read; and a sentence from WTForms' own catalogue.
OF_THE_WALK = (
    *("partnerdir", "family", "rent", "Rent", "Duty worker", "duty@harbour.example", "Tuesday visits"),
    "Nid yw hwn yn ddewis dilys",
)
ADDRESS = re.compile(r"https?://\S+")


class Words(HTMLParser):
    """The texts of a page, and those that only a screen reader says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.unspoken = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unspoken += tag in UNSPOKEN_TAGS
        self.said += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self.unspoken -= tag in UNSPOKEN_TAGS

    def handle_data(self, data: str) -> None:
        if not self.unspoken:
            self.said.append(data)


def unmarked(page: str, recorded: Iterable[str]) -> list[str]:
    """The words of a page that neither stand in brackets nor are recorded."""
    reader = Words()
    reader.feed(page)
    text = "\x1f".join(reader.said)
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    text = ADDRESS.sub("", text)
    for words in recorded:
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", "", text)
    return [" ".join(bit.split()) for bit in text.split("\x1f") if re.search(r"[^\W\d_]{2}", bit)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Every page as everybody reads it in brackets, and every text that the records hold, the longest first."""
    folder = tmp_path_factory.mktemp("brackets")
    write_brackets(folder / LENDER / "LC_MESSAGES")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "FOLDER", folder)
        for site in running_site(make_settings(tmp_path_factory.mktemp("site"), languages=LENDER)):
            visits = {str(visit): visit.page for visit in visit_everything(site) if visit.page}
            yield visits, sorted(recorded_texts(site), key=len, reverse=True)
    languages.offer((languages.WRITTEN_IN,))
    languages.speak(languages.WRITTEN_IN)


def write_brackets(folder: Path) -> None:
    """A catalogue in which every message is the English one, in brackets."""
    catalogue = Catalog(locale=LENDER)
    for message in collected():
        if isinstance(message.id, tuple):
            one, many = (f"{OPEN}{text}{CLOSE}" for text in message.id)
            catalogue.add(message.id, (one, *[many] * (catalogue.num_plurals - 1)), context=message.context)
        elif message.id:
            catalogue.add(message.id, f"{OPEN}{message.id}{CLOSE}", context=message.context)
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)


def recorded_texts(site: Flask) -> set[str]:
    """Every text of every record, and the months of the language that was lent."""
    texts = {*OF_THE_WALK, *READERS, *Locale(LENDER).months["format"]["wide"].values()}
    with site.app_context():
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if isinstance(column.type, sa.String)]
            for row in db.session.execute(sa.select(*columns)) if columns else ():
                texts |= {text for text in row if text}
    return texts


def test_no_fixed_word_stands_outside_the_catalogue(pages: tuple[dict[str, str], list[str]]) -> None:
    visits, recorded = pages
    assert len(visits) > 200
    said = {f"{bit} ({visit})" for visit, page in visits.items() for bit in unmarked(page, recorded)}
    assert sorted(said) == []


def test_a_word_that_is_not_marked_is_found() -> None:
    planted = f"<p>{OPEN}Ring {OPEN}now{CLOSE}{CLOSE} Harbour Hall</p><p title='Planted'>{OPEN}Hello{CLOSE} there</p>"
    assert unmarked(planted, ["Harbour Hall"]) == ["Planted", "there"]
