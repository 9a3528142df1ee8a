"""The forms of somebody who is told things: when to ask again, whom to give it to, how soon and when not."""

from datetime import time

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextInput
from wtforms import RadioField, SelectField, StringField
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
    """How soon, and when not."""

    main_field = "pace"

    pace = RadioField("How soon do you want mail?", widget=GovRadioInput(), choices=PACES)
    quiet_from = SelectField("No mail from", widget=GovSelect(), choices=HOURS)
    quiet_until = SelectField("until", widget=GovSelect(), choices=HOURS)
