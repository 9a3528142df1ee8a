"""The forms of a suggestion: what is wrong with a service, and what became of it."""

from functools import partial

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired

from partnerdir.directory.rules import SuggestionKind
from partnerdir.directory.suggestions import LONGEST_TEXT
from partnerdir.funding.rules import EndKind, window_problems
from partnerdir.languages import lazy_gettext
from partnerdir.web.forms.fields import AtMost, DayField
from partnerdir.web.forms.widgets import RadioInput, TextArea, TextInput
from partnerdir.web.public.asking import cleaned
from partnerdir.web.words import choices_of

LONGEST_READ = 20_000  # of what is typed; more than that need not be shown again


class ConfirmingForm(FlaskForm):
    """What a service's own contact says is wrong; the sealed link is the proof, and no cookie is set."""

    class Meta:
        csrf = False

    main_field = "kind"

    kind = RadioField(
        lazy_gettext("What is wrong?"),
        widget=RadioInput(),
        choices=partial(choices_of, SuggestionKind),
        validators=[InputRequired(lazy_gettext("Choose what is wrong."))],
    )
    text = TextAreaField(
        lazy_gettext("How it is, in a few words"),
        widget=TextArea(),
        description=lazy_gettext("Write nothing about the people you help."),
        validators=[AtMost(LONGEST_TEXT)],
    )
    ends_on = DayField(
        lazy_gettext("If the money ends on another day: the last day"), description=lazy_gettext("For example 31 3 2027.")
    )

    def validate(self, extra_validators: dict[str, object] | None = None) -> bool:
        """The last day, where there is one, is a possible one."""
        is_valid = super().validate(extra_validators)
        problems = dict(window_problems(None, self.ends_on.data, EndKind.FIXED)) if self.ends_on.data else {}
        if "ends_on" in problems:
            self.ends_on.errors = [problems["ends_on"]]
        return is_valid and not problems


class SuggestionForm(FlaskForm):
    """What anybody says is wrong with a service.

    A visitor has no session that a forged form could misuse and no cookie in which its token could stand, so this form
    brings a sealed paper of its own: made by us, for this service, not long ago.
    """

    class Meta:
        csrf = False

    main_field = "kind"

    kind = RadioField(
        lazy_gettext("What is wrong?"),
        widget=RadioInput(),
        choices=partial(choices_of, SuggestionKind),
        validators=[InputRequired(lazy_gettext("Choose what is wrong."))],
    )
    text = TextAreaField(
        lazy_gettext("What is right, in a few words (if you know)"),
        widget=TextArea(),
        description=lazy_gettext("%(most)s characters at most.", most=LONGEST_TEXT),
        filters=[lambda text: cleaned(text, LONGEST_READ) if text else text],
        validators=[AtMost(LONGEST_TEXT)],
    )
    paper = HiddenField()


class ReferenceForm(FlaskForm):
    """The letters that somebody got for their suggestion; it changes nothing, so it needs no guard."""

    class Meta:
        csrf = False

    main_field = "reference"

    reference = StringField(
        lazy_gettext("The ten letters you got"),
        widget=TextInput(),
        description=lazy_gettext("Such as abcde fghjk. Spaces and capitals do not matter."),
        validators=[InputRequired(lazy_gettext("Enter the ten letters."))],
    )


class DecisionForm(FlaskForm):
    """What a coordinator answers."""

    main_field = "answer"

    answer = TextAreaField(
        lazy_gettext("Your answer"),
        widget=TextArea(),
        description=lazy_gettext("Whoever has the code of this suggestion can read it. Name nobody."),
        validators=[AtMost(LONGEST_TEXT)],
    )
    version = HiddenField()
