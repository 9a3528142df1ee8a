"""The form of a contact."""

from functools import partial

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Optional

from partnerdir.directory.models import Contact
from partnerdir.directory.rules import Audience
from partnerdir.languages import gettext, lazy_gettext
from partnerdir.web.forms.fields import AtMost, DayField, LinesField, typed
from partnerdir.web.forms.widgets import CheckboxInput, RadioInput, Select, TextInput
from partnerdir.web.words import choices_of

PLAIN = ("title", "department", "email", "audience", "first_on", "last_on", "is_confidential")


class ContactForm(FlaskForm):
    """What a coordinator may change of a post that people reach a service by."""

    main_field = "title"

    title = StringField(
        lazy_gettext("Post or desk"),
        widget=TextInput(),
        description=lazy_gettext("For example 'Duty worker'. Write the post, not a person's name."),
        validators=[InputRequired(lazy_gettext("Enter the post, such as Duty worker.")), AtMost(200)],
    )
    department = StringField(lazy_gettext("Team or department"), widget=TextInput(), validators=[AtMost(200)])
    phones = LinesField(
        lazy_gettext("Telephone numbers"), description=lazy_gettext("One on each line."), validators=[AtMost(60)]
    )
    email = StringField(
        lazy_gettext("E-mail"),
        widget=TextInput(),
        validators=[Optional(), Email(lazy_gettext("Enter an e-mail address like name@example.org.")), AtMost(320)],
    )
    audience = RadioField(lazy_gettext("Who may see this contact?"), widget=RadioInput(), choices=partial(choices_of, Audience))
    first_on = DayField(lazy_gettext("First day"))
    last_on = DayField(lazy_gettext("Last day"), description=lazy_gettext("If the post is about to change or go."))
    successor = SelectField(lazy_gettext("Who to reach after that"), widget=Select())
    is_confidential = BooleanField(
        lazy_gettext("Keep this contact secret from the public whatever else is said"), widget=CheckboxInput()
    )
    version = HiddenField()

    def offer(self, others: list[Contact]) -> None:
        """Fills in who may come after."""
        self.successor.choices = {"": gettext("Nobody yet")} | {str(other.id): other.title for other in others}

    def show(self, contact: Contact) -> None:
        """Fills in what the contact is now."""
        for name in PLAIN:
            self[name].data = getattr(contact, name)
        self.phones.data = [phone.number for phone in contact.phones]
        self.successor.data = str(contact.successor_id or "")
        self.version.data = str(contact.version)

    def plain_fields(self) -> dict[str, object]:
        """What was typed, as the contact's own fields."""
        return typed(self, PLAIN)
