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
from partnerdir.languages import gettext, gettext_noop, lazy_gettext
from partnerdir.web.formats import telephone
from partnerdir.web.words import words_for

STATUSES = {
    ServiceStatus.ACTIVE: lazy_gettext("It is open again."),
    ServiceStatus.PAUSED: lazy_gettext("It is paused."),
    ServiceStatus.CLOSED: lazy_gettext("It has closed."),
}
# Fields of a service of which it is enough to say that they changed; its page says what stands now.
CHANGED = (
    (lazy_gettext("Who it is for has changed."), ("minimum_age", "maximum_age", "eligibility_description", "circumstances")),
    (lazy_gettext("How to ask has changed."), ("referral", "application_process")),
    (lazy_gettext("How people attend has changed."), ("ways",)),
    (lazy_gettext("What it costs has changed."), ("fees_description",)),
    (lazy_gettext("Its languages have changed."), ("languages",)),
    (lazy_gettext("Access, or help with travel, has changed."), ("accessibility",)),
    (lazy_gettext("What it helps with has changed."), ("needs",)),
    (lazy_gettext("What we say that it does has changed."), ("description", "summary")),
    (lazy_gettext("Its website has changed."), ("url",)),
)
OF_PARTS = {
    "schedule": lazy_gettext("When it is open has changed."),
    "service_at_location": lazy_gettext("Where it is has changed."),
    "location": lazy_gettext("Where it is has changed."),
    "service_area": lazy_gettext("The areas that it serves have changed."),
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
        return [gettext("It is new here.")]  # all else of it is new too, and on its page
    sentences = [sentence for course in kept.get("service", ()) for sentence in _of_service(course)]
    sentences += [sentence for course in kept.get("funding_window", ()) for sentence in _of_money(course)]
    sentences += [sentence for course in kept.get("contact", ()) for sentence in _of_contact(course, service)]
    sentences += _of_numbers(kept.get("phone", ()), service)
    sentences += [str(sentence) for kind, sentence in OF_PARTS.items() if any(_says(c) for c in kept.get(kind, ()))]
    return list(dict.fromkeys(sentences))


def _says(course: Course) -> bool:
    return course.is_new or course.is_gone or bool(course.changed)


def _of_service(course: Course) -> Iterator[str]:
    changed = course.changed
    if "status" in changed:
        yield str(STATUSES[ServiceStatus(changed["status"][1])])
    if "taking" in changed:
        yield gettext("Is there room? %(words)s.", words=words_for(Taking(changed["taking"][1])))
    if "name" in changed:
        yield gettext("It was called “%(name)s” before.", name=changed["name"][0])
    if changed.get("email", [None, ""])[1]:
        yield gettext("Its e-mail address is %(email)s now.", email=changed["email"][1])
    yield from (str(words) for words, names in CHANGED if any(name in changed for name in names))
    if changed.get("assured_on", [None, None])[1]:
        yield gettext("What we say about it was checked on %(day)s.", day=_day(changed["assured_on"][1]))


def _of_money(course: Course) -> Iterator[str]:
    if course.is_new or course.is_gone:
        until = (
            gettext("until %(day)s", day=_day(course.latest("ends_on")))
            if course.latest("ends_on")
            else gettext("with no end date")
        )
        sure = Certainty(course.latest("certainty") or Certainty.CONFIRMED)
        doubt = "" if sure is Certainty.CONFIRMED else f" ({words_for(sure).lower()})"
        gone = gettext_noop("Money %(until)s is not recorded any more.")
        yield gettext(
            gone if course.is_gone else gettext_noop("New money is recorded, %(until)s%(doubt)s."), until=until, doubt=doubt
        )
        return
    changed = course.changed
    if "ends_on" in changed:
        before, after = (_day(value) if value else gettext("no end date") for value in changed["ends_on"])
        yield gettext("The end of its money moved from %(before)s to %(after)s.", before=before, after=after)
    if "certainty" in changed:
        yield gettext("How sure its money is: %(words)s.", words=words_for(Certainty(changed["certainty"][1])).lower())
    if "renewal" in changed:
        yield gettext("More money: %(words)s.", words=words_for(Renewal(changed["renewal"][1])).lower())
    if changed.get("decision_due_on", [None, None])[1]:
        yield gettext("A decision on more money is due on %(day)s.", day=_day(changed["decision_due_on"][1]))


def _of_contact(course: Course, service: Service) -> Iterator[str]:
    if course.is_new or course.is_gone:
        title = course.latest("title")
        gone = gettext_noop("%(title)s is not a contact any more.")
        yield gettext(gettext_noop("New contact: %(title)s.") if course.is_new else gone, title=title)
        return
    changed, title = course.changed, _title(course, service)
    if "title" in changed:
        yield gettext("%(before)s is called %(now)s now.", before=changed["title"][0], now=changed["title"][1])
    if changed.get("email", [None, ""])[1]:
        yield gettext("%(title)s: the e-mail address is %(email)s now.", title=title, email=changed["email"][1])
    if changed.get("last_on", [None, None])[1]:
        yield gettext("%(title)s: the last day is %(day)s.", title=title, day=_day(changed["last_on"][1]))


def _title(course: Course, service: Service) -> str:
    if course.latest("title"):
        return str(course.latest("title"))
    return next((one.title for one in service.contacts if one.id == course.record_id), gettext("A contact"))


def _of_numbers(courses: Sequence[Course], service: Service) -> Iterator[str]:
    """New numbers and those that are gone; one that was taken away and put back is neither."""
    titles = {contact.id: contact.title for contact in service.contacts}
    came = {(c.about_id, number) for c in courses if not c.is_gone and (number := c.fields.get("number", [None, None])[1])}
    went = {(c.about_id, number) for c in courses if not c.is_new and (number := c.fields.get("number", [None, None])[0])}
    for about_id, number in sorted(came - went, key=str):
        said = (
            gettext_noop("New number of %(title)s: %(number)s.")
            if about_id in titles
            else gettext_noop("New number: %(number)s.")
        )
        yield gettext(said, title=titles.get(about_id), number=telephone(number))
    for about_id, number in sorted(went - came, key=str):
        of_post = gettext_noop("This number is gone, of %(title)s: %(number)s.")
        said = of_post if about_id in titles else gettext_noop("This number is gone: %(number)s.")
        yield gettext(said, title=titles.get(about_id), number=telephone(number))


def _day(value: str) -> str:
    return spoken_day(date.fromisoformat(value))
