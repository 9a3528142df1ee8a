"""How days, money, telephone numbers and hours are written for people: filters for templates."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

import phonenumbers
from babel.numbers import format_decimal
from flask import Flask
from markupsafe import Markup, escape

from partnerdir import clock, dates
from partnerdir.directory.rules import is_stale
from partnerdir.languages import WRITTEN_IN, gettext, gettext_noop, locale_of, spoken
from partnerdir.web.funding_words import public_words, staff_words
from partnerdir.web.words import words_for

WEEK = {
    "MO": gettext_noop("Monday"),
    "TU": gettext_noop("Tuesday"),
    "WE": gettext_noop("Wednesday"),
    "TH": gettext_noop("Thursday"),
    "FR": gettext_noop("Friday"),
    "SA": gettext_noop("Saturday"),
    "SU": gettext_noop("Sunday"),
}
WEEKS = {
    "1": gettext_noop("First %(weekday)s of the month"),
    "2": gettext_noop("Second %(weekday)s of the month"),
    "3": gettext_noop("Third %(weekday)s of the month"),
    "4": gettext_noop("Fourth %(weekday)s of the month"),
    "-1": gettext_noop("Last %(weekday)s of the month"),
}
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
BSL = "bfi"  # in ISO 639-3; CLDR leaves British Sign Language out
HOME_REGION, HOME_CODE = "GB", 44


def init_app(app: Flask) -> None:
    """Adds the filters."""
    for said in (number, day, distance, last_checked, moment, money, telephone, dialled, hours, ages):
        app.add_template_filter(said)
    for written in (words, short_list, recorded, paragraphs, web_address):
        app.add_template_filter(written)
    app.add_template_filter(lambda outlook: public_words(outlook, clock.today()), "public_words")
    app.add_template_filter(staff_words)


class Hours(Protocol):
    """A schedule, as far as it is written out."""

    byday: str
    opens_at: time | None
    closes_at: time | None


def number(value: float) -> str:
    """A number as the language spoken writes it: 12,345 or 0.4."""
    return _number(value, spoken())


@lru_cache(maxsize=4096)
def _number(value: float, language: str) -> str:
    return str(format_decimal(value, "#,##0.#", locale=locale_of(language)))


def day(value: date) -> Markup:
    """31 March 2027, marked up so that machines can read it too."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), dates.spoken_day(value))


def distance(value: date) -> str:
    """How far away a day is: in 4 months."""
    return dates.distance(value, clock.today())


def last_checked(checked_on: date | None) -> str:
    """What a reader must know of a listing that nobody has confirmed for years; nothing of any other."""
    if checked_on is None or not is_stale(checked_on, clock.today()):
        return ""
    return gettext("Last checked on %(day)s", day=dates.day_with_distance(checked_on, clock.today()))


def moment(value: datetime) -> str:
    """A moment as the wall clock shows it: 31 March 2027 at 9:05am."""
    civil = clock.civil_time(value)
    return gettext("%(day)s at %(time)s", day=dates.spoken_day(civil.date()), time=clock_time(civil.time()))


def money(amount: Decimal, currency: str = "GBP") -> str:
    """£48,000, with pence only where there are some."""
    figure = f"{amount:,.2f}".removesuffix(".00")
    return f"{SIGNS[currency]}{figure}" if currency in SIGNS else f"{currency} {figure}"


@lru_cache(maxsize=4096)
def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        known = phonenumbers.parse(number, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    return known if phonenumbers.is_valid_number(known) else None


@lru_cache(maxsize=4096)
def telephone(number: str) -> str:
    """A number in the groups people read it in; what is not a full number stays as it was typed."""
    known = _parsed(number)
    if known is None:
        return number
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(known, form.NATIONAL if known.country_code == HOME_CODE else form.INTERNATIONAL)


@lru_cache(maxsize=4096)
def dialled(number: str) -> str:
    """The address that rings the number; empty where there is nothing that can be rung."""
    known = _parsed(number)
    if known is not None:
        return "tel:" + phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.E164)
    # Short numbers, such as 999 and 116 123, are not in the numbering plan but can be rung.
    return f"tel:{re.sub(r'[ -]', '', number)}" if re.fullmatch(r"\+?[\d -]{3,20}", number) else ""


def clock_time(value: time) -> str:
    """9am, 5:30pm, midday, midnight; 9:00 and 17:30 in languages that count to 24."""
    if spoken() != WRITTEN_IN:
        return f"{value.hour}:{value.minute:02}"
    if value.minute == 0 and value.hour in (0, 12):
        return "midnight" if value.hour == 0 else "midday"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{(value.hour - 1) % 12 + 1}{minutes}{'am' if value.hour < 12 else 'pm'}"


