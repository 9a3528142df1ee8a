"""The forms of lists and saved searches: a name of the worker's own, and whom to share with."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired

from partnerdir.languages import gettext, lazy_gettext
from partnerdir.lists.queries import Colleague
from partnerdir.web.forms.widgets import CheckboxInput, Select, TextInput

NO_NAMES = lazy_gettext("A word of your own, such as “Tuesday visits”. Never the name of a person or a family.")
TEAM = "team"


class NameForm(FlaskForm):
    """What a list, or a saved search, is called."""

    main_field = "name"

    name = StringField(
        lazy_gettext("Name"),
        widget=TextInput(),
        description=NO_NAMES,
        validators=[InputRequired(lazy_gettext("Enter a name."))],
    )


class ShareForm(FlaskForm):
    """Whom a list is shared with, and whether they may add to it."""

    main_field = "reader"

    reader = SelectField(
        lazy_gettext("Share it with"),
        widget=Select(),
        validators=[InputRequired(lazy_gettext("Choose whom to share it with."))],
    )
    may_add = BooleanField(lazy_gettext("They may add services too"), widget=CheckboxInput())

    def offer(self, colleagues: Iterable[Colleague], team: str) -> None:
        """Fills in whom to choose from: everybody of the reader's own organisation at once, or one colleague."""
        choices = [("", gettext("Choose")), *((str(one.account_id), one.words) for one in colleagues)]
        self.reader.choices = (
            [*choices[:1], (TEAM, gettext("Everybody at %(team)s", team=team)), *choices[1:]] if team else choices
        )
