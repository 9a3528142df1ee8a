"""The form of a funding window."""

from functools import partial

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from partnerdir.funding.models import Fund, FundingWindow
from partnerdir.funding.rules import Certainty, EndKind, Renewal
from partnerdir.languages import gettext, lazy_gettext
from partnerdir.web.forms.fields import AtMost, DayField, MoneyField, typed
from partnerdir.web.forms.widgets import (
    CheckboxInput,
    RadioInput,
    Select,
    TextArea,
    TextInput,
)
from partnerdir.web.words import choices_of

PLAIN = (
    "starts_on", "ends_on", "end_kind", "amount", "is_essential", "certainty", "renewal",
    "decision_due_on", "confirmed_by", "note",
)  # fmt: skip


def _one(label: str, vocabulary: type, default: str) -> RadioField:
    return RadioField(label, widget=RadioInput(), choices=partial(choices_of, vocabulary), default=default)


class WindowForm(FlaskForm):
    """What a coordinator may change of the days between which a fund pays for a service."""

    main_field = "ends_on"

    fund = SelectField(lazy_gettext("Fund"), widget=Select())
    new_funder = StringField(lazy_gettext("If it is not in the list: who pays"), widget=TextInput(), validators=[AtMost(300)])
    new_fund = StringField(lazy_gettext("and the name of their fund"), widget=TextInput(), validators=[AtMost(300)])
    starts_on = DayField(lazy_gettext("First day"), description=lazy_gettext("For example 1 4 2026."))
    ends_on = DayField(lazy_gettext("Last day"), description=lazy_gettext("The service is funded until the end of this day."))
    end_kind = _one(lazy_gettext("What kind of end is it?"), EndKind, "fixed")
    certainty = _one(lazy_gettext("How certain is the money?"), Certainty, "confirmed")
    is_essential = BooleanField(lazy_gettext("The service stops without this money"), widget=CheckboxInput(), default=True)
    renewal = _one(lazy_gettext("What is happening about a renewal?"), Renewal, "not_started")
    decision_due_on = DayField(lazy_gettext("When is the decision due?"))
    amount = MoneyField(lazy_gettext("Amount in pounds"))
    confirmed_by = StringField(
        lazy_gettext("Who told you?"),
        widget=TextInput(),
        description=lazy_gettext("A post, such as 'Project lead'. Today is kept as the day it was confirmed."),
        validators=[
            InputRequired(lazy_gettext("Say who told you, so that others know how far to trust the date.")),
            AtMost(200),
        ],
    )
    note = TextAreaField(lazy_gettext("Note for staff"), widget=TextArea(), validators=[Optional(), AtMost(5_000)])
    version = HiddenField()

    def offer(self, funds: list[Fund]) -> None:
        """Fills in the funds that are known."""
        self.fund.choices = {"": gettext("Another fund")} | {str(fund.id): f"{fund.funder.name}: {fund.name}" for fund in funds}

    def show(self, window: FundingWindow) -> None:
        """Fills in what the window is now."""
        for name in PLAIN:
            self[name].data = getattr(window, name)
        self.fund.data = str(window.fund_id)
        self.version.data = str(window.version)

    def validate(self, extra_validators: dict[str, object] | None = None) -> bool:
        """A fund is either chosen or named."""
        is_valid = super().validate(extra_validators)
        if not self.fund.data and not (self.new_funder.data and self.new_fund.data):
            self.fund.errors = [gettext("Choose the fund, or say below who pays and what their fund is called.")]
            return False
        return is_valid

    def plain_fields(self) -> dict[str, object]:
        """What was typed, as the window's own fields."""
        return typed(self, PLAIN)
