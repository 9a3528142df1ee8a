"""What changes of a service mean, in plain words for staff: what stands now, told once, however often it was changed."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from partnerdir.changes import Change
from partnerdir.dates import spoken_day
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.funding.rules import Certainty, Renewal
from partnerdir.web.formats import telephone
from partnerdir.web.words import words_for

STATUSES = {
    ServiceStatus.ACTIVE: "It is open again.",
    ServiceStatus.PAUSED: "It is paused.",
    ServiceStatus.CLOSED: "It has closed.",
}
# Fields of a service of which it is enough to say that they changed; its page says what stands now.
CHANGED = {
    "Who it is for": ("minimum_age", "maximum_age", "eligibility_description", "circumstances"),
    "How to ask": ("referral", "application_process"),
    "How people attend": ("ways",),
    "What it costs": ("fees_description",),
    "Its languages": ("languages",),
    "Access for disabled people": ("accessibility",),
    "What it helps with": ("needs",),
    "What we say that it does": ("description", "summary"),
    "Its website": ("url",),
}
OF_PARTS = {
    "schedule": "When it is open has changed.",
    "service_at_location": "Where it is has changed.",
    "location": "Where it is has changed.",
    "service_area": "The areas that it serves have changed.",
}
Values = dict[str, list[Any]]


@dataclass
class Course:
    """All that was done to one record: what its fields were at first, and what they are at last."""

    record_id: uuid.UUID
    about_id: uuid.UUID
    is_new: bool = False
    is_gone: bool = False
    fields: Values = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Takes in the next change."""
        self.is_new = self.is_new or change.action == "added"
        self.is_gone = change.action == "removed"
        for name, (before, after) in change.fields.items():
            self.fields[name] = [self.fields.get(name, [before])[0], after]

    def latest(self, name: str) -> Any:
        """What a field is at last, or was before it was removed; None where it did not change."""
        return self.fields.get(name, [None, None])[0 if self.is_gone else 1]

    @property
    def changed(self) -> Values:
        """The fields that are not what they were."""
        return {name: pair for name, pair in self.fields.items() if pair[0] != pair[1]}


def news_words(changes: Iterable[Change], service: Service) -> list[str]:
    """The changes of one service, the oldest first, as sentences, each once."""
    courses: dict[str, dict[uuid.UUID, Course]] = defaultdict(dict)
    for change in changes:
        courses[change.record_type].setdefault(change.record_id, Course(change.record_id, change.about_id)).add(change)
    kept = {kind: [c for c in of_kind.values() if not (c.is_new and c.is_gone)] for kind, of_kind in courses.items()}
    if any(course.is_new for course in kept.get("service", ())):
        return ["It is new here."]  # all else of it is new too, and on its page
    sentences = [sentence for course in kept.get("service", ()) for sentence in _of_service(course)]
    sentences += [sentence for course in kept.get("funding_window", ()) for sentence in _of_money(course)]
    sentences += [sentence for course in kept.get("contact", ()) for sentence in _of_contact(course, service)]
    sentences += _of_numbers(kept.get("phone", ()), service)
    sentences += [sentence for kind, sentence in OF_PARTS.items() if any(_says(c) for c in kept.get(kind, ()))]
    return list(dict.fromkeys(sentences))


def _says(course: Course) -> bool:
    return course.is_new or course.is_gone or bool(course.changed)


def _of_service(course: Course) -> Iterator[str]:
    changed = course.changed
    if "status" in changed:
        yield STATUSES[ServiceStatus(changed["status"][1])]
    if "taking" in changed:
        yield f"Is there room? {words_for(Taking(changed['taking'][1]))}."
    if "name" in changed:
        yield f"It was called “{changed['name'][0]}” before."
    if changed.get("email", [None, ""])[1]:
        yield f"Its e-mail address is {changed['email'][1]} now."
    for words, names in CHANGED.items():
        if any(name in changed for name in names):
            yield f"{words} has changed." if not words.endswith("languages") else f"{words} have changed."
    if changed.get("assured_on", [None, None])[1]:
        yield f"What we say about it was checked on {_day(changed['assured_on'][1])}."


def _of_money(course: Course) -> Iterator[str]:
    if course.is_new or course.is_gone:
        until = f"until {_day(course.latest('ends_on'))}" if course.latest("ends_on") else "with no end date"
        sure = Certainty(course.latest("certainty") or Certainty.CONFIRMED)
        doubt = "" if sure is Certainty.CONFIRMED else f" ({words_for(sure).lower()})"
        yield f"Money {until} is not recorded any more." if course.is_gone else f"New money is recorded, {until}{doubt}."
        return
    changed = course.changed
    if "ends_on" in changed:
        before, after = (_day(value) if value else "no end date" for value in changed["ends_on"])
        yield f"The end of its money moved from {before} to {after}."
    if "certainty" in changed:
        yield f"How sure its money is: {words_for(Certainty(changed['certainty'][1])).lower()}."
    if "renewal" in changed:
        yield f"More money: {words_for(Renewal(changed['renewal'][1])).lower()}."
    if changed.get("decision_due_on", [None, None])[1]:
        yield f"A decision on more money is due on {_day(changed['decision_due_on'][1])}."


def _of_contact(course: Course, service: Service) -> Iterator[str]:
    if course.is_new or course.is_gone:
        title = course.latest("title")
        yield f"New contact: {title}." if course.is_new else f"{title} is not a contact any more."
        return
    changed, title = course.changed, _title(course, service)
    if "title" in changed:
        yield f"{changed['title'][0]} is called {changed['title'][1]} now."
    if changed.get("email", [None, ""])[1]:
        yield f"{title}: the e-mail address is {changed['email'][1]} now."
    if changed.get("last_on", [None, None])[1]:
        yield f"{title}: the last day is {_day(changed['last_on'][1])}."


def _title(course: Course, service: Service) -> str:
    if course.latest("title"):
        return str(course.latest("title"))
    return next((one.title for one in service.contacts if one.id == course.record_id), "A contact")


def _of_numbers(courses: Sequence[Course], service: Service) -> Iterator[str]:
    """New numbers and those that are gone; one that was taken away and put back is neither."""
    titles = {contact.id: contact.title for contact in service.contacts}
    came = {(c.about_id, number) for c in courses if not c.is_gone and (number := c.fields.get("number", [None, None])[1])}
    went = {(c.about_id, number) for c in courses if not c.is_new and (number := c.fields.get("number", [None, None])[0])}
    for about_id, number in sorted(came - went, key=str):
        yield f"New number{f' of {titles[about_id]}' if about_id in titles else ''}: {telephone(number)}."
    for about_id, number in sorted(went - came, key=str):
        yield f"This number is gone{f', of {titles[about_id]}' if about_id in titles else ''}: {telephone(number)}."


def _day(value: str) -> str:
    return spoken_day(date.fromisoformat(value))
