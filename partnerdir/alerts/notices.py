"""What an alert says to a person: the fact, how certain it is, where else to send people, and how to stop it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from partnerdir.alerts.alternatives import Alternative, list_alternatives
from partnerdir.alerts.models import Delivery, Watch
from partnerdir.alerts.rules import AlertKind
from partnerdir.alerts.unsubscribing import sealed_watch
from partnerdir.dates import day_with_distance, spoken_day
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


def notice_of(delivery: Delivery, watch: Watch, outlook: Outlook, day: date, settings: Settings) -> Notice:
    """What this delivery says on the day."""
    service, ends_on = delivery.alert.service, delivery.alert.ends_on
    site = settings.site_url.rstrip("/")
    verb = "ended" if delivery.alert.kind is AlertKind.ENDED else "ends"
    about = "about " if outlook.is_estimated else ""
    others = list_alternatives(service.id, ends_on, day)
    return Notice(
        id=delivery.id,
        to=delivery.account.email,
        # Names nobody: a subject is read over shoulders and on locked screens.
        subject=f"{one_line(settings.site_name)}: funding of a service you watch {verb} on {about}{spoken_day(ends_on)}",
        headline=f"Funding for {one_line(service.name)} {verb} on {about}{day_with_distance(ends_on, day)}.",
        facts=tuple((label, one_line(words)) for label, words in _facts(delivery, outlook, day)),
        url=f"{site}/services/{service.id}",
        others=tuple(_shown(other, site) for other in others),
        unsubscribe_url=f"{site}/unsubscribe/{sealed_watch(watch.id, settings.secret_key or '')}",
    )


def _facts(delivery: Delivery, outlook: Outlook, day: date) -> Iterator[tuple[str, str]]:
    service = delivery.alert.service
    windows = [window for window in outlook.ending_windows if isinstance(window, FundingWindow)]
    yield "Service", f"{service.name}, run by {service.organisation.name}"
    if service.status is not ServiceStatus.ACTIVE:
        yield "Status", f"Recorded as {service.status}"
    if windows:
        yield "Paid for by", "; ".join(sorted({f"{w.fund.name} ({w.fund.funder.name})" for w in windows}))
    yield "How certain", _certainty(outlook, windows)
    yield "What comes next", " ".join(_prospects(outlook, windows, day))


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
