"""What an alert says to a person: the fact, how certain it is, where else to send people, and how to stop it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from partnerdir.alerts.alternatives import Alternative, list_alternatives
from partnerdir.alerts.choices import sealed_account
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.rules import OF_AN_END, AlertKind, Fact, Watcher
from partnerdir.alerts.unsubscribing import sealed_watch
from partnerdir.alerts.wording import GOOD_NEWS, headline, subject
from partnerdir.database import db
from partnerdir.dates import day_with_distance, spoken_day
from partnerdir.directory.models import Contact
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Outlook, Renewal
from partnerdir.settings import Settings

RENEWALS = {
    Renewal.NOT_STARTED: "Nobody has recorded an application for more money.",
    Renewal.APPLIED: "More money is applied for.",
    Renewal.EXTENSION_REQUESTED: "An extension is asked for.",
    Renewal.AGREED: "More money is agreed, but its dates are not recorded yet.",
    Renewal.REFUSED: "More money was refused.",
    Renewal.NOT_SOUGHT: "No more money is sought.",
}


@dataclass(frozen=True)
class Other:
    """An alternative as it is shown."""

    name: str
    organisation: str
    words: str
    url: str


@dataclass(frozen=True)
class Notice:
    """One alert for one person, ready for any channel; all text, no records."""

    id: uuid.UUID
    to: str
    subject: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    url: str
    others: tuple[Other, ...]
    unsubscribe_url: str
    pause_url: str
    why: str
    shows_others: bool = True


def notice_of(delivery: Delivery, watcher: Watcher, outlook: Outlook, day: date, settings: Settings) -> Notice:
    """What this delivery says on the day."""
    service, fact = delivery.alert.service, delivery.alert.fact
    site = settings.site_url.rstrip("/")
    about = "about " if outlook.is_estimated and fact.kind in (*OF_AN_END, AlertKind.PART_ENDING) else ""
    shows_others = fact.kind not in GOOD_NEWS
    others = list_alternatives(service.id, fact.ends_on or day, day) if shows_others else []
    return Notice(
        id=delivery.id,
        to=delivery.account.email,
        subject=f"{one_line(settings.site_name)}: {subject(fact, about)}",
        headline=headline(fact, one_line(service.name), day, about),
        facts=tuple((label, one_line(words)) for label, words in _facts(delivery, outlook, day)),
        url=f"{site}/services/{service.id}",
        others=tuple(_shown(other, site) for other in others),
        unsubscribe_url=f"{site}/unsubscribe/{sealed_watch(watcher.watch_id, settings.secret_key or '')}",
        pause_url=f"{site}/pause/{sealed_account(delivery.account_id, settings.secret_key or '')}",
        why=one_line(f"You get this because y{watcher.why[1:-1]} at {settings.site_name}."),
        shows_others=shows_others,
    )


def _facts(delivery: Delivery, outlook: Outlook, day: date) -> Iterator[tuple[str, str]]:
    service, fact = delivery.alert.service, delivery.alert.fact
    windows = [window for window in outlook.ending_windows if isinstance(window, FundingWindow)]
    yield "Service", f"{service.name}, run by {service.organisation.name}"
    if service.status is not ServiceStatus.ACTIVE:
        yield "Status", f"Recorded as {service.status}"
    if "changed_on" in fact.details:
        yield "Changed on", day_with_distance(date.fromisoformat(fact.details["changed_on"]), day)
    if fact.kind is AlertKind.CONTACT_LEAVING:
        yield from _leaving(fact)
        return
    if "before" in fact.details:
        yield "Before", f"We last told you of {spoken_day(date.fromisoformat(fact.details['before']))}"
    if windows:
        yield "Paid for by", "; ".join(sorted({f"{w.fund.name} ({w.fund.funder.name})" for w in windows}))
        yield "How certain", _certainty(outlook, windows)
    elif fact.kind in (AlertKind.ENDING, AlertKind.ENDED):
        yield "How certain", _certainty(outlook, windows)
    if fact.kind is not AlertKind.REOPENED:
        yield "What comes next", " ".join(_prospects(outlook, windows, day))


def _leaving(fact: Fact) -> Iterator[tuple[str, str]]:
    """Which post, and who follows; one that is kept confidential is not named in a mail."""
    contact = db.session.get(Contact, uuid.UUID(fact.details["contact_id"]))
    if contact is None or contact.is_confidential:
        return
    yield "Contact", contact.title
    if contact.successor is None:
        yield "After that", "Nobody is recorded yet. Ask the service whom to ring."
    elif not contact.successor.is_confidential:
        yield "After that", f"{contact.successor.title}. The service's page says how to reach them."


def _certainty(outlook: Outlook, windows: list[FundingWindow]) -> str:
    kind = "This date is an estimate." if outlook.is_estimated else "The money is confirmed up to this date."
    said = [w for w in windows if w.confirmed_on]
    if said:
        last = max(said, key=lambda window: window.confirmed_on or date.min)
        who = last.confirmed_by or "Somebody"
        return f"{kind} {who} said so on {spoken_day(last.confirmed_on or date.min)}."
    source = next((window.source for window in windows if window.source), "")
    return f"{kind} No person has confirmed it yet" + (f"; it comes from {source}." if source else ".")


def _prospects(outlook: Outlook, windows: list[FundingWindow], day: date) -> Iterator[str]:
    if outlook.covered_again_on:
        yield f"Money is confirmed again from {day_with_distance(outlook.covered_again_on, day)}."
    else:
        yield from dict.fromkeys(RENEWALS[window.renewal] for window in windows)
    if outlook.decision_due_on:
        due = "is" if outlook.decision_due_on >= day else "was"
        yield f"The decision {due} due on {day_with_distance(outlook.decision_due_on, day)}."
    if outlook.expected_until:
        yield f"If all that is hoped for comes, it goes on until {spoken_day(outlook.expected_until)}."
    yield "Ask the service before you rely on it."


def _shown(other: Alternative, site: str) -> Other:
    until = f"Funded until {spoken_day(other.funded_until)}" if other.funded_until else "Funded, with no end date"
    words = f"{until}. {'Has a waiting list' if other.has_waiting_list else 'Takes people now'}."
    return Other(one_line(other.name), one_line(other.organisation), words, f"{site}/services/{other.service_id}")


def one_line(words: str) -> str:
    """The words without line breaks, which would end a header or fake a line of the mail."""
    return " ".join(words.split())
