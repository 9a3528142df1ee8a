"""What a person was told, complete whether or not mail goes out, and what they said to it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.accounts.queries import find_account
from partnerdir.alerts.actions import add_watch, renew_delivery
from partnerdir.alerts.choices import breaks_through, look_again
from partnerdir.alerts.models import Alert, AlertReceipt, Delivery
from partnerdir.alerts.queries import list_channels
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.errors import BadInput, Missing
from partnerdir.funding.rules import Outlook
from partnerdir.languages import gettext

LONGEST_SNOOZE = timedelta(days=366)
NEWS_FOR = timedelta(days=14)  # how long an end that is past still comes before those that are near
# These tell of one matter, the end of the money; each of the others is a matter of its own.
OF_MONEY = (
    AlertKind.ENDING,
    AlertKind.ENDED,
    AlertKind.PART_ENDING,
    AlertKind.DECISION_LATE,
    AlertKind.EXTENDED,
    AlertKind.BROUGHT_FORWARD,
)

OF_AN_END = (AlertKind.ENDING, AlertKind.ENDED, AlertKind.BROUGHT_FORWARD)
GOOD_NEWS = (AlertKind.EXTENDED, AlertKind.REOPENED)


class Stand(StrEnum):
    """Where a person stands with what they were told of one subject."""

    OPEN = "open"
    LATER = "later"
    KNOWN = "known"
    GIVEN = "given"
    SORTED = "sorted"


@dataclass(frozen=True)
class Told:
    """One alert as one person was told it, and what they said to it."""

    alert: Alert
    why: str
    receipt: AlertReceipt | None


@dataclass(frozen=True)
class Group:
    """What a person was told of one subject: the newest first, and where they stand with that one."""

    latest: Told
    earlier: tuple[Told, ...]
    stand: Stand
    asks_again_on: date | None

    @property
    def alert_ids(self) -> set[uuid.UUID]:
        """Every alert of this subject."""
        return {told.alert.id for told in (self.latest, *self.earlier)}


def list_told(account_id: uuid.UUID) -> list[Told]:
    """Every alert that this account was told or is about to be told, the newest and nearest first."""
    mine = sa.and_(AlertReceipt.alert_id == Alert.id, AlertReceipt.account_id == account_id)
    query = (
        sa.select(Delivery, AlertReceipt)
        .join(Delivery.alert)
        .outerjoin(AlertReceipt, mine)
        .where(Delivery.account_id == account_id, Delivery.state != DeliveryState.DROPPED)
        .options(
            contains_eager(Delivery.alert).options(
                joinedload(Alert.service).joinedload(Service.organisation), joinedload(Alert.need), joinedload(Alert.area)
            ),
            joinedload(AlertReceipt.handed_to),
        )
        .order_by(Alert.found_on.desc(), Alert.threshold, Alert.id)
    )
    told = {delivery.alert_id: Told(delivery.alert, delivery.why, receipt) for delivery, receipt in db.session.execute(query)}
    return list(told.values())


def by_subject(told: Iterable[Told], day: date, outlooks: Mapping[uuid.UUID, Outlook]) -> list[Group]:
    """One group for each subject and matter, the most urgent first; `outlooks` are what is recorded of the services now."""
    groups: dict[object, list[Told]] = defaultdict(list)
    for one in told:
        alert = one.alert
        # Of one service several posts may change, and several differences be found: each is a matter of its own.
        matter = "money" if alert.kind in OF_MONEY else f"{alert.kind} {alert.mark}"
        groups[alert.service_id, alert.need_id, alert.area_id, matter].append(one)
    made = [_group(_truest_first(parts, outlooks), day, outlooks) for parts in groups.values()]
    return sorted(made, key=lambda group: _urgency(group.latest.alert, day))


def _urgency(alert: Alert, day: date) -> tuple[int, int, str]:
    """What ends next, or ended just now, stands first; then what ended long ago, the latest first; good news last."""
    when = alert.ends_on or alert.found_on
    if alert.kind in GOOD_NEWS:
        return 2, when.toordinal(), str(alert.id)
    is_long_ago = when < day - NEWS_FOR
    return int(is_long_ago), -when.toordinal() if is_long_ago else when.toordinal(), str(alert.id)


def _truest_first(parts: list[Told], outlooks: Mapping[uuid.UUID, Outlook]) -> list[Told]:
    """What tells of the end that is recorded now comes before what was true once."""
    return sorted(parts, key=lambda one: is_past(one.alert, outlooks))


def is_past(alert: Alert, outlooks: Mapping[uuid.UUID, Outlook]) -> bool:
    """Whether an alert tells of an end that is not the one recorded now."""
    outlook = outlooks.get(alert.service_id) if alert.service_id else None
    return alert.kind in (AlertKind.ENDING, AlertKind.ENDED) and outlook is not None and alert.ends_on != outlook.ends_on


def is_sorted(alert: Alert, outlooks: Mapping[uuid.UUID, Outlook]) -> bool:
    """Whether confirmed money now goes on after the end that an alert warns of."""
    outlook = outlooks.get(alert.service_id) if alert.service_id else None
    if alert.kind not in OF_AN_END or alert.ends_on is None or outlook is None or not outlook.is_covered:
        return False
    return outlook.funded_until is None or outlook.funded_until > alert.ends_on


def _group(parts: list[Told], day: date, outlooks: Mapping[uuid.UUID, Outlook]) -> Group:
    latest, *earlier = parts
    alert, receipt = latest.alert, latest.receipt
    same_end = [one.receipt for one in parts if one.receipt and one.alert.ends_on == alert.ends_on]
    asks_again_on = max((one.asks_again_on for one in same_end if one.asks_again_on), default=None)
    stand = Stand.OPEN
    if is_sorted(alert, outlooks):
        stand = Stand.SORTED
    elif receipt and receipt.handed_to_id:
        stand = Stand.GIVEN
    elif receipt and receipt.acknowledged_at:
        stand = Stand.KNOWN
    elif asks_again_on and day < asks_again_on and not _breaks_through(alert, day):
        stand = Stand.LATER
    return Group(latest, tuple(earlier), stand, asks_again_on if stand is Stand.LATER else None)


def _breaks_through(alert: Alert, day: date) -> bool:
    return alert.kind is AlertKind.ENDED or breaks_through((alert.ends_on - day).days if alert.ends_on else None)


def list_who_knows(service_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, date | None], list[str]]:
    """The posts of those who know of each end of these services, by service and end day; never their addresses."""
    query = (
        sa.select(AlertReceipt)
        .join(AlertReceipt.alert)
        .where(Alert.service_id.in_(list(service_ids)), AlertReceipt.acknowledged_at.is_not(None))
        .options(contains_eager(AlertReceipt.alert), joinedload(AlertReceipt.account))
        .order_by(AlertReceipt.acknowledged_at)
    )
    posts: dict[tuple[uuid.UUID, date | None], dict[str, None]] = defaultdict(dict)
    for receipt in db.session.scalars(query):
        if receipt.alert.service_id:
            posts[receipt.alert.service_id, receipt.alert.ends_on][post_of(receipt.account)] = None
    return {key: list(names) for key, names in posts.items()}


def post_of(account: Account) -> str:
    """What an account is called in front of others: its post, never its address."""
    return account.title or next(iter(account.role_names), gettext("Somebody")).capitalize()


def require_told(account_id: uuid.UUID, alert_id: uuid.UUID) -> Alert:
    """The alert, which this account was told. Raises: Missing."""
    query = sa.select(Alert).where(Alert.id == alert_id, _is_told(account_id))
    alert = db.session.scalar(query)
    if alert is None:
        raise Missing("There is no such alert.")
    return alert


def require_alert(alert_id: uuid.UUID) -> Alert:
    """The alert, whoever was told it. Raises: Missing."""
    alert = db.session.get(Alert, alert_id)
    if alert is None:
        raise Missing("There is no such alert.")
    return alert


def _is_told(account_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return (
        sa.select(Delivery.id)
        .where(Delivery.alert_id == Alert.id, Delivery.account_id == account_id, Delivery.state != DeliveryState.DROPPED)
        .exists()
    )


def acknowledge(account_id: uuid.UUID, alert: Alert) -> None:
    """Notes that a person knows and is watching it; a second time changes nothing."""
    receipt = _receipt(account_id, alert)
    receipt.acknowledged_at = receipt.acknowledged_at or clock.now()
    receipt.asks_again_on = None


def snooze(account_id: uuid.UUID, alert: Alert, until: date | None, day: date) -> None:
    """Asks again on a day after this one, at most a year away. Raises: BadInput."""
    if until is None or until <= day:
        raise BadInput({"until": gettext("Enter a day after today, like 31 3 2027.")})
    if until > day + LONGEST_SNOOZE:
        raise BadInput({"until": gettext("Enter a day within a year from today.")})
    receipt = _receipt(account_id, alert)
    receipt.asks_again_on, receipt.acknowledged_at = until, None
    look_again(account_id)


def hand_over(giver: Account, alert: Alert, email: str) -> Account:
    """Gives an alert to a colleague, who is told it and watches the service from now on. Raises: BadInput."""
    colleague = find_account(email)
    if colleague is None or not colleague.active:
        raise BadInput({"email": gettext("Enter the address of a colleague who can sign in here.")})
    if colleague.id == giver.id:
        raise BadInput({"email": gettext("This is your own address. Enter a colleague's.")})
    if alert.service_id:
        add_watch(colleague.id, alert.service_id)
    _tell(colleague, alert, f"{post_of(giver)} gave it to you.")
    receipt = _receipt(giver.id, alert)
    receipt.handed_to_id, receipt.asks_again_on = colleague.id, None
    return colleague


def _tell(account: Account, alert: Alert, why: str) -> None:
    query = sa.select(Delivery).where(Delivery.alert_id == alert.id, Delivery.account_id == account.id)
    there = {delivery.channel: delivery for delivery in db.session.scalars(query)}
    if all(delivery.state is DeliveryState.DROPPED for delivery in there.values()):
        for channel in list_channels([account.id])[account.id]:
            renew_delivery(there.get(channel) or Delivery(alert_id=alert.id, account_id=account.id, channel=channel), why)
    # Whoever is given what they had put aside is asked again.
    theirs = _receipt(account.id, alert)
    theirs.acknowledged_at, theirs.asks_again_on, theirs.handed_to_id = None, None, None


def _receipt(account_id: uuid.UUID, alert: Alert) -> AlertReceipt:
    query = sa.select(AlertReceipt).where(AlertReceipt.account_id == account_id, AlertReceipt.alert_id == alert.id)
    receipt = db.session.scalar(query)
    if receipt is None:
        receipt = AlertReceipt(account_id=account_id, alert_id=alert.id)
        db.session.add(receipt)
    return receipt
