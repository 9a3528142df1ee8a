"""What a person is owed of a service: what stood all through yesterday, stands today, and is not in the ledger. Pure.

What is newer the scan may still have before it; a change since yesterday is asked about tomorrow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from partnerdir.alerts.evidence import KnownService, Telling
from partnerdir.alerts.histories import Chapter, Values, chapters_since
from partnerdir.alerts.rewinding import day_of
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.standing import Money, Standing, first_day_due, nearest_passed

ONE_DAY = timedelta(days=1)
LEAVES_WITHIN = timedelta(days=30)
NEWS_FOR = timedelta(days=730)  # whoever was told of an end so long ago is not told that it moved
STATUSES = {"paused": AlertKind.PAUSED, "closed": AlertKind.CLOSED}
OF_AN_END = (AlertKind.ENDING, AlertKind.ENDED, AlertKind.EXTENDED, AlertKind.BROUGHT_FORWARD)
OF_A_STATUS = (*STATUSES.values(), AlertKind.REOPENED)


@dataclass(frozen=True)
class Owed:
    """Something that was due all through yesterday; `is_passing` when something nearer takes its place today."""

    standing: Standing
    threshold: int | None
    due_on: date
    is_passing: bool = False


@dataclass(frozen=True)
class Days:
    """Since when differences are looked for, and which day is today, with the days of warning for all services."""

    since: date
    today: date
    thresholds: Sequence[int]

    @property
    def yesterday(self) -> date:
        """The day that a daily scan has looked at for certain."""
        return self.today - ONE_DAY


@dataclass(frozen=True)
class Settled:
    """What stood of a service all through yesterday and stands today, whoever is told of it."""

    service: KnownService
    money: list[Owed]
    paid: tuple[bool, date | None] | None  # whether there is money, and until when; None where that has changed


def settled_of(service: KnownService, days: Days) -> Settled:
    """What can be said of a service for everyone at once."""
    pages = [
        (Money(chapter.records), (days.yesterday, days.today)) for chapter in chapters_since(service.windows, days.yesterday)
    ]
    readings = [(money, day) for money, both in pages for day in both]
    paid = {money.paid_until(day) for money, day in readings}
    return Settled(service, _list_money(service, readings, days), paid.pop() if len(paid) == 1 else None)


def list_untold(settled: Settled, concerned: Sequence[Chapter], tellings: Sequence[Telling], days: Days) -> Iterator[Owed]:
    """What the ledger lacks for somebody who was to be told of the service as these chapters say."""
    service = settled.service
    lately = chapters_since(concerned, days.yesterday)
    if not all(chapter.records for chapter in lately):
        return
    reasons = [record for chapter in lately for record in chapter.records]
    owed = (
        *(each for each in settled.money if not _had_seen(each.standing, reasons)),
        *_list_moved(settled, tellings, days),
        *(
            each
            for each in _list_status(service, tellings, days)
            if all(str(r["began_on"]) <= str(each.due_on) for r in reasons)
        ),
        *_list_leaving(service, days),
    )
    for each in owed:
        if max(each.due_on, lately[0].first_day) >= days.since and not is_in_ledger(each, tellings):
            yield each


def is_in_ledger(owed: Owed, tellings: Iterable[Telling]) -> bool:
    """Whether the ledger has it, or something nearer: told, waiting, or failed; dropped only where it is passing anyway."""
    return any(
        telling.standing == owed.standing
        and (telling.threshold or 0) <= (owed.threshold or 0)
        and (telling.state is not DeliveryState.DROPPED or (owed.is_passing and bool(telling.reason)))
        for telling in tellings
    )


def _list_money(service: KnownService, readings: Iterable[tuple[Money, date]], days: Days) -> list[Owed]:
    """What its windows made due all through yesterday and still make true today, each at the nearest threshold passed."""
    warned = [tuple(_own_days(chapter) or days.thresholds) for chapter in chapters_since(service.warned, days.yesterday)]
    if len(set(warned)) != 1:
        return []
    thresholds, owed = warned[0], []
    for standing in sorted(set.intersection(*(money.made_on(day, thresholds) for money, day in readings)), key=str):
        threshold = nearest_passed(standing, days.yesterday, thresholds)
        if threshold is not None:
            is_passing = nearest_passed(standing, days.today, thresholds) != threshold
            owed.append(Owed(standing, threshold, first_day_due(standing, threshold), is_passing))
    return owed


def _own_days(chapter: Chapter) -> list[int]:
    return [number for record in chapter.records for number in record["days"]]


def _had_seen(standing: Standing, reasons: Iterable[Values]) -> bool:
    """Whether some reason began when this end had passed; whoever looks after an area sees what had ended before."""
    if standing.kind is not AlertKind.ENDED:
        return False
    for reason in reasons:
        is_watch_of_one = bool(reason.get("service_id"))
        seen = reason.get("already_ended_on") if is_watch_of_one else reason["began_on"]
        last = str(standing.ends_on)
        if seen and (last <= str(seen) if is_watch_of_one else last < str(seen)):
            return True
    return False


def _was_heard_by(changed_on: date, reasons: Iterable[Values]) -> bool:
    """Whether every reason was there on the day of a change: what changed before, they saw when it began."""
    return all(str(reason["began_on"]) <= changed_on.isoformat() for reason in reasons)


def _list_moved(settled: Settled, tellings: Sequence[Telling], days: Days) -> Iterator[Owed]:
    """That the end is another than the one that this person was told of last."""
    sent = [telling for telling in tellings if telling.standing.kind in OF_AN_END and telling.told_on and telling.sent_at]
    if not sent or settled.paid is None:
        return
    last = max(sent, key=lambda telling: (telling.sent_at, str(telling.alert_id)))
    (is_paid, until), told = settled.paid, last.standing.ends_on
    is_fresh = last.sent_at is None or day_of(last.sent_at) >= days.yesterday
    is_stale = told is not None and told <= days.today - NEWS_FOR
    if not is_paid or until == told or is_fresh or is_stale or any(_tells(telling, until) for telling in tellings):
        return
    is_later = until is None or (told is not None and until > told)
    kind = AlertKind.EXTENDED if is_later else AlertKind.BROUGHT_FORWARD
    began = chapters_since(settled.service.windows, days.yesterday)[0].first_day
    due_on = max(began, last.told_on or date.min)
    yield Owed(Standing(kind, until, last.alert_id.hex), None, due_on)


def _tells(telling: Telling, until: date | None) -> bool:
    """Whether a telling that is still to come, or has failed, tells this end."""
    is_open = telling.state in (DeliveryState.WAITING, DeliveryState.FAILED)
    return is_open and telling.standing.kind in OF_AN_END and telling.standing.ends_on == until


def _list_status(service: KnownService, tellings: Sequence[Telling], days: Days) -> Iterator[Owed]:
    """That it is paused or closed, or open again for whoever was told last that it is not."""
    said = {str(record["status"]) for chapter in chapters_since(service.listing, days.yesterday) for record in chapter.records}
    if len(said) != 1 or not service.statuses or service.statuses[0][1] >= days.yesterday:
        return
    number, changed_on = service.statuses[0]
    kind = STATUSES.get(said.pop(), AlertKind.REOPENED)
    if kind is AlertKind.REOPENED:
        sent = [t for t in tellings if t.standing.kind in OF_A_STATUS and t.told_on and t.sent_at]
        last = max(sent, key=lambda t: (t.sent_at, str(t.alert_id)), default=None)
        if last is None or last.standing.kind is AlertKind.REOPENED or (last.told_on or days.today) >= days.yesterday:
            return
    yield Owed(Standing(kind, None, str(number)), None, changed_on)


def _list_leaving(service: KnownService, days: Days) -> Iterator[Owed]:
    """Contacts whose last day is near."""
    pages = chapters_since(service.contacts, days.yesterday)
    for record in pages[-1].records:
        last_on = date.fromisoformat(record["last_on"]) if record.get("last_on") else None
        if (
            last_on
            and days.today <= last_on <= days.yesterday + LEAVES_WITHIN
            and all(record in page.records for page in pages)
        ):
            yield Owed(Standing(AlertKind.CONTACT_LEAVING, last_on, record["id"]), None, last_on - LEAVES_WITHIN)
