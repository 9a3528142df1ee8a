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
}
WITHOUT_END = {
    AlertKind.EXTENDED: ("Funding for {name} goes on, with no end date.", "a service you watch is funded with no end date")
}
# News after which nobody needs to send people elsewhere.
GOOD_NEWS = (AlertKind.EXTENDED, AlertKind.REOPENED, AlertKind.CONTACT_LEAVING)


def headline(fact: Fact, name: str, today: date, about: str = "") -> str:
    """The fact as one sentence that names the service; `about` goes before a day that is an estimate."""
    words = WITHOUT_END[fact.kind][0] if fact.ends_on is None and fact.kind in WITHOUT_END else HEADLINES[fact.kind]
    return words.format(name=name, day=fact.ends_on and f"{about}{day_with_distance(fact.ends_on, today)}")


def subject(fact: Fact, about: str = "") -> str:
    """The fact without any name: a subject is read over shoulders and on locked screens."""
    words = WITHOUT_END[fact.kind][1] if fact.ends_on is None and fact.kind in WITHOUT_END else SUBJECTS[fact.kind]
    return words.format(day=fact.ends_on and f"{about}{spoken_day(fact.ends_on)}")
