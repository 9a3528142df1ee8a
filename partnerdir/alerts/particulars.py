"""What an alert says beside its headline where that is not about money: whom to ring now, who else is left, what differs."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date

from partnerdir.alerts.contact_news import PostNews, list_news
from partnerdir.alerts.models import Alert
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.dates import day_with_distance, spoken_day
from partnerdir.directory.models import Contact, Phone, Service

# Kinds of which nothing need be said of who pays until when.
NOT_OF_MONEY = (
    AlertKind.CONTACT_LEAVING,
    AlertKind.CONTACT_CHANGED,
    AlertKind.REVIEW_DUE,
    AlertKind.AUDIT_DIFFERENCE,
    AlertKind.NEW_MATCH,
)
CHANGED = {"title": "what it is called", "email": "its e-mail address", "number": "its telephone number"}
ON_THE_PAGE = "The service's page says how to reach them."
Said = Iterator[tuple[str, str]]


def particulars_of(alert: Alert, day: date) -> Said:
    """What this kind of alert says by itself, as (label, words)."""
    details = alert.fact.details
    if alert.kind is AlertKind.CONTACT_LEAVING:
        yield from _leaving(details)
    elif alert.kind is AlertKind.CONTACT_CHANGED:
        yield from _changed(alert, date.fromisoformat(details["changed_on"]))
    elif alert.kind is AlertKind.ROUTE_AT_RISK:
        yield from _route(details)
    elif alert.kind is AlertKind.REVIEW_DUE:
        yield from _review(details, day)
    elif alert.kind is AlertKind.AUDIT_DIFFERENCE:
        yield "What differs", details["sentence"]
        yield "What to do", "Look at what was told about the service. Whoever runs this site finds more in its log."
    elif alert.kind is AlertKind.NEW_MATCH:
        yield "What to do", "To be told no more of that search, delete it among your saved searches."


def _leaving(details: Mapping[str, str]) -> Said:
    """Which post, and who follows; one that is kept confidential is not named in a mail."""
    contact = db.session.get(Contact, uuid.UUID(details["contact_id"]))
    if contact is None or contact.is_confidential:
        return
    yield "Contact", contact.title
    if contact.successor is None:
        yield "After that", "Nobody is recorded yet. Ask the service whom to ring."
    elif not contact.successor.is_confidential:
        yield "After that", f"{contact.successor.title}. {ON_THE_PAGE}"


def _changed(alert: Alert, changed_on: date) -> Said:
    """What a day changed, post by post, and how each is reached now."""
    if alert.service_id is None:
        return
    news = list_news([alert.service_id], changed_on, changed_on).get((alert.service_id, changed_on), [])
    for post in sorted(news, key=lambda each: each.change_id):
        yield _post_words(alert.service, post)


def _post_words(service: Service, post: PostNews) -> tuple[str, str]:
    if post.contact_id is None:
        return "The service's own number", _numbers(service.phones) or "It has none any more."
    if post.action == "removed":
        return "No longer there", f"{post.old_title}."
    contact = db.session.get_one(Contact, post.contact_id)
    if post.action == "added":
        return "New", f"{contact.title}{_from_when(contact)}. {_ways_to(service, contact)}"
    was = f", called {post.old_title} before" if post.old_title else ""
    what = " and ".join(CHANGED[name] for name in post.changed if name != "title" or not post.old_title)
    return "Changed", f"{contact.title}{was}{f': {what}' if what else ''}. {_ways_to(service, contact)}"


def _from_when(contact: Contact) -> str:
    return f", from {spoken_day(contact.first_on)}" if contact.first_on else ""


def _ways_to(service: Service, contact: Contact) -> str:
    """How to reach a post now; where any confidential mark is, only the page says so, to those who may see it."""
    if service.is_confidential or service.organisation.is_confidential:
        return ON_THE_PAGE
    ways = [way for way in (_numbers(contact.phones), contact.email) if way]
    return f"Now: {', '.join(ways)}." if ways else "It has neither a number nor an address now."


def _numbers(phones: list[Phone]) -> str:
    said = (f"{phone.number}{f' extension {phone.extension}' if phone.extension else ''}" for phone in phones)
    return ", ".join(sorted(said))


def _route(details: Mapping[str, str]) -> Said:
    yield "Need and area", f"{details['need']} in {details['area']}"
    if "where" in details:
        yield "Where", f"It is so in {details['where']}; elsewhere in {details['area']} more are left."
    known = "We count those that take people and whose money is confirmed beyond that day."
    number = int(details["not_known"])
    if number:
        verb = "One more serves" if number == 1 else f"{number} more serve"
        pronoun = "its" if number == 1 else "their"
        known += f" {verb} it, but {pronoun} money, or whether people are taken, is not recorded, so we do not count on that."
    yield "How we count", known


def _review(details: Mapping[str, str], day: date) -> Said:
    if "confirmed_on" in details:
        yield "Last confirmed", day_with_distance(date.fromisoformat(details["confirmed_on"]), day)
    else:
        recorded = day_with_distance(date.fromisoformat(details["recorded_on"]), day)
        yield "Last confirmed", f"Never. It was added on {recorded}."
    yield "What to do", "Look whether its contacts, hours and dates are right, and confirm them on its page."
