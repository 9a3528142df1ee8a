"""What was changed of a service, in words."""

import uuid
from datetime import date
from typing import Any

from flask import render_template

from partnerdir.accounts.rules import RoleName
from partnerdir.changes import Change, list_changes_about
from partnerdir.dates import spoken_day
from partnerdir.directory.queries import list_needs, require_service
from partnerdir.web.access import open_to
from partnerdir.web.words import WORDS

NOTHING: tuple[object, ...] = (None, "", [], False)
SAID = {str(code): words for vocabulary in WORDS.values() for code, words in vocabulary.items()}


@open_to(RoleName.COORDINATOR)
def list_changes(service_id: uuid.UUID) -> str:
    """Everything that was ever changed of a service, newest first."""
    service = require_service(service_id)
    names = {str(need.id): need.name for need in list_needs()}
    changes = [(change, _in_words(change, names)) for change in list_changes_about(service.id)]
    return render_template("coordinator/list_changes.html", service=service, changes=changes)


def _in_words(change: Change, names: dict[str, str]) -> list[tuple[str, str, str]]:
    """Each field with what it was and what it is; links to other records are left out."""
    return [
        (_label(field), _said(before, names), _said(after, names))
        for field, (before, after) in change.fields.items()
        if not field.endswith("_id") and not (before in NOTHING and after in NOTHING)
    ]


def _label(field: str) -> str:
    return field.removeprefix("is_").removesuffix("_on").replace("_", " ").capitalize()


def _said(value: Any, names: dict[str, str]) -> str:
    if value in NOTHING:
        return ""
    if isinstance(value, list):
        return ", ".join(_said(part, names) for part in value)
    if value is True:
        return "yes"
    text = names.get(str(value), SAID.get(str(value), str(value)))
    try:
        return spoken_day(date.fromisoformat(text))
    except ValueError:
        return text
