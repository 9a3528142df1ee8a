"""What a change of a service is called: which part of it, and each field with what it was and what it is."""

from datetime import date
from typing import Any

from partnerdir.changes import Change
from partnerdir.dates import spoken_day
from partnerdir.languages import gettext, gettext_noop
from partnerdir.web.words import WORDS

NOTHING: tuple[object, ...] = (None, "", [], False)
SAID = {str(code): words for vocabulary in WORDS.values() for code, words in vocabulary.items()}
ACTIONS = {
    "added": gettext_noop("Added: %(part)s"),
    "changed": gettext_noop("Changed: %(part)s"),
    "removed": gettext_noop("Removed: %(part)s"),
}
PARTS = {
    "service": gettext_noop("the service"),
    "service_area": gettext_noop("an area"),
    "service_at_location": gettext_noop("a place"),
    "service_thresholds": gettext_noop("days of warning"),
    "schedule": gettext_noop("hours"),
    "contact": gettext_noop("a contact"),
    "phone": gettext_noop("a telephone number"),
    "funding_window": gettext_noop("funding"),
    "closing": gettext_noop("how it closed"),
    "suggestion": gettext_noop("a suggestion"),
}
FIELDS = {
    "accessibility": gettext_noop("Access"),
    "alternate_name": gettext_noop("Also known as"),
    "amount": gettext_noop("Amount"),
    "answer": gettext_noop("Answer"),
    "application_process": gettext_noop("What happens first"),
    "assured_by": gettext_noop("Checked by"),
    "assured_on": gettext_noop("Checked"),
    "audience": gettext_noop("Who may see it"),
    "byday": gettext_noop("Days"),
    "certainty": gettext_noop("How certain"),
    "circumstances": gettext_noop("For whom"),
    "closed_on": gettext_noop("Closed"),
    "closes_at": gettext_noop("Closes at"),
    "confirmed_by": gettext_noop("Said by"),
    "confirmed_on": gettext_noop("Said"),
    "currency": gettext_noop("Currency"),
    "days": gettext_noop("Days"),
    "decided_at": gettext_noop("Decided"),
    "decided_by": gettext_noop("Decided by"),
    "decision_due_on": gettext_noop("Decision due"),
    "department": gettext_noop("Department"),
    "description": gettext_noop("Description"),
    "eligibility_description": gettext_noop("Who it is for"),
    "email": gettext_noop("E-mail"),
    "end_kind": gettext_noop("What its end is"),
    "ends_on": gettext_noop("Ends"),
    "extension": gettext_noop("Extension"),
    "fees_description": gettext_noop("Cost"),
    "first_on": gettext_noop("First day"),
    "is_confidential": gettext_noop("Secret"),
    "is_essential": gettext_noop("The service needs it"),
    "is_sensitive": gettext_noop("Sensitive"),
    "kind": gettext_noop("What is wrong"),
    "languages": gettext_noop("Languages"),
    "last_on": gettext_noop("Last day"),
    "made_by": gettext_noop("Made by"),
    "made_on": gettext_noop("Made"),
    "maximum_age": gettext_noop("Oldest age"),
    "minimum_age": gettext_noop("Youngest age"),
    "name": gettext_noop("Name"),
    "needs": gettext_noop("Needs"),
    "note": gettext_noop("Note"),
    "number": gettext_noop("Number"),
    "opens_at": gettext_noop("Opens at"),
    "origin": gettext_noop("From whom"),
    "reason": gettext_noop("Why"),
    "referral": gettext_noop("How to ask"),
    "renewal": gettext_noop("Renewal"),
    "source": gettext_noop("Source"),
    "starts_on": gettext_noop("Begins"),
    "state": gettext_noop("What was decided"),
    "status": gettext_noop("Status"),
    "summary": gettext_noop("In one sentence"),
    "taking": gettext_noop("Is there room"),
    "text": gettext_noop("What they wrote"),
    "title": gettext_noop("Title"),
    "url": gettext_noop("Website"),
    "ways": gettext_noop("How people attend"),
}


def change_words(change: Change) -> str:
    """What was done to which part of the service."""
    return gettext(ACTIONS[change.action], part=gettext(PARTS.get(change.record_type, PARTS["service"])))


def field_words(change: Change, names: dict[str, str]) -> list[tuple[str, str, str]]:
    """Each field with what it was and what it is; links to other records are left out, but for those that `names` knows."""
    return [
        (gettext(FIELDS.get(field, field)), _said(before, names), _said(after, names))
        for field, (before, after) in change.fields.items()
        if not field.endswith("_id") and not (before in NOTHING and after in NOTHING)
    ]


def _said(value: Any, names: dict[str, str]) -> str:
    if value in NOTHING:
        return ""
    if isinstance(value, list):
        return ", ".join(_said(part, names) for part in value)
    if value is True:
        return gettext("yes")
    text = str(value)
    if text in SAID:
        return gettext(SAID[text])
    try:
        return spoken_day(date.fromisoformat(text))
    except ValueError:
        return names.get(text, text)
