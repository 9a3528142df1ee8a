"""GOV.UK's form parts, with their own fixed words in the language spoken."""

from typing import Any

from govuk_frontend_wtf import wtforms_widgets as govuk
from govuk_frontend_wtf.gov_form_base import GovFormBase
from markupsafe import Markup
from wtforms import Field

from partnerdir.languages import gettext


class _SaysErrors(GovFormBase):
    """Says "Error" before what is wrong, which only those hear who do not see that it is red."""

    def render(self, params: dict[str, Any]) -> Markup:
        """The part as HTML."""
        if "errorMessage" in params:
            params["errorMessage"]["visuallyHiddenText"] = gettext("Error")
        html: Markup = super().render(params)
        return html


class TextInput(_SaysErrors, govuk.GovTextInput):
    """One line."""


class TextArea(_SaysErrors, govuk.GovTextArea):
    """Several lines."""


class Select(_SaysErrors, govuk.GovSelect):
    """A choice from a list that opens."""


class RadioInput(_SaysErrors, govuk.GovRadioInput):
    """A choice of one."""


class CheckboxInput(_SaysErrors, govuk.GovCheckboxInput):
    """Yes or no."""


class CheckboxesInput(_SaysErrors, govuk.GovCheckboxesInput):
    """A choice of any number."""


class DateInput(_SaysErrors, govuk.GovDateInput):
    """A day in three boxes."""

    def map_gov_params(self, field: Field, **options: Any) -> dict[str, Any]:
        """What the template needs, with the boxes named."""
        params: dict[str, Any] = super().map_gov_params(field, **options)
        for box, label in zip(params["items"], (gettext("Day"), gettext("Month"), gettext("Year")), strict=True):
            box["label"] = label
        return params
