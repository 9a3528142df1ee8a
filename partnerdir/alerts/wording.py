"""How each kind of alert is said: a headline that names the service, and a subject that names nobody."""

from datetime import date

from partnerdir.alerts.rules import AlertKind, Fact
from partnerdir.dates import day_with_distance, spoken_day

HEADLINES = {
    AlertKind.ENDING: "Funding for {name} ends on {day}.",
    AlertKind.ENDED: "Funding for {name} ended on {day}.",
    AlertKind.PART_ENDING: "Part of the funding for {name} ends on {day}. The service goes on.",
    AlertKind.DECISION_LATE: "No decision on more money for {name} is recorded. It has been late since {day}.",
    AlertKind.EXTENDED: "Funding for {name} goes on for longer, until {day}.",
    AlertKind.BROUGHT_FORWARD: "Funding for {name} ends earlier than we told you: on {day}.",
    AlertKind.PAUSED: "{name} is paused.",
    AlertKind.CLOSED: "{name} has closed.",
    AlertKind.REOPENED: "{name} is open again.",
    AlertKind.CONTACT_LEAVING: "A contact at {name} leaves. Their last day is {day}.",
    AlertKind.CONTACT_CHANGED: "Whom to ring at {name} has changed.",
    AlertKind.REVIEW_DUE: "What we say about {name} was last confirmed on {day}.",
    AlertKind.AUDIT_DIFFERENCE: "What was told about {name} is not what should have been told.",
    AlertKind.NEW_MATCH: "{name} matches a search that you saved.",
}
SUBJECTS = {
    AlertKind.ENDING: "funding of a service you watch ends on {day}",
    AlertKind.ENDED: "funding of a service you watch ended on {day}",
    AlertKind.PART_ENDING: "part of the funding of a service you watch ends on {day}",
    AlertKind.DECISION_LATE: "the decision on more money for a service you watch is late",
    AlertKind.EXTENDED: "a service you watch is funded for longer, until {day}",
    AlertKind.BROUGHT_FORWARD: "funding of a service you watch ends earlier, on {day}",
    AlertKind.PAUSED: "a service you watch is paused",
    AlertKind.CLOSED: "a service you watch has closed",
    AlertKind.REOPENED: "a service you watch is open again",
    AlertKind.CONTACT_LEAVING: "a contact at a service you watch leaves on {day}",
    AlertKind.CONTACT_CHANGED: "whom to ring at a service you watch has changed",
    AlertKind.ROUTE_AT_RISK: "hardly anybody is left to send people to after {day}",
    AlertKind.REVIEW_DUE: "is what we say about a service still right?",
    AlertKind.AUDIT_DIFFERENCE: "what was told is not what should have been told",
    AlertKind.NEW_MATCH: "a service matches a search that you saved",
}
# How many others a route has left.
ROUTES = {
    "0": "When the money of {name} ends on {day}, nobody we know of is left for {need} in {area}.",
    "1": "When the money of {name} ends on {day}, only one other is left for {need} in {area}.",
}
NEVER_CONFIRMED = "Nobody has confirmed what we say about {name} since it was added on {day}."
WITHOUT_END = {
    AlertKind.EXTENDED: ("Funding for {name} goes on, with no end date.", "a service you watch is funded with no end date")
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
    return _words_of(fact).format(name=name, day=day and f"{about}{day_with_distance(day, today)}", **said)


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
    words = WITHOUT_END[fact.kind][1] if fact.ends_on is None and fact.kind in WITHOUT_END else SUBJECTS[fact.kind]
    words = words if is_watched else words.replace("a service you watch", "a service")
    return words.format(day=fact.ends_on and f"{about}{spoken_day(fact.ends_on)}")
