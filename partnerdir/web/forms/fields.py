"""Fields that our forms share: a day in three boxes, a list with one thing on each line."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import DecimalField, Field, Form, IntegerField, StringField, ValidationError
from wtforms.validators import Optional

from partnerdir.languages import gettext
from partnerdir.web.forms.widgets import DateInput, TextArea, TextInput

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def typed(form: Form, names: Iterable[str]) -> dict[str, Any]:
    """What was typed into these fields; a text that was not sent at all is an empty one."""
    return {name: "" if form[name].data is None and isinstance(form[name], StringField) else form[name].data for name in names}


class DayField(Field):
    """A day in three boxes; empty boxes mean no day; the month may be a word."""

    widget = DateInput()

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("validators", [])
        super().__init__(label, **options)

    def _value(self) -> str:
        return self.data.isoformat() if self.data else ""

    def process(self, formdata: Any, *args: Any, **named: Any) -> None:
        """Reads the boxes; a tampered form with more or fewer of them is read as three."""
        super().process(formdata, *args, **named)
        if self.raw_data is not None:
            self.raw_data = None if not self.raw_data else [*self.raw_data, "", "", ""][:3]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The day that was typed, or a sentence on how to type one."""
        parts = [part.strip() for part in [*valuelist, "", "", ""][:3]]
        self.data = None
        if not any(parts):
            return
        day, month, year = parts
        if month[:3].lower() in MONTHS:
            month = str(MONTHS.index(month[:3].lower()) + 1)
        if len(year) != 4:
            raise ValueError(gettext("%(label)s needs a year with four numbers, like 31 3 2027.", label=self.label.text))
        try:
            self.data = date(int(year), int(month), int(day))
        except ValueError as wrong:
            raise ValueError(gettext("%(label)s must be a real day, like 31 3 2027.", label=self.label.text)) from wrong


class WholeNumberField(IntegerField):
    """A whole number that may be left empty."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The number that was typed, or a sentence on how to type one."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text and not (text.isascii() and text.isdigit()):
            raise ValueError(gettext("%(label)s must be a whole number, like 16.", label=self.label.text))
        if text:
            self.data = int(text[:9])


class MoneyField(DecimalField):
    """An amount of money that may be left empty; a pound sign and commas are understood."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The amount that was typed, or a sentence on how to type one."""
        text = (valuelist[0] if valuelist else "").strip().lstrip("£").replace(",", "")
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"\d{1,11}(\.\d{1,2})?", text, re.ASCII):
            raise ValueError(gettext("%(label)s must be a number, like 12500 or 12,500.50.", label=self.label.text))
        self.data = Decimal(text)


class LinesField(Field):
    """Several short texts, each on a line of its own."""

    widget = TextArea()

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("validators", [Optional()])
        super().__init__(label, **options)

    def _value(self) -> str:
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The lines that are not empty."""
        text = valuelist[0] if valuelist else ""
        self.data = [line.strip() for line in text.splitlines() if line.strip()]


class AtMost:
    """Refuses a text longer than the record can hold, with a sentence that says by how much."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Form, field: Field) -> None:
        """Raises: ValidationError."""
        longest = max((len(text) for text in field.data), default=0) if isinstance(field.data, list) else len(field.data or "")
        if longest > self.most:
            raise ValidationError(
                gettext(
                    "%(label)s must be %(most)s characters or fewer; this has %(longest)s.",
                    label=field.label.text,
                    most=self.most,
                    longest=longest,
                )
            )
