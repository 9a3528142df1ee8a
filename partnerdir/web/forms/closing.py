"""The form that closes a service: the day, the reason, and the service it became part of."""

from functools import partial

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired

from partnerdir.directory.rules import ClosingReason
from partnerdir.languages import gettext, lazy_gettext
from partnerdir.web.forms.fields import AtMost, DayField
from partnerdir.web.forms.widgets import RadioInput, TextInput
from partnerdir.web.words import choices_of


class ClosingForm(FlaskForm):
    """When and why a service closed."""

    main_field = "closed_on"

    closed_on = DayField(lazy_gettext("The last day it was open"), description=lazy_gettext("For example 31 3 2027."))
    reason = RadioField(
        lazy_gettext("Why did it close?"),
        widget=RadioInput(),
        choices=partial(choices_of, ClosingReason),
        validators=[InputRequired(lazy_gettext("Choose why it closed."))],
    )
    into = StringField(
        lazy_gettext("If it became part of another service: which one?"),
        widget=TextInput(),
        description=lazy_gettext("Its name as it is recorded here, or the address of its page."),
        validators=[AtMost(500)],
    )
    version = HiddenField()

    def validate_closed_on(self, field: DayField) -> None:
        """Raises: ValidationError where no day was entered; one that cannot be read says so by itself."""
        if field.data is None and not field.process_errors:
            raise ValidationError(gettext("Enter the last day it was open."))