def hours(schedule: Hours) -> str:
    """Monday to Friday, 9am to 5pm; empty where a schedule has words only."""
    text = ", ".join(part for part in (_days(schedule.byday), _span(schedule.opens_at, schedule.closes_at)) if part)
    return text[:1].upper() + text[1:]


def _span(opens: time | None, closes: time | None) -> str:
    if opens is not None and opens == closes:
        return gettext("all day and night")
    if opens and closes:
        return gettext("%(opens)s to %(closes)s", opens=clock_time(opens), closes=clock_time(closes))
    if opens:
        return gettext("from %(opens)s", opens=clock_time(opens))
    return gettext("until %(closes)s", closes=clock_time(closes)) if closes else ""


def _days(byday: str) -> str:
    codes = [code.strip() for code in byday.split(",")]
    counted = [(code[:-2], code[-2:]) for code in codes]  # iCalendar's 1MO is the first Monday of the month
    monthly = [gettext(WEEKS[week], weekday=gettext(WEEK[code])) for week, code in counted if week in WEEKS and code in WEEK]
    weekly = [code for code in WEEK if code in codes]
    if len(weekly) == len(WEEK):
        return gettext("Every day")
    return joined(_runs(weekly) + monthly)


def _runs(codes: list[str]) -> list[str]:
    """Three days or more in a row become 'Monday to Wednesday'."""
    order, runs = list(WEEK), list[list[str]]()
    for code in codes:
        if runs and order.index(runs[-1][-1]) + 1 == order.index(code):
            runs[-1].append(code)
        else:
            runs.append([code])
    return [said for run in runs for said in _said_run([gettext(WEEK[code]) for code in run])]


def _said_run(names: list[str]) -> list[str]:
    return [gettext("%(first)s to %(last)s", first=names[0], last=names[-1])] if len(names) > 2 else names


def ages(youngest: int | None, oldest: int | None) -> str:
    """Ages 16 to 25, Ages 16 and over, Up to age 25; empty where any age will do."""
    if youngest and oldest:
        if youngest == oldest:
            return gettext("Age %(age)s", age=youngest)
        return gettext("Ages %(youngest)s to %(oldest)s", youngest=youngest, oldest=oldest)
    if youngest:
        return gettext("Ages %(youngest)s and over", youngest=youngest)
    return gettext("Up to age %(oldest)s", oldest=oldest) if oldest is not None else ""


def words(code: StrEnum) -> str:
    """What people call a code of the records."""
    return words_for(code)


def languages(codes: list[str]) -> list[str]:
    """The languages besides English by name; what is not a code of a language stays as it was typed."""
    return [_language(code) for code in codes if code.lower() not in ("en", "english")]


def _language(code: str) -> str:
    if code.lower() == BSL:
        return gettext("British Sign Language")
    return str(locale_of(spoken()).languages.get(code.lower(), code))


def joined(parts: list[str]) -> str:
    """A, B and C."""
    if len(parts) < 2:
        return ", ".join(parts)
    return gettext("%(most)s and %(last)s", most=", ".join(parts[:-1]), last=parts[-1])


def short_list(names: list[str], most: int = 2) -> str:
    """A and B; where there are many: A, B and 4 more."""
    if len(names) <= most + 1:
        return joined(names)
    return gettext("%(names)s and %(count)s more", names=", ".join(names[:most]), count=len(names) - most)


def recorded(text: str) -> str:
    """What somebody wrote into the records, marked as English where the page speaks another language (WCAG 2.2, 3.1.2)."""
    return text if spoken() == WRITTEN_IN else Markup("<span{}>{}</span>").format(_marked_as_english(), text)


def _marked_as_english() -> Markup:
    return Markup("") if spoken() == WRITTEN_IN else Markup(' lang="{}" dir="ltr"').format(WRITTEN_IN)


def paragraphs(text: str) -> Markup:
    """What somebody wrote as paragraphs and line breaks."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return Markup("\n").join(
        Markup('<p class="govuk-body"{}>{}</p>').format(_marked_as_english(), escape(block).replace("\n", Markup("<br>")))
        for block in blocks
        if block
    )


def web_address(url: str) -> str:
    """The address if it is one of the web, empty if it is anything else, such as a script."""
    return url if url.lower().startswith(("https://", "http://")) else ""
