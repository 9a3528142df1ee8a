"""The forms of somebody who is told things: when to ask again, whom to give it to, how soon and when not."""

from datetime import time

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired

from partnerdir.alerts.rules import Pace
from partnerdir.languages import gettext, lazy_gettext, offered
from partnerdir.web.formats import clock_time
from partnerdir.web.forms.fields import DayField
from partnerdir.web.forms.widgets import CheckboxInput, RadioInput, Select, TextInput


def _paces() -> dict[str, str]:
    return {
        str(Pace.AT_ONCE): gettext("At once"),
        str(Pace.DAILY): gettext("In the morning"),
        str(Pace.WEEKLY): gettext("On Monday morning"),
    }


def _hours() -> dict[str, str]:
    return {"": gettext("No quiet hours")} | {time(hour).isoformat(): clock_time(time(hour)) for hour in range(24)}


def _languages() -> dict[str, str]:
    return {"": gettext("As my browser asks; mail in %(language)s", language=offered()[0].name)} | {
        language.code: language.name for language in offered()
    }


class SnoozeForm(FlaskForm):
    """When to ask again."""

    main_field = "until"

    until = DayField(lazy_gettext("Ask me again on"))


class HandOverForm(FlaskForm):
    """Whom to give it to."""

    main_field = "email"

    email = StringField(
        lazy_gettext("Your colleague's e-mail address"),
        widget=TextInput(),
        validators=[
            InputRequired(lazy_gettext("Enter an e-mail address.")),
            Email(lazy_gettext("Enter an e-mail address like name@example.org.")),
        ],
    )


class ChoiceForm(FlaskForm):
    """How soon, when not, and over which channels."""

    main_field = "pace"

    urgent_pace = RadioField(
        lazy_gettext("How soon do you want to be told of what is urgent?"), widget=RadioInput(), choices=_paces
    )
    pace = RadioField(lazy_gettext("And of everything else?"), widget=RadioInput(), choices=_paces)
    quiet_from = SelectField(lazy_gettext("Nothing from"), widget=Select(), choices=_hours)
    quiet_until = SelectField(lazy_gettext("until"), widget=Select(), choices=_hours)
    language = RadioField(lazy_gettext("In which language?"), widget=RadioInput(), choices=_languages)
    wants_mail = BooleanField(lazy_gettext("Tell me by mail"), widget=CheckboxInput())
    webhook_url = StringField(lazy_gettext("Address of a webhook"), widget=TextInput())
