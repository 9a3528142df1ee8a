"""Ends that nobody says they know of are passed on: within 30 days to coordinators, within 7 to the stewards.

Nothing is remembered but what the ledger holds: a machine that was down passes on when it is up again, and an end that
somebody has acknowledged meanwhile goes no further.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.facts import Facts
from partnerdir.alerts.models import Alert, AlertReceipt, Delivery, ServiceThresholds
from partnerdir.alerts.rules import MOVED, OF_AN_END, AlertKind, DeliveryState, Fact, Watcher
from partnerdir.alerts.ways import has_role, is_looked_after, list_who_look_after
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import Certainty
from partnerdir.languages import gettext_noop

PASSED_ON = gettext_noop("Nobody has said that they know about this.")
WAS_PASSED_ON = gettext_noop("Nobody knew about the end when we told you of it.")
# How many days before the end it is passed on, and to whom; where nobody looks after the area, to every coordinator.
TO_COORDINATORS, TO_STEWARDS = timedelta(days=30), timedelta(days=7)
Heard = dict[uuid.UUID, list[tuple[Fact, Watcher]]]


def list_passed_on(facts: Facts, watchers: Mapping[uuid.UUID, Sequence[Watcher]], day: date) -> Heard:
    """By service, who must hear on the day of an end that nobody has acknowledged, and who heard of one that has moved.

    Whoever looks after the area is among them although they are a watcher too: with this reason instead of their own.
    """
    found: Heard = defaultdict(list)
    near = _list_near(facts, day)
    known = _list_known(near)
    unknown = {key: fact for key, fact in near.items() if (key, fact.ends_on) not in known}
    for service_id, people in _list_posts(unknown, day).items():
        watching = {watcher.account_id: watcher for watcher in watchers[service_id]}
        for one in people:
            heard = replace(watching.get(one.account_id, one), why=PASSED_ON)
            found[service_id].append((unknown[service_id], heard))
    for service_id, people in _list_who_heard(facts.of_service).items():
        watching = {watcher.account_id: watcher for watcher in watchers[service_id]}
        for one in people:
            moved = (fact for fact in facts.for_account(service_id, one.account_id) if fact.kind in MOVED)
            found[service_id] += [(fact, one) for fact in moved if one.account_id not in watching]
    return found


def _list_near(facts: Facts, day: date) -> dict[uuid.UUID, Fact]:
    return {
        service_id: fact
        for service_id, of_service in facts.of_service.items()
        for fact in of_service
        if fact.kind is AlertKind.ENDING and fact.ends_on and fact.ends_on - day <= TO_COORDINATORS
    }


def _list_known(service_ids: Iterable[uuid.UUID]) -> set[tuple[uuid.UUID | None, date | None]]:
    """The ends of these services that somebody has acknowledged."""
    query = sa.select(Alert.service_id, Alert.ends_on).where(Alert.service_id.in_(list(service_ids)), _is_acknowledged())
    return {(service_id, ends_on) for service_id, ends_on in db.session.execute(query)}


def _is_acknowledged() -> sa.ColumnElement[bool]:
    receipt = sa.select(AlertReceipt.id).where(AlertReceipt.alert_id == Alert.id, AlertReceipt.acknowledged_at.is_not(None))
    return Alert.kind.in_(OF_AN_END) & receipt.exists()


def _list_posts(unknown: Mapping[uuid.UUID, Fact], day: date) -> dict[uuid.UUID, list[Watcher]]:
    """To whom these ends are passed on, each account once."""
    if not unknown:
        return {}
    looking_after = list_who_look_after(unknown)
    coordinators, stewards = _list_accounts(RoleName.COORDINATOR), _list_accounts(RoleName.STEWARD)
    emails = {**coordinators, **stewards}
    rows = db.session.execute(sa.select(Service.id, Service.name).where(Service.id.in_(unknown)))
    names = {row.id: row.name for row in rows}
    posts: dict[uuid.UUID, list[Watcher]] = {}
    for service_id, fact in unknown.items():
        account_ids = looking_after.get(service_id) or set(coordinators)
        if fact.ends_on and fact.ends_on - day <= TO_STEWARDS:
            account_ids = account_ids | set(stewards)
        posts[service_id] = [_watcher(key, emails[key], names[service_id], PASSED_ON) for key in account_ids]
    return posts


def _list_accounts(role: RoleName) -> dict[uuid.UUID, str]:
    query = sa.select(Account.id, Account.email).where(Account.active, has_role(Account.id, (role,)))
    return {row.id: row.email for row in db.session.execute(query)}


def _watcher(account_id: uuid.UUID, email: str, service_name: str, why: str) -> Watcher:
    return Watcher(account_id, email, service_name, None, date.min, None, why)


def _list_who_heard(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Watcher]]:
    """The active accounts that were told of an end of these services because nobody knew of it."""
    query = (
        sa.select(Service.id, Account.id, Account.email, Service.name)
        .select_from(Alert)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .join(Account, Account.id == Delivery.account_id)
        .join(Service, Service.id == Alert.service_id)
        .where(Alert.service_id.in_(list(service_ids)), Alert.kind == AlertKind.ENDING, Account.active)
        .where(Delivery.why == PASSED_ON, Delivery.state == DeliveryState.SENT)
        .distinct()
    )
    found: dict[uuid.UUID, list[Watcher]] = defaultdict(list)
    for service_id, account_id, email, name in db.session.execute(query):
        found[service_id].append(_watcher(account_id, email, name, WAS_PASSED_ON))
    return found


def find_passed_on(delivery: Delivery, watcher: Watcher | None) -> Watcher | None:
    """Whom a delivery still goes to because nobody knows of the end; the `watcher` that the account is anyway, or None.

    Once somebody has acknowledged the end, only whoever is a watcher too still gets it, for that reason.
    """
    alert, account = delivery.alert, delivery.account
    if account is None or alert.service_id is None:
        return watcher
    if delivery.why == WAS_PASSED_ON and alert.kind in MOVED:
        return watcher or _watcher(account.id, account.email, alert.service.name, WAS_PASSED_ON)
    if not is_passed_on(delivery) or not _is_post_of(account, alert.service_id):
        return watcher
    return replace(watcher or _watcher(account.id, account.email, alert.service.name, PASSED_ON), why=PASSED_ON)


def is_passed_on(delivery: Delivery) -> bool:
    """Whether this goes out because nobody knows of the end, so that no pace holds it back."""
    alert = delivery.alert
    if delivery.why != PASSED_ON or alert.kind is not AlertKind.ENDING or alert.service_id is None:
        return False
    return (alert.service_id, alert.ends_on) not in _list_known([alert.service_id])


def _is_post_of(account: Account, service_id: uuid.UUID) -> bool:
    if RoleName.STEWARD in account.role_names:
        return True
    looking_after = list_who_look_after([service_id]).get(service_id)
    return account.id in looking_after if looking_after else RoleName.COORDINATOR in account.role_names


def list_questions(day: date, thresholds: Sequence[int], may_end: sa.ColumnElement[bool]) -> Iterator[sa.Select[Any]]:
    """Asks for the services with an end that must be passed on and was not told to everyone whom it goes to.

    `may_end` narrows windows to those with which the money may end. Who looks after an area hears of it anyway.
    """
    if not thresholds:
        return
    has_own = sa.exists().where(ServiceThresholds.service_id == FundingWindow.service_id).correlate(FundingWindow)
    for role, within in ((RoleName.COORDINATOR, TO_COORDINATORS), (RoleName.STEWARD, TO_STEWARDS)):
        emails = _list_accounts(role)  # few; asked for each window, all accounts would be gone through
        untold = sa.exists().where(Account.id.in_(emails), has_own | ~_was_told(day, thresholds))
        question = sa.select(FundingWindow.service_id).where(
            FundingWindow.ends_on.between(day, day + within),
            FundingWindow.certainty == Certainty.CONFIRMED,
            may_end,
            untold,
            ~sa.exists().where(
                Alert.service_id == FundingWindow.service_id, Alert.ends_on == FundingWindow.ends_on, _is_acknowledged()
            ),
        )
        yield question.where(~is_looked_after(FundingWindow.service_id)) if role is RoleName.COORDINATOR else question


def _was_told(day: date, thresholds: Sequence[int]) -> sa.ColumnElement[bool]:
    """Whether an account was told that money ends on this window's last day, at this threshold or a nearer one."""
    bands = [(FundingWindow.ends_on <= day + timedelta(days=threshold), threshold) for threshold in sorted(thresholds)]
    # One inside the other: looked for together, a database would read all that an account was ever told.
    theirs = sa.select(Delivery.id).where(
        Delivery.alert_id == Alert.id, Delivery.account_id == Account.id, Delivery.state != DeliveryState.DROPPED
    )
    return (
        sa.select(Alert.id)
        .where(
            Alert.service_id == FundingWindow.service_id,
            Alert.kind == AlertKind.ENDING,
            Alert.ends_on == FundingWindow.ends_on,
            Alert.threshold <= sa.case(*bands),
            theirs.correlate(Alert, Account).exists(),
        )
        .correlate(Account, FundingWindow)
        .exists()
    )


def list_whom_told(alert: Alert) -> list[Account]:
    """To whom the end that an alert tells of was passed on, in order of their posts."""
    query = (
        sa.select(Account)
        .join(Delivery, Delivery.account_id == Account.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.service_id == alert.service_id, Alert.ends_on == alert.ends_on, Alert.kind == AlertKind.ENDING)
        .where(Delivery.why == PASSED_ON, Delivery.state != DeliveryState.DROPPED)
        .distinct()
    )
    return sorted(db.session.scalars(query), key=lambda account: (account.title, account.email))
