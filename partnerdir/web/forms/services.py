"""The form of a service."""

from functools import partial
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, NumberRange, Optional, Regexp

from partnerdir.directory.models import Need, Service
from partnerdir.directory.rules import Access, Circumstance, Referral, ServiceStatus, Taking, Way
from partnerdir.geography.models import Area
from partnerdir.languages import lazy_gettext
from partnerdir.web.forms.fields import AtMost, LinesField, WholeNumberField, typed
from partnerdir.web.forms.widgets import (
    CheckboxesInput,
    CheckboxInput,
    RadioInput,
    TextArea,
    TextInput,
)
from partnerdir.web.words import choices_of

# What the form writes straight into the service's own fields.
PLAIN = (
    "name", "alternate_name", "summary", "description", "url", "email", "status", "taking", "referral",
    "minimum_age", "maximum_age", "eligibility_description", "application_process", "circumstances", "ways",
    "accessibility", "languages", "fees_description", "is_confidential", "is_sensitive",
)  # fmt: skip
AGE = [Optional(), NumberRange(0, 120, lazy_gettext("Enter an age between 0 and 120."))]


def _text(label: str, most: int, hint: str = "", *checks: object) -> StringField:
    return StringField(label, widget=TextInput(), description=hint, validators=[*checks, AtMost(most)])


def _long(label: str, hint: str = "") -> TextAreaField:
    return TextAreaField(label, widget=TextArea(), description=hint, validators=[Optional(), AtMost(10_000)])


def _several(label: str, vocabulary: type, hint: str = "") -> SelectMultipleField:
    return SelectMultipleField(label, widget=CheckboxesInput(), choices=partial(choices_of, vocabulary), description=hint)


def _one(label: str, vocabulary: type) -> RadioField:
    return RadioField(label, widget=RadioInput(), choices=partial(choices_of, vocabulary))


class ServiceForm(FlaskForm):
    """What a coordinator may change of a service."""

    main_field = "name"

    organisation = _text(lazy_gettext("Organisation"), 300, lazy_gettext("Its name. If it is new here, we add it."))
    name = _text(lazy_gettext("Name"), 300, "", InputRequired(lazy_gettext("Enter the name of the service.")))
    alternate_name = _text(lazy_gettext("Other name people use"), 300)
    summary = _text(lazy_gettext("What it does, in a line"), 300, lazy_gettext("People see this in the results."))
    description = _long(lazy_gettext("What it does"), lazy_gettext("Who it helps, and what happens when somebody rings."))
    url = _text(
        lazy_gettext("Website"),
        500,
        "",
        Optional(),
        Regexp(r"https?://\S+$", 0, lazy_gettext("Enter an address that starts with https://")),
    )
    email = _text(
        lazy_gettext("E-mail"), 320, "", Optional(), Email(lazy_gettext("Enter an e-mail address like name@example.org."))
    )
    phones = LinesField(
        lazy_gettext("Telephone numbers"), description=lazy_gettext("One on each line."), validators=[AtMost(60)]
    )
    # Closing asks for a day and a reason, on a page of its own.
    status = RadioField(
        lazy_gettext("Is it running?"),
        widget=RadioInput(),
        choices=partial(choices_of, ServiceStatus, (ServiceStatus.CLOSED,)),
    )
    taking = _one(lazy_gettext("Is it taking people?"), Taking)
    referral = _one(lazy_gettext("Who may ask for it?"), Referral)
    application_process = _long(lazy_gettext("What happens first"), lazy_gettext("How to ask, and how long it takes."))
    minimum_age = WholeNumberField(lazy_gettext("Youngest age"), validators=AGE)
    maximum_age = WholeNumberField(lazy_gettext("Oldest age"), validators=AGE)
    circumstances = _several(
        lazy_gettext("Is it meant for certain people?"), Circumstance, lazy_gettext("Leave empty if it is for everyone.")
    )
    eligibility_description = _long(lazy_gettext("Anything else about who it is for"))
    ways = _several(lazy_gettext("How do people attend?"), Way)
    accessibility = _several(lazy_gettext("What does the place offer?"), Access)
    languages = LinesField(
        lazy_gettext("Languages besides English"), description=lazy_gettext("One on each line."), validators=[AtMost(60)]
    )
    fees_description = _long(lazy_gettext("What it costs"), lazy_gettext("Write 'Free' if it is."))
    needs = SelectMultipleField(lazy_gettext("Needs it helps with"), widget=CheckboxesInput())
    areas = SelectMultipleField(lazy_gettext("Areas it serves"), widget=CheckboxesInput())
    is_confidential = BooleanField(lazy_gettext("Keep the address secret"), widget=CheckboxInput())
    is_sensitive = BooleanField(lazy_gettext("Reading about this service could put somebody in danger"), widget=CheckboxInput())
    version = HiddenField()

    def offer(self, needs: list[Need], areas: list[Area]) -> None:
        """Fills in the choices that the records give."""
        self.needs.choices = {str(need.id): need.name for need in needs}
        self.areas.choices = {str(area.id): area.name for area in areas}

    def show(self, service: Service) -> None:
        """Fills in what the service is now."""
        for name in self._plain_names():
            self[name].data = getattr(service, name)
        self.organisation.data = service.organisation.name
        self.phones.data = [phone.number for phone in service.phones]
        self.needs.data = [str(need.id) for need in service.needs]
        self.areas.data = [str(served.area_id) for served in service.areas_served]
        self.version.data = str(service.version)

    def leave_closed(self) -> None:
        """Leaves out whether it is running, where the service has closed."""
        del self.status

    def plain_fields(self) -> dict[str, Any]:
        """What was typed, as the service's own fields."""
        return typed(self, self._plain_names())

    def _plain_names(self) -> list[str]:
        return [name for name in PLAIN if name in self]
