"""The form of somebody who knows that the money goes on: until when, how certain, and who said so."""

from collections.abc import Sequence
from functools import partial

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from partnerdir.dates import spoken_day
from partnerdir.funding.models import Fund, FundingWindow
from partnerdir.funding.rules import Certainty, EndKind, window_problems
from partnerdir.languages import gettext, lazy_gettext
from partnerdir.web.forms.fields import AtMost, DayField
from partnerdir.web.forms.widgets import RadioInput, Select, TextInput
from partnerdir.web.words import choices_of

OTHER_MONEY = "other"


class RenewalForm(FlaskForm):
    """Until when a service is paid for now."""

    main_field = "ends_on"

    ends_on = DayField(
        lazy_gettext("New last day"), description=lazy_gettext("The service is funded until the end of this day.")
    )
    certainty = RadioField(
        lazy_gettext("How certain is it?"),
        widget=RadioInput(),
        choices=partial(choices_of, Certainty, (Certainty.REFUSED,)),
        default=str(Certainty.CONFIRMED),
        description=lazy_gettext("Only confirmed money moves the end. What is hoped for is shown as such, and warnings go on."),
    )
    confirmed_by = StringField(
        lazy_gettext("Who told you?"),
        widget=TextInput(),
        description=lazy_gettext("A post, such as 'Project lead'. Today is kept as the day it was confirmed."),
        validators=[
            InputRequired(lazy_gettext("Say who told you, so that others know how far to trust the date.")),
            AtMost(200),
        ],
    )
    window = RadioField(lazy_gettext("Which money is it?"), widget=RadioInput())
    fund = SelectField(lazy_gettext("If other money takes over: which fund?"), widget=Select(), validators=[Optional()])
    version = HiddenField()

    def offer(self, windows: Sequence[FundingWindow], funds: Sequence[Fund]) -> None:
        """Fills in the windows that may go on, and the funds that are known."""
        self.window.choices = {str(each.id): _name_of(each) for each in windows} | {
            OTHER_MONEY: gettext("Other money takes over")
        }
        self.fund.choices = {"": gettext("Choose a fund")} | {
            str(fund.id): f"{fund.funder.name}: {fund.name}" for fund in funds
        }
        if self.window.data is None:
            self.window.data = next(iter(self.window.choices))

    def remember(self, windows: Sequence[FundingWindow]) -> None:
        """Keeps which version of each window the reader sees."""
        self.version.data = " ".join(f"{window.id}={window.version}" for window in windows)
        self.version.raw_data = None

    def seen_version(self, window: FundingWindow) -> int:
        """The version of this window that the reader saw; none at all where the form does not say."""
        seen = dict(pair.split("=", 1) for pair in (self.version.data or "").split() if "=" in pair)
        version = seen.get(str(window.id), "")
        return int(version) if version.isascii() and version.isdigit() else 0

    def validate(self, extra_validators: dict[str, object] | None = None) -> bool:
        """Other money must be named."""
        is_valid = super().validate(extra_validators)
        if self.window.data == OTHER_MONEY and not self.fund.data:
            self.fund.errors = [gettext("Choose the fund. If it is not in the list, add it where the service is changed.")]
            return False
        return is_valid


class EndSuggestionForm(FlaskForm):
    """What somebody who may not change services heard of an end."""

    main_field = "ends_on"

    ends_on = DayField(lazy_gettext("New last day"), description=lazy_gettext("For example 31 3 2028."))
    text = StringField(
        lazy_gettext("Who told you?"),
        widget=TextInput(),
        description=lazy_gettext("A post, such as 'Project lead'. Name nobody."),
        validators=[InputRequired(lazy_gettext("Say who told you, so that a coordinator knows whom to ask.")), AtMost(200)],
    )

    def validate(self, extra_validators: dict[str, object] | None = None) -> bool:
        """The last day is there, and is a possible one."""
        is_valid = super().validate(extra_validators)
        problems = dict(window_problems(None, self.ends_on.data, EndKind.FIXED)) if not self.ends_on.errors else {}
        if "ends_on" in problems:
            self.ends_on.errors = [problems["ends_on"] if self.ends_on.data else gettext("Enter the new last day.")]
        return is_valid and not problems


def _name_of(window: FundingWindow) -> str:
    until = gettext(", recorded until %(day)s", day=spoken_day(window.ends_on)) if window.ends_on else ""
    return gettext("%(fund)s (%(funder)s) goes on%(until)s", fund=window.fund.name, funder=window.fund.funder.name, until=until)
