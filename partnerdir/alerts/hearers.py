"""Who is to be told of a service: those whose concern it is, and those to whom an end is passed on that nobody knows of."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import asking_contacts, escalation, fallbacks, new_matches
from partnerdir.alerts.facts import Facts
from partnerdir.alerts.merging import is_moved
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.rules import AlertKind, Fact, Watcher
from partnerdir.alerts.ways import list_ways_used, list_who_look_after
from partnerdir.database import db
from partnerdir.directory.models import Need, Organisation, Service
from partnerdir.geography.models import Area
from partnerdir.languages import gettext_noop
from partnerdir.lists.models import Shortlist

LOOKS_AFTER = "You look after"
ON_A_LIST = "It is on your list"
# No watcher asked for these: they are for whoever keeps the records right.
NOT_FOR_WATCHERS = (AlertKind.REVIEW_DUE, AlertKind.AUDIT_DIFFERENCE)


def list_watchers(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Watcher]]:
    """Who is to be told of each of these services, in order of address; each account once, for the closest reason."""
    wanted = list(service_ids)
    found: dict[uuid.UUID, dict[uuid.UUID, Watcher]] = defaultdict(dict)
    for way in list_ways_used():
        for row in db.session.execute(_watchers_by(way).where(way.c.service_id.in_(wanted))):
            found[row.service_id].setdefault(row.account_id, _watcher_of(row))
    return defaultdict(list, {key: sorted(watchers.values(), key=lambda each: each.email) for key, watchers in found.items()})


def find_watcher(account_id: uuid.UUID, service_id: uuid.UUID) -> Watcher | None:
    """The account as one that is to be told of the service, closed or not; None when nothing makes it their concern."""
    for way in list_ways_used():
        query = _watchers_by(way, are_active=False).where(way.c.account_id == account_id, way.c.service_id == service_id)
        row = db.session.execute(query.limit(1)).first()
        if row is not None:
            return _watcher_of(row)
    return None


def list_other_hearers(
    facts: Facts, watchers: Mapping[uuid.UUID, Sequence[Watcher]], day: date
) -> dict[uuid.UUID, list[tuple[Fact, Watcher]]]:
    """By service, who else hears of which fact on the day: those an end is passed on to, and those who keep records right."""
    found = escalation.list_passed_on(facts, watchers, day)
    reviews = {key: fact for key, of in facts.of_service.items() for fact in of if fact.kind is AlertKind.REVIEW_DUE}
    if reviews:
        for service_id, asked in asking_contacts.list_asked(reviews, day).items():
            found[service_id] += asked
        for service_id, account_ids in list_who_look_after(reviews).items():
            theirs = (watcher for watcher in watchers[service_id] if watcher.account_id in account_ids)
            found[service_id] += [(reviews[service_id], watcher) for watcher in theirs]
    return found


def find_hearer(delivery: Delivery) -> Watcher | None:
    """Whom a delivery goes to, and why, as things are now; None when nobody is to get it any more."""
    account, alert = delivery.account, delivery.alert
    if delivery.stands_in_for_id is not None:
        return fallbacks.find_stand_in(delivery)
    if account is None:
        return asking_contacts.find_asked(delivery, delivery.rehearsed_on or clock.today())
    if alert.kind is AlertKind.AUDIT_DIFFERENCE:
        return _steward(delivery) if RoleName.STEWARD in account.role_names else None
    if alert.service_id is None:
        return None
    if alert.kind is AlertKind.NEW_MATCH:
        return new_matches.find_searcher(delivery)
    if alert.kind is AlertKind.REVIEW_DUE and account.id not in list_who_look_after([alert.service_id])[alert.service_id]:
        return None
    return escalation.find_passed_on(delivery, find_watcher(account.id, alert.service_id))


def _steward(delivery: Delivery) -> Watcher | None:
    account, alert = delivery.account, delivery.alert
    if account is None:
        return None
    name = alert.service.name if alert.service_id else ""
    return Watcher(account.id, account.email, name, None, date.min, None, delivery.why)


def reason_for_nobody(delivery: Delivery) -> str:
    """Why a delivery that has no hearer any more is dropped, as a sentence."""
    if delivery.account is not None and not delivery.account.active:
        return gettext_noop("The account was closed before this was sent.")
    if delivery.account is None:
        return gettext_noop("The post was left, or has no address any more.")
    if delivery.why == escalation.PASSED_ON:
        return gettext_noop("Somebody said that they know about it before this was sent.")
    if delivery.alert.kind is AlertKind.AUDIT_DIFFERENCE:
        return gettext_noop("They are no steward any more.")
    if delivery.alert.kind is AlertKind.NEW_MATCH:
        return gettext_noop("They deleted the search before this was sent.")
    if delivery.why.startswith(LOOKS_AFTER):
        return gettext_noop("They stopped looking after the area before this was sent.")
    if delivery.why.startswith(ON_A_LIST):
        return gettext_noop("It was taken off the list, or the list is watched no more, before this was sent.")
    if delivery.alert.service_id and is_moved(delivery.account.id, delivery.alert.service_id):
        return gettext_noop("The service became part of another one, which they watch now.")
    return gettext_noop("They stopped watching before this was sent.")


def _watchers_by(way: sa.Subquery, are_active: bool = True) -> sa.Select[Any]:
    organisation, need, area = sa.orm.aliased(Organisation), sa.orm.aliased(Need), sa.orm.aliased(Area)
    query = (
        sa.select(
            way,
            Account.email,
            Service.name.label("service_name"),
            organisation.name.label("organisation"),
            need.name.label("need"),
            area.name.label("area"),
            Shortlist.name.label("shortlist"),
        )
        .join(Account, Account.id == way.c.account_id)
        .join(Service, Service.id == way.c.service_id)
        .outerjoin(organisation, organisation.id == way.c.organisation_id)
        .outerjoin(need, need.id == way.c.need_id)
        .outerjoin(area, area.id == way.c.area_id)
        .outerjoin(Shortlist, Shortlist.id == way.c.shortlist_id)
        .order_by(way.c.began_on, area.name, way.c.watch_id)
    )
    return query.where(Account.active) if are_active else query


def _watcher_of(row: Any) -> Watcher:
    return Watcher(row.account_id, row.email, row.service_name, row.already_ended_on, row.began_on, row.watch_id, _why_of(row))


def _why_of(row: Any) -> str:
    if row.watch_id is None:
        return f"{LOOKS_AFTER} {row.area}."
    if row.shortlist:
        return f"{ON_A_LIST} “{row.shortlist}”."
    return f"You watch {row.organisation or (f'{row.need} in {row.area}' if row.need else 'this service')}."
