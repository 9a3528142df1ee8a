"""What an alert says to a person: the fact, how certain it is, where else to send people, and how to stop it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from partnerdir.alerts.alternatives import Alternative, list_alternatives
from partnerdir.alerts.asking_contacts import sealed_request
from partnerdir.alerts.choices import sealed_account
from partnerdir.alerts.kept import said_again
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.particulars import NOT_OF_MONEY, particulars_of
from partnerdir.alerts.reaching import address_of
from partnerdir.alerts.routes_at_risk import route_of
from partnerdir.alerts.rules import OF_AN_END, AlertKind, ChannelName, Watcher
from partnerdir.alerts.unsubscribing import sealed_watch
from partnerdir.alerts.wording import GOOD_NEWS, headline, subject
from partnerdir.dates import day_with_distance, spoken_day
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Outlook, Renewal
from partnerdir.languages import WRITTEN_IN, gettext, gettext_noop, speaking, spoken
from partnerdir.settings import Settings

RENEWALS = {
    Renewal.NOT_STARTED: gettext_noop("Nobody has recorded an application for more money."),
    Renewal.APPLIED: gettext_noop("More money is applied for."),
    Renewal.EXTENSION_REQUESTED: gettext_noop("An extension is asked for."),
    Renewal.AGREED: gettext_noop("More money is agreed, but its dates are not recorded yet."),
    Renewal.REFUSED: gettext_noop("More money was refused."),
    Renewal.NOT_SOUGHT: gettext_noop("No more money is sought."),
}


RECORDED_AS = {
    ServiceStatus.PAUSED: gettext_noop("Recorded as paused"),
    ServiceStatus.CLOSED: gettext_noop("Recorded as closed"),
}


@dataclass(frozen=True)
class Other:
    """An alternative as it is shown."""

    name: str
    organisation: str
    words: str
    url: str
    service_id: uuid.UUID | None = None
    funded_until: date | None = None


@dataclass(frozen=True)
class Notice:
    """One alert for one person, ready for any channel, or several of them in `parts`; all text, no records."""

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
    kind: AlertKind | None = None
    service: str = ""
    ends_on: date | None = None
    is_estimate: bool = False
    alert_url: str = ""
    confirm_url: str = ""
    parts: tuple["Notice", ...] = ()
    language: str = WRITTEN_IN
    # What a machine wants to know by itself.
    account_id: uuid.UUID | None = None
    service_id: uuid.UUID | None = None
    service_name: str = ""
    organisation: str = ""


def notice_of(delivery: Delivery, watcher: Watcher, outlook: Outlook, day: date, settings: Settings) -> Notice:
    """What this delivery says on the day, in the language of its reader; a webhook speaks the first one offered."""
    is_mail = delivery.account is not None and delivery.channel is ChannelName.EMAIL
    with speaking(delivery.account.language if is_mail and delivery.account else ""):
        return _notice_of(delivery, watcher, outlook, day, settings)


def _notice_of(delivery: Delivery, watcher: Watcher, outlook: Outlook, day: date, settings: Settings) -> Notice:
    service, fact = delivery.alert.service, delivery.alert.fact
    site, secret = settings.site_url.rstrip("/"), settings.secret_key or ""
    about = "about " if outlook.is_estimated and fact.kind in (*OF_AN_END, AlertKind.PART_ENDING) else ""
    shows_others = fact.kind not in GOOD_NEWS
    others = list_alternatives(service.id, fact.ends_on or day, day, route_of(fact)) if shows_others else []
    notice = Notice(
        id=delivery.id,
        language=spoken(),
        to=address_of(delivery, watcher.email),
        subject=f"{one_line(settings.site_name)}: {subject(fact, about, bool(watcher.watch_id))}",
        headline=headline(fact, one_line(service.name), day, about),
        facts=tuple((label, one_line(words)) for label, words in _facts(delivery, outlook, day)),
        url=f"{site}/services/{service.id}",
        others=tuple(_shown(other, site) for other in others),
        unsubscribe_url=f"{site}/unsubscribe/{sealed_watch(watcher.watch_id, secret)}" if watcher.watch_id else "",
        pause_url=f"{site}/pause/{sealed_account(watcher.account_id, secret)}" if watcher.account_id else "",
        why=one_line(_why(watcher.why, settings)),
        shows_others=shows_others,
        account_id=watcher.account_id,
        service_id=service.id,
        service_name=one_line(service.name),
        organisation=one_line(service.organisation.name),
        kind=fact.kind,
        service=one_line(
            gettext("%(service)s, run by %(organisation)s", service=service.name, organisation=service.organisation.name)
        ),
        ends_on=fact.ends_on,
        is_estimate=bool(about),
        alert_url=f"{site}/alerts#alert-{delivery.alert_id}" if watcher.account_id else "",
    )
    return _request_of(notice, settings) if watcher.contact_id else notice


def _why(kept: str, settings: Settings) -> str:
    """Why somebody gets this, from the sentence that is kept of it."""
    reason = said_again(kept)
    reason = f"{reason[0].lower()}{reason[1:].removesuffix('.')}"
    return gettext("You get this because %(reason)s at %(site)s.", reason=reason, site=settings.site_name)


def _request_of(notice: Notice, settings: Settings) -> Notice:
    """What asks a service's own contact to confirm: the link, and nothing that staff know."""
    link = f"{settings.site_url.rstrip('/')}/confirm/{sealed_request(notice.id, settings.secret_key or '')}"
    subject = gettext("%(site)s: is what we say of your service still right?", site=one_line(settings.site_name))
    headline = gettext("Is what we say of %(service)s still right?", service=notice.service_name)
    return replace(notice, subject=subject, headline=headline, facts=(), others=(), shows_others=False, confirm_url=link)


