"""What stands in one cell of somebody else's file, cleaned: text without markup, links, telephones, days."""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser

from partnerdir.dates import spoken_day

# What Windows-1252 text looks like after somebody read it as Latin-1: quotes and dashes became control characters.
WINDOWS_CONTROLS = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
BREAKS = {"br", "p", "div", "li", "tr", "ul", "ol", "h1", "h2", "h3", "h4"}
UNSEEN = {"script", "style"}
TAGS = BREAKS | UNSEEN | {"a", "b", "i", "u", "em", "strong", "span", "font", "img", "table", "td", "body", "html"}
MARKUP = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})\b[^>]*>", re.I)
SPECIAL = re.compile("[<&]")
ENTITY = re.compile(r"&(?:[a-z]+\d?|#\d+|#x[0-9a-f]+);", re.I)
LINK = re.compile(r"""<a\b[^>]*\bhref\s*=\s*["']?([^"'\s>]+)""", re.I)
ADDRESS_OF_PAGE = re.compile(r"https?://[^\s/@]+\.[^\s/@]+(?:[/?#]\S*)?", re.I)
ADDRESS_OF_MAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;.]+(?:\.[^@\s<>,;.]+)+")
POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.I)
OUTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?", re.I)
BETWEEN_NUMBERS = re.compile(r"\s*(?:[\n;/]|\bor\b)\s*", re.I)
DIGITS_OF_A_NUMBER = range(10, 15)


class Unusable(Exception):
    """A cell that cannot be used; the rest of its row can."""


class Impossible(Exception):
    """A day that does not exist: whoever wrote the file did not mean what it says."""


def plain_text(cell: str) -> str:
    """The words of a cell, without markup, control characters or needless space; lines stay lines."""
    if cell.isascii() and cell.isprintable() and not SPECIAL.search(cell):
        return " ".join(cell.split())
    text = cell.translate(WINDOWS_CONTROLS).replace("\r\n", "\n").replace("\r", "\n")
    if MARKUP.search(text):
        text = _Words.of(text)
    text = ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = unicodedata.normalize("NFC", text)
    kept = "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"})
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(cell: str) -> str:
    """The words of a cell in one line."""
    return " ".join(plain_text(cell).split())


def shortened(text: str, most: int) -> str:
    """The text in one line, cut at the end of a word when it is longer than `most` characters."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    start = line[: most - 1]
    whole_words = start[: start.rfind(" ")] if " " in start[most // 2 :] else start
    return whole_words.rstrip(" ,;:.-–") + "…"


def slug(text: str) -> str:
    """The text as a code: small letters, figures and hyphens; '&' is 'and'."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))


def link(cell: str) -> str:
    """The web address in a cell, which may be bare or inside an HTML link. Raises: Unusable."""
    found = LINK.search(cell)
    address = html.unescape(found[1]) if found else one_line(cell)
    if not address:
        return ""
    if "://" not in address:
        address = f"http://{address}"
    if not ADDRESS_OF_PAGE.fullmatch(address):
        raise Unusable(f"{shortened(address, 80)!r} is not a web address")
    return address


def link_alone(cell: str) -> str:
    """The web address that is all a cell holds; nothing where it holds anything else."""
    text = one_line(cell)
    return text if ADDRESS_OF_PAGE.fullmatch(text) else ""


def text_that_is_no_link(cell: str) -> str:
    """The words of a cell; nothing where it holds a web address alone."""
    return "" if link_alone(cell) else plain_text(cell)


def mail_address(cell: str) -> str:
    """The mail address in a cell. Raises: Unusable."""
    address = one_line(cell)
    if address and not ADDRESS_OF_MAIL.fullmatch(address):
        raise Unusable(f"{shortened(address, 80)!r} is not a mail address")
    return address


def telephones(cell: str) -> tuple[str, ...]:
    """The numbers in a cell as they were typed; pages decide how a number is shown."""
    text = plain_text(cell)
    parts = [part for part in BETWEEN_NUMBERS.split(text) if part]
    # '01301 703 353/703 391' is one number and a piece of another: only whole numbers are taken apart.
    if not all(sum(letter.isdigit() for letter in part) in DIGITS_OF_A_NUMBER for part in parts):
        parts = [one_line(text)]
    return tuple(dict.fromkeys(part for part in parts if any(letter.isdigit() for letter in part)))


def postcode(cell: str) -> str:
    """The postcode in a cell, spaced as the Post Office does, or the first half where there is no more. Raises: Unusable."""
    text = one_line(cell)
    whole = POSTCODE.search(text)
    if whole:
        return f"{whole[1]} {whole[2]}".upper()
    if text and not OUTCODE.fullmatch(text):
        raise Unusable(f"{shortened(text, 40)!r} is not a postcode")
    return text.upper()


def degrees(cell: str) -> float | None:
    """A latitude or longitude on or near these islands. Raises: Unusable."""
    if not cell.strip():
        return None
    try:
        value = float(cell)
    except ValueError as wrong:
        raise Unusable(f"{shortened(cell, 40)!r} is not a number of degrees") from wrong
    if not (49 <= value <= 61 or -9 <= value <= 2):
        raise Unusable(f"{value} degrees is nowhere near here")
    return value


def british_day(cell: str) -> str:
    """A day written 31/03/2027, as a person says it. Raises: Impossible."""
    text = cell.strip()
    if not text:
        return ""
    try:
        day, month, year = (int(part) for part in text.split("/"))
        return spoken_day(date(year, month, day))
    except ValueError as wrong:
        raise Impossible(f"{shortened(text, 40)!r} is not a day like 31/03/2027") from wrong


def civil_day(text: str) -> date | None:
    """The day in a date or a date and time; nothing when only a month or a year is given. Raises: Impossible."""
    try:
        if re.fullmatch(r"\d{4}(-\d\d)?", text):
            date.fromisoformat(f"{text}-01-01"[:10])
            return None
        # The day as it is written is the day that was meant: midnight in another zone is not another day.
        if not re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", text):
            raise ValueError(text)
        return date.fromisoformat(text[:10])
    except ValueError as wrong:
        raise Impossible(f"{shortened(text, 40)!r} is not a day like 2027-03-31") from wrong


def renamed(names: Mapping[str, str]) -> Callable[[str], str]:
    """Reads a cell as one line, with some of its words said otherwise."""
    return lambda cell: names.get(one_line(cell), one_line(cell))


def only(names: Mapping[str, str]) -> Callable[[str], str]:
    """Reads a cell as what these words mean, and as nothing where it says something else."""
    return lambda cell: names.get(one_line(cell), "")


class _Words(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.unseen = 0

    @classmethod
    def of(cls, text: str) -> str:
        words = cls()
        words.feed(text)
        words.close()
        return "".join(words.seen)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        if tag in BREAKS:
            self.seen.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN
        if tag in BREAKS:
            self.seen.append("\n")

    def handle_data(self, data: str) -> None:
        if self.unseen <= 0:
            self.seen.append(data)
