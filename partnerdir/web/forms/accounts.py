"""The forms of an account."""

from functools import partial

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.validators import Email, InputRequired

from partnerdir.accounts.rules import RoleName
from partnerdir.geography.models import Area
from partnerdir.languages import lazy_gettext
from partnerdir.web.forms.fields import AtMost
from partnerdir.web.forms.widgets import CheckboxesInput, CheckboxInput, RadioInput, TextInput
from partnerdir.web.words import choices_of


class InvitationForm(FlaskForm):
    """Whom a steward invites."""

    main_field = "email"

    email = StringField(
        lazy_gettext("E-mail"),
        widget=TextInput(),
        validators=[
            InputRequired(lazy_gettext("Enter an e-mail address.")),
            Email(lazy_gettext("Enter an e-mail address like name@example.org.")),
        ],
    )
    title = StringField(
        lazy_gettext("Post"),
        widget=TextInput(),
        description=lazy_gettext("For example 'Housing officer'."),
        validators=[AtMost(200)],
    )
    role = RadioField(
        lazy_gettext("What may they do?"), widget=RadioInput(), choices=partial(choices_of, RoleName), default="frontline"
    )


class AccountForm(FlaskForm):
    """What a steward may change of an account."""

    main_field = "role"

    role = RadioField(lazy_gettext("What may they do?"), widget=RadioInput(), choices=partial(choices_of, RoleName))
    is_active = BooleanField(lazy_gettext("May sign in"), widget=CheckboxInput())
    areas = SelectMultipleField(
        lazy_gettext("Areas they look after"),
        widget=CheckboxesInput(),
        description=lazy_gettext(
            "For coordinators: they are told before money ends in these areas, without watching anything."
        ),
        validate_choice=True,
    )

    def offer(self, areas: list[Area]) -> None:
        """Fills in the areas that are known."""
        self.areas.choices = {str(area.id): area.name for area in areas}