def _facts(delivery: Delivery, outlook: Outlook, day: date) -> Iterator[tuple[str, str]]:
    service, fact = delivery.alert.service, delivery.alert.fact
    windows = [window for window in outlook.ending_windows if isinstance(window, FundingWindow)]
    yield (
        gettext("Service"),
        gettext("%(service)s, run by %(organisation)s", service=service.name, organisation=service.organisation.name),
    )
    if service.status is not ServiceStatus.ACTIVE:
        yield gettext("Status"), gettext(RECORDED_AS[service.status])
    if "changed_on" in fact.details:
        yield gettext("Changed on"), day_with_distance(date.fromisoformat(fact.details["changed_on"]), day)
    yield from particulars_of(delivery.alert, day)
    if fact.kind in NOT_OF_MONEY:
        return
    if "before" in fact.details:
        yield (
            gettext("Before"),
            gettext("We last told you of %(day)s", day=spoken_day(date.fromisoformat(fact.details["before"]))),
        )
    if windows:
        yield gettext("Paid for by"), "; ".join(sorted({f"{w.fund.name} ({w.fund.funder.name})" for w in windows}))
        yield gettext("How certain"), _certainty(outlook, windows)
    elif fact.kind in (AlertKind.ENDING, AlertKind.ENDED):
        yield gettext("How certain"), _certainty(outlook, windows)
    if fact.kind is not AlertKind.REOPENED:
        yield gettext("What comes next"), " ".join(_prospects(outlook, windows, day))


def _certainty(outlook: Outlook, windows: list[FundingWindow]) -> str:
    estimate, sure = gettext_noop("This date is an estimate."), gettext_noop("The money is confirmed up to this date.")
    kind = gettext(estimate if outlook.is_estimated else sure)
    said = [w for w in windows if w.confirmed_on]
    if said:
        last = max(said, key=lambda window: window.confirmed_on or date.min)
        who = last.confirmed_by or gettext("Somebody")
        said_so = gettext("%(who)s said so on %(day)s.", who=who, day=spoken_day(last.confirmed_on or date.min))
        return f"{kind} {said_so}"
    source = next((window.source for window in windows if window.source), "")
    if source:
        return f"{kind} " + gettext("No person has confirmed it yet; it comes from %(source)s.", source=source)
    return f"{kind} " + gettext("No person has confirmed it yet.")


def _prospects(outlook: Outlook, windows: list[FundingWindow], day: date) -> Iterator[str]:
    if outlook.covered_again_on:
        yield gettext("Money is confirmed again from %(day)s.", day=day_with_distance(outlook.covered_again_on, day))
    else:
        yield from dict.fromkeys(gettext(RENEWALS[window.renewal]) for window in windows)
    if outlook.decision_due_on:
        due, was_due = gettext_noop("The decision is due on %(day)s."), gettext_noop("The decision was due on %(day)s.")
        is_ahead = outlook.decision_due_on >= day
        yield gettext(due if is_ahead else was_due, day=day_with_distance(outlook.decision_due_on, day))
    if outlook.expected_until:
        yield gettext("If all that is hoped for comes, it goes on until %(day)s.", day=spoken_day(outlook.expected_until))
    yield gettext("Ask the service before you rely on it.")


def _shown(other: Alternative, site: str) -> Other:
    until = gettext("Funded, with no end date")
    if other.funded_until:
        until = gettext("Funded until %(day)s", day=spoken_day(other.funded_until))
    words = f"{until}. {gettext('Has a waiting list') if other.has_waiting_list else gettext('Takes people now')}."
    url = f"{site}/services/{other.service_id}"
    return Other(one_line(other.name), one_line(other.organisation), words, url, other.service_id, other.funded_until)


def one_line(words: str) -> str:
    """The words without line breaks, which would end a header or fake a line of the mail."""
    return " ".join(words.split())
