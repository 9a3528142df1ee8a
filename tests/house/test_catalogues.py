"""What is said in other languages is complete and lost no placeholder or tag; no template says a word unmarked."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment

from tests.house.catalogues import ROOT, collected

CATALOGUES = sorted(ROOT.glob("partnerdir/translations/*/LC_MESSAGES/messages.po"))
HOLES_AND_TAGS = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+[^>]*>")
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2}")
# Names that are the same in every language.
NAMES = ("GOV.UK", "partnerdir", "BSL")


def written(path: Path) -> Catalog:
    """A catalogue as its translators left it."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def lacking(catalogue: Catalog, said: Catalog) -> list[str]:
    """The messages that are said and that the catalogue has no words for."""
    return [
        str(message.id)
        for message in said
        if message.id and not ((found := catalogue.get(message.id, message.context)) and all(_forms(found)))
    ]


def damaged(catalogue: Catalog) -> list[str]:
    """The messages whose words have other placeholders or tags than the English, or are as the English with spaces lost."""
    return [
        f"{message.id} | {form}" for message in catalogue if message.id for form in _forms(message) if _differs(message, form)
    ]


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _differs(message: Message, form: str) -> bool:
    english = message.id if isinstance(message.id, tuple | list) else (message.id,)
    return bool(form) and not any(_frame(form) == _frame(text) for text in english)


def _frame(text: str) -> tuple[Counter[str], bool, bool]:
    """What must come through unchanged: placeholders and tags, and whether a space is at either end."""
    return Counter(HOLES_AND_TAGS.findall(text)), text[:1].isspace(), text[-1:].isspace()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_has_words_for_everything_that_is_said(path: Path) -> None:
    assert lacking(written(path), collected()) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_no_placeholder_or_tag_is_lost_in_another_language(path: Path) -> None:
    assert damaged(written(path)) == []


def test_planted_faults_of_a_catalogue_are_found() -> None:
    said, catalogue = Catalog(), Catalog(locale="pl")
    for english in ("Hello %(name)s", "Ring <b>now</b>", "Goodbye", ("%(num)s day", "%(num)s days")):
        said.add(english)
    catalogue.add("Hello %(name)s", "Witaj %(nazwa)s")
    catalogue.add("Ring <b>now</b>", "Zadzwoń teraz")
    catalogue.add(("%(num)s day", "%(num)s days"), ("%(num)s dzień", "", "%(num)s dni"))
    assert lacking(catalogue, said) == ["Goodbye", "('%(num)s day', '%(num)s days')"]
    assert len(damaged(catalogue)) == 2


def unmarked(template: str) -> list[str]:
    """The words of a template that stand in no message."""
    text, is_marked, said = [], False, []
    for _line, kind, value in Environment(extensions=["jinja2.ext.i18n"], autoescape=True).lex(template):
        if kind == "name" and value in ("trans", "endtrans"):
            is_marked = value == "trans"
        if kind == "data" and not is_marked:
            text.append(value)
        elif kind == "variable_begin":
            text.append("{}")
    for words in TAGS.sub("\x1f", "".join(text)).split("\x1f"):
        rest = re.sub("|".join(map(re.escape, NAMES)), "", re.sub(r"&\w+;", "", words))
        said += [" ".join(rest.split())] if WORD.search(rest) else []
    return said


def test_no_template_says_a_word_that_is_not_marked() -> None:
    pages = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt")]
    assert len(pages) > 80
    assert [f"{path.relative_to(ROOT)}: {words}" for path in pages for words in unmarked(path.read_text())] == []


def test_a_planted_word_in_a_template_is_found() -> None:
    marked = "{% trans %}Ring <b>now</b>{% endtrans %} {{ _('Hello') }} <script>let it</script><p class=\"one two\">GOV.UK</p>"
    assert unmarked(marked) == []
    assert unmarked(marked + "<p>Planted {{ name }}</p>") == ["Planted {}"]
