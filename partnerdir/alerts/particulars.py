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
from partnerdir.languages import gettext, gettext_noop, ngettext

# Kinds of which nothing need be said of who pays until when.
NOT_OF_MONEY = (
    AlertKind.CONTACT_LEAVING,
    AlertKind.CONTACT_CHANGED,
    AlertKind.REVIEW_DUE,
    AlertKind.AUDIT_DIFFERENCE,
    AlertKind.NEW_MATCH,
)
CHANGED = {
    "title": gettext_noop("what it is called"),
    "email": gettext_noop("its e-mail address"),
    "number": gettext_noop("its telephone number"),
}
ON_THE_PAGE = gettext_noop("The service's page says how to reach them.")
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
        yield gettext("What differs"), details["sentence"]
        yield (
            gettext("What to do"),
            gettext("Look at what was told about the service. Whoever runs this site finds more in its log."),
        )
    elif alert.kind is AlertKind.NEW_MATCH:
        yield gettext("What to do"), gettext("To be told no more of that search, delete it among your saved searches.")


def _leaving(details: Mapping[str, str]) -> Said:
    """Which post, and who follows; one that is kept confidential is not named in a mail."""
    contact = db.session.get(Contact, uuid.UUID(details["contact_id"]))
    if contact is None or contact.is_confidential:
        return
    yield gettext("Contact"), contact.title
    if contact.successor is None:
        yield gettext("After that"), gettext("Nobody is recorded yet. Ask the service whom to ring.")
    elif not contact.successor.is_confidential:
        yield gettext("After that"), f"{contact.successor.title}. {gettext(ON_THE_PAGE)}"


def _changed(alert: Alert, changed_on: date) -> Said:
    """What a day changed, post by post, and how each is reached now."""
    if alert.service_id is None:
        return
    news = list_news([alert.service_id], changed_on, changed_on).get((alert.service_id, changed_on), [])
    for post in sorted(news, key=lambda each: each.change_id):
        yield _post_words(alert.service, post)


def _post_words(service: Service, post: PostNews) -> tuple[str, str]:
    if post.contact_id is None:
        return gettext("The service's own number"), _numbers(service.phones) or gettext("It has none any more.")
    if post.action == "removed":
        return gettext("No longer there"), f"{post.old_title}."
    contact = db.session.get_one(Contact, post.contact_id)
    if post.action == "added":
        return gettext("New"), f"{_from_when(contact)}. {_ways_to(service, contact)}"
    changed = [gettext(CHANGED[name]) for name in post.changed if name != "title" or not post.old_title]
    what = gettext("%(first)s and %(second)s", first=changed[0], second=changed[1]) if len(changed) == 2 else ", ".join(changed)
    who = contact.title
    if post.old_title:
        who = gettext("%(post)s, called %(before)s before", post=contact.title, before=post.old_title)
    return gettext("Changed"), f"{who}{f': {what}' if what else ''}. {_ways_to(service, contact)}"


def _from_when(contact: Contact) -> str:
    if contact.first_on is None:
        return contact.title
    return gettext("%(post)s, from %(day)s", post=contact.title, day=spoken_day(contact.first_on))


def _ways_to(service: Service, contact: Contact) -> str:
    """How to reach a post now; where any confidential mark is, only the page says so, to those who may see it."""
    if service.is_confidential or service.organisation.is_confidential:
        return gettext(ON_THE_PAGE)
    ways = [way for way in (_numbers(contact.phones), contact.email) if way]
    return gettext("Now: %(ways)s.", ways=", ".join(ways)) if ways else gettext("It has neither a number nor an address now.")


def _numbers(phones: list[Phone]) -> str:
    return ", ".join(sorted(_number(phone) for phone in phones))


def _number(phone: Phone) -> str:
    if not phone.extension:
        return phone.number
    return gettext("%(number)s extension %(extension)s", number=phone.number, extension=phone.extension)


def _route(details: Mapping[str, str]) -> Said:
    yield gettext("Need and area"), gettext("%(need)s in %(area)s", need=details["need"], area=details["area"])
    if "where" in details:
        yield (
            gettext("Where"),
            gettext(
                "It is so in %(where)s; elsewhere in %(area)s more are left.", where=details["where"], area=details["area"]
            ),
        )
    known = gettext("We count those that take people and whose money is confirmed beyond that day.")
    number = int(details["not_known"])
    if number:
        known += " " + ngettext(
            "One more serves it, but its money, or whether people are taken, is not recorded, so we do not count on that.",
            "%(num)s more serve it, but their money, or whether people are taken, is not recorded, so we do not count on that.",
            number,
        )
    yield gettext("How we count"), known


def _review(details: Mapping[str, str], day: date) -> Said:
    if "confirmed_on" in details:
        yield gettext("Last confirmed"), day_with_distance(date.fromisoformat(details["confirmed_on"]), day)
    else:
        recorded = day_with_distance(date.fromisoformat(details["recorded_on"]), day)
        yield gettext("Last confirmed"), gettext("Never. It was added on %(recorded)s.", recorded=recorded)
    yield gettext("What to do"), gettext("Look whether its contacts, hours and dates are right, and confirm them on its page.")
