"""How each kind of alert is said: a headline that names the service, and a subject that names nobody."""

from datetime import date

from partnerdir.alerts.rules import AlertKind, Fact
from partnerdir.dates import day_with_distance, spoken_day
from partnerdir.languages import gettext, gettext_noop

HEADLINES = {
    AlertKind.ENDING: gettext_noop("Funding for {name} ends on {day}."),
    AlertKind.ENDED: gettext_noop("Funding for {name} ended on {day}."),
    AlertKind.PART_ENDING: gettext_noop("Part of the funding for {name} ends on {day}. The service goes on."),
    AlertKind.DECISION_LATE: gettext_noop("No decision on more money for {name} is recorded. It has been late since {day}."),
    AlertKind.EXTENDED: gettext_noop("Funding for {name} goes on for longer, until {day}."),
    AlertKind.BROUGHT_FORWARD: gettext_noop("Funding for {name} ends earlier than we told you: on {day}."),
    AlertKind.PAUSED: gettext_noop("{name} is paused."),
    AlertKind.CLOSED: gettext_noop("{name} has closed."),
    AlertKind.REOPENED: gettext_noop("{name} is open again."),
    AlertKind.CONTACT_LEAVING: gettext_noop("A contact at {name} leaves. Their last day is {day}."),
    AlertKind.CONTACT_CHANGED: gettext_noop("Whom to ring at {name} has changed."),
    AlertKind.REVIEW_DUE: gettext_noop("What we say about {name} was last confirmed on {day}."),
    AlertKind.AUDIT_DIFFERENCE: gettext_noop("What was told about {name} is not what should have been told."),
    AlertKind.NEW_MATCH: gettext_noop("{name} matches a search that you saved."),
}
SUBJECTS = {
    AlertKind.ENDING: gettext_noop("funding of a service you watch ends on {day}"),
    AlertKind.ENDED: gettext_noop("funding of a service you watch ended on {day}"),
    AlertKind.PART_ENDING: gettext_noop("part of the funding of a service you watch ends on {day}"),
    AlertKind.DECISION_LATE: gettext_noop("the decision on more money for a service you watch is late"),
    AlertKind.EXTENDED: gettext_noop("a service you watch is funded for longer, until {day}"),
    AlertKind.BROUGHT_FORWARD: gettext_noop("funding of a service you watch ends earlier, on {day}"),
    AlertKind.PAUSED: gettext_noop("a service you watch is paused"),
    AlertKind.CLOSED: gettext_noop("a service you watch has closed"),
    AlertKind.REOPENED: gettext_noop("a service you watch is open again"),
    AlertKind.CONTACT_LEAVING: gettext_noop("a contact at a service you watch leaves on {day}"),
    AlertKind.CONTACT_CHANGED: gettext_noop("whom to ring at a service you watch has changed"),
    AlertKind.ROUTE_AT_RISK: gettext_noop("hardly anybody is left to send people to after {day}"),
    AlertKind.REVIEW_DUE: gettext_noop("is what we say about a service still right?"),
    AlertKind.AUDIT_DIFFERENCE: gettext_noop("what was told is not what should have been told"),
    AlertKind.NEW_MATCH: gettext_noop("a service matches a search that you saved"),
}
# The same for those who do not watch it.
OF_ANY_SERVICE = {
    AlertKind.ENDING: gettext_noop("funding of a service ends on {day}"),
    AlertKind.ENDED: gettext_noop("funding of a service ended on {day}"),
    AlertKind.PART_ENDING: gettext_noop("part of the funding of a service ends on {day}"),
    AlertKind.DECISION_LATE: gettext_noop("the decision on more money for a service is late"),
    AlertKind.EXTENDED: gettext_noop("a service is funded for longer, until {day}"),
    AlertKind.BROUGHT_FORWARD: gettext_noop("funding of a service ends earlier, on {day}"),
    AlertKind.PAUSED: gettext_noop("a service is paused"),
    AlertKind.CLOSED: gettext_noop("a service has closed"),
    AlertKind.REOPENED: gettext_noop("a service is open again"),
    AlertKind.CONTACT_LEAVING: gettext_noop("a contact at a service leaves on {day}"),
    AlertKind.CONTACT_CHANGED: gettext_noop("whom to ring at a service has changed"),
}
# How many others a route has left.
ROUTES = {
    "0": gettext_noop("When the money of {name} ends on {day}, nobody we know of is left for {need} in {area}."),
    "1": gettext_noop("When the money of {name} ends on {day}, only one other is left for {need} in {area}."),
}
NEVER_CONFIRMED = gettext_noop("Nobody has confirmed what we say about {name} since it was added on {day}.")
OF_ANY_WITHOUT_END = gettext_noop("a service is funded with no end date")
WITHOUT_END = {
    AlertKind.EXTENDED: (
        gettext_noop("Funding for {name} goes on, with no end date."),
        gettext_noop("a service you watch is funded with no end date"),
    )
}
# News after which nobody needs to send people elsewhere.
GOOD_NEWS = (
    AlertKind.EXTENDED,
    AlertKind.REOPENED,
    AlertKind.CONTACT_LEAVING,
    AlertKind.CONTACT_CHANGED,
    AlertKind.REVIEW_DUE,
    AlertKind.AUDIT_DIFFERENCE,
    AlertKind.NEW_MATCH,
)


def headline(fact: Fact, name: str, today: date, about: str = "") -> str:
    """The fact as one sentence that names the service; `about` goes before a day that is an estimate."""
    day = _day_of(fact)
    said = {"need": fact.details.get("need", ""), "area": fact.details.get("area", "")}
    return gettext(_words_of(fact)).format(name=name, day=day and _about(day_with_distance(day, today), about), **said)


def _words_of(fact: Fact) -> str:
    if fact.ends_on is None and fact.kind in WITHOUT_END:
        return WITHOUT_END[fact.kind][0]
    if fact.kind is AlertKind.ROUTE_AT_RISK:
        return ROUTES[fact.details["left"]]
    if fact.kind is AlertKind.REVIEW_DUE and "recorded_on" in fact.details:
        return NEVER_CONFIRMED
    return HEADLINES[fact.kind]


def _day_of(fact: Fact) -> date | None:
    """The day that a headline speaks of: an end, or when somebody last looked."""
    said = fact.details.get("confirmed_on") or fact.details.get("recorded_on")
    return date.fromisoformat(said) if said else fact.ends_on


def subject(fact: Fact, about: str = "", is_watched: bool = True) -> str:
    """The fact without any name: a subject is read over shoulders and on locked screens."""
    words = _subject_of(fact, is_watched)
    return gettext(words).format(day=fact.ends_on and _about(spoken_day(fact.ends_on), about))


def _subject_of(fact: Fact, is_watched: bool) -> str:
    if fact.ends_on is None and fact.kind in WITHOUT_END:
        return WITHOUT_END[fact.kind][1] if is_watched else OF_ANY_WITHOUT_END
    return SUBJECTS[fact.kind] if is_watched else OF_ANY_SERVICE.get(fact.kind, SUBJECTS[fact.kind])


def _about(day: str, about: str) -> str:
    return gettext("about %(day)s", day=day) if about else day
