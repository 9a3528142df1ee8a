"""The forms of somebody who is told things: when to ask again, whom to give it to, how soon and when not."""

from datetime import time

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovTextInput
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired

from partnerdir.alerts.rules import Pace
from partnerdir.web.formats import clock_time
from partnerdir.web.forms.fields import DayField

PACES = {
    str(Pace.AT_ONCE): "At once",
    str(Pace.DAILY): "In the morning",
    str(Pace.WEEKLY): "On Monday morning",
}
HOURS = {"": "No quiet hours"} | {time(hour).isoformat(): clock_time(time(hour)) for hour in range(24)}


class SnoozeForm(FlaskForm):
    """When to ask again."""

    main_field = "until"

    until = DayField("Ask me again on")


class HandOverForm(FlaskForm):
    """Whom to give it to."""

    main_field = "email"

    email = StringField(
        "Your colleague's e-mail address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter an e-mail address."), Email("Enter an e-mail address like name@example.org.")],
    )


class ChoiceForm(FlaskForm):
    """How soon, when not, and over which channels."""

    main_field = "pace"

    urgent_pace = RadioField("How soon do you want to be told of what is urgent?", widget=GovRadioInput(), choices=PACES)
    pace = RadioField("And of everything else?", widget=GovRadioInput(), choices=PACES)
    quiet_from = SelectField("Nothing from", widget=GovSelect(), choices=HOURS)
    quiet_until = SelectField("until", widget=GovSelect(), choices=HOURS)
    wants_mail = BooleanField("Tell me by mail", widget=GovCheckboxInput())
    webhook_url = StringField("Address of a webhook", widget=GovTextInput())
