"""The form of a need's words."""

from flask_wtf import FlaskForm
from wtforms import HiddenField

from partnerdir.directory.models import Need
from partnerdir.languages import lazy_gettext
from partnerdir.web.forms.fields import AtMost, LinesField

LONGEST_PHRASE = 80


class NeedForm(FlaskForm):
    """What a coordinator may change of a need: the words by which people look for it."""

    main_field = "words"

    words = LinesField(
        lazy_gettext("What people say"),
        description=lazy_gettext("One word or phrase on each line, as people here say it: 'skint', 'not going to school'."),
        validators=[AtMost(LONGEST_PHRASE)],
    )
    version = HiddenField()

    def show(self, need: Need) -> None:
        """Fills in the words as they are now."""
        self.words.data = list(need.words)
        self.version.data = str(need.version)
