"""How days, money, telephone numbers and hours are written for people: filters for templates."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

import phonenumbers
from babel import Locale
from flask import Flask
from markupsafe import Markup, escape

from partnerdir import clock, dates
from partnerdir.web.funding_words import public_words, staff_words
from partnerdir.web.words import words_for

WEEK = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
WEEKS = {"1": "First", "2": "Second", "3": "Third", "4": "Fourth", "-1": "Last"}
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
# CLDR leaves British Sign Language out; bfi is its code in ISO 639-3.
LANGUAGES = {**Locale("en").languages, "bfi": "British Sign Language"}
HOME_REGION, HOME_CODE = "GB", 44


def init_app(app: Flask) -> None:
    """Adds the filters."""
    for named in (day, distance, moment, money, telephone, dialled, hours, ages, words, short_list, paragraphs, web_address):
        app.add_template_filter(named)
    app.add_template_filter(lambda outlook: public_words(outlook, clock.today()), "public_words")
    app.add_template_filter(staff_words)


class Hours(Protocol):
    """A schedule, as far as it is written out."""

    byday: str
    opens_at: time | None
    closes_at: time | None


def day(value: date) -> Markup:
    """31 March 2027, marked up so that machines can read it too."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), dates.spoken_day(value))


def distance(value: date) -> str:
    """How far away a day is: in 4 months."""
    return dates.distance(value, clock.today())


def moment(value: datetime) -> str:
    """A moment as the wall clock shows it: 31 March 2027 at 9:05am."""
    civil = clock.civil_time(value)
    return f"{dates.spoken_day(civil.date())} at {clock_time(civil.time())}"


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
    """9am, 5:30pm, midday, midnight."""
    if value.minute == 0 and value.hour in (0, 12):
        return "midnight" if value.hour == 0 else "midday"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{(value.hour - 1) % 12 + 1}{minutes}{'am' if value.hour < 12 else 'pm'}"


def hours(schedule: Hours) -> str:
    """Monday to Friday, 9am to 5pm; empty where a schedule has words only."""
    opens, closes = schedule.opens_at, schedule.closes_at
    if opens is not None and opens == closes:
        span = "all day and night"
    elif opens and closes:
        span = f"{clock_time(opens)} to {clock_time(closes)}"
    else:
        span = f"from {clock_time(opens)}" if opens else f"until {clock_time(closes)}" if closes else ""
    text = ", ".join(part for part in (_days(schedule.byday), span) if part)
    return text[:1].upper() + text[1:]


def _days(byday: str) -> str:
    codes = [code.strip() for code in byday.split(",")]
    counted = [(code[:-2], code[-2:]) for code in codes]  # iCalendar's 1MO is the first Monday of the month
    monthly = [f"{WEEKS[week]} {WEEK[code]} of the month" for week, code in counted if week in WEEKS and code in WEEK]
    weekly = [name for code, name in WEEK.items() if code in codes]
    if len(weekly) == len(WEEK):
        return "Every day"
    return joined(_runs(weekly) + monthly)


def _runs(names: list[str]) -> list[str]:
    """Three days or more in a row become 'Monday to Wednesday'."""
    order, runs = list(WEEK.values()), list[list[str]]()
    for name in names:
        if runs and order.index(runs[-1][-1]) + 1 == order.index(name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return [said for run in runs for said in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run)]


def ages(youngest: int | None, oldest: int | None) -> str:
    """Ages 16 to 25, Ages 16 and over, Up to age 25; empty where any age will do."""
    if youngest and oldest:
        return f"Age {youngest}" if youngest == oldest else f"Ages {youngest} to {oldest}"
    return f"Ages {youngest} and over" if youngest else f"Up to age {oldest}" if oldest is not None else ""


def words(code: StrEnum) -> str:
    """What people call a code of the records."""
    return words_for(code)


def languages(codes: list[str]) -> list[str]:
    """The languages besides English by name; what is not a code of a language stays as it was typed."""
    return [LANGUAGES.get(code.lower(), code) for code in codes if code.lower() not in ("en", "english")]


def joined(parts: list[str]) -> str:
    """A, B and C."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def short_list(names: list[str], most: int = 2) -> str:
    """A and B; where there are many: A, B and 4 more."""
    shown = names if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} more"]
    return joined(shown)


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs and line breaks."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return Markup("\n").join(
        Markup('<p class="govuk-body">{}</p>').format(escape(block).replace("\n", Markup("<br>"))) for block in blocks if block
    )


def web_address(url: str) -> str:
    """The address if it is one of the web, empty if it is anything else, such as a script."""
    return url if url.lower().startswith(("https://", "http://")) else ""
