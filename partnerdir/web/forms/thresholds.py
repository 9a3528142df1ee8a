"""The form that says how many days before an end people are warned of one service."""

import re
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField

from partnerdir.languages import gettext, lazy_gettext
from partnerdir.web.forms.widgets import TextInput


class DaysField(Field):
    """Numbers of days, with commas, spaces or 'and' between them; empty means none."""

    widget = TextInput()

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else days_words(self.data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The numbers that were typed, or a sentence on how to type them."""
        parts = [part for part in re.split(r"[,;\s]+|\band\b", valuelist[0] if valuelist else "") if part]
        self.data = []
        if any(not re.fullmatch(r"\d{1,6}", part, re.ASCII) for part in parts):
            raise ValueError(gettext("Enter whole numbers of days with commas between them, like 90, 30, 7."))
        self.data = [int(part) for part in parts]


class ThresholdsForm(FlaskForm):
    """How many days before an end people are warned of one service."""

    main_field = "days"

    days = DaysField(lazy_gettext("Warn about this service so many days before"), default=())
    # What was there when the page was read, so that nobody's numbers are overwritten unseen.
    seen = HiddenField()

    def show(self, days: Sequence[int]) -> None:
        """Fills in what is kept now."""
        self.days.data = list(days)
        self.seen.data = days_words(days)
        self.seen.raw_data = None


def days_words(days: Sequence[int]) -> str:
    """180, 90, 30."""
    return ", ".join(str(number) for number in days)
