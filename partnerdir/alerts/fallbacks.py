"""Who hears instead when something could not be sent for good, so that a dead address is not the end of a warning.

First the same person by mail, where it was their webhook that failed; then one colleague of the same organisation; then who
looks after the area; then the stewards. Each step is taken only when all before it have failed, and after the last one the
failure stays shown. Nobody is told who is told already, and nobody whose role may see less than the first one's.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa

from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.alerts.actions import renew_delivery
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState, Watcher
from partnerdir.alerts.ways import has_role, list_who_look_after
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.languages import gettext_noop

FOR_A_COLLEAGUE = gettext_noop("A mail to a colleague could not be delivered.")
FOR_A_CONTACT = gettext_noop("A mail to the service could not be delivered.")
FOR_A_WEBHOOK = gettext_noop("Your webhook could not be reached.")
LIVING = (DeliveryState.WAITING, DeliveryState.SENT)


def add_fallbacks(delivery_ids: Iterable[uuid.UUID]) -> list[Delivery]:
    """Queues each of these deliveries, just marked as failed for good, for whoever is to hear instead.

    To be called in the transaction that marks them, so that no failure is ever kept without what follows from it.
    """
    found = db.session.scalars(sa.select(Delivery).where(Delivery.id.in_(list(delivery_ids))).order_by(Delivery.id))
    return [fallback for failed in found.all() for fallback in _fallbacks_for(failed)]


def _fallbacks_for(failed: Delivery) -> list[Delivery]:
    db.session.refresh(failed)  # the mark went past the session
    if failed.state is not DeliveryState.FAILED or failed.rehearsed_on is not None:
        return []
    origins = _origins_of(failed)
    first = origins[-1]
    there = _list_deliveries(failed.alert_id)
    for step in _steps_for(first)[len(origins) - 1 :]:
        people = [person for person in step(first) if _may_hear(person, first)]
        if _is_told(people, there):
            return []
        untried = [person for person in people if (person.id, ChannelName.EMAIL) not in there]
        if untried:
            chosen = untried[:1] if step is _list_colleagues else untried
            return [_queued(person, failed, first) for person in chosen]
    return []


def _origins_of(failed: Delivery) -> list[Delivery]:
    """The delivery, the one it stands in for, and so on to the first."""
    chain = [failed]
    while (origin_id := chain[-1].stands_in_for_id) is not None:
        origin = db.session.get(Delivery, origin_id)
        if origin is None or origin in chain:
            break
        chain.append(origin)
    return chain


def _list_deliveries(alert_id: uuid.UUID) -> dict[tuple[uuid.UUID | None, ChannelName], DeliveryState]:
    """Where each delivery of this alert stands; a dropped one counts as none."""
    query = sa.select(Delivery.account_id, Delivery.channel, Delivery.state).where(Delivery.alert_id == alert_id)
    rows = db.session.execute(query.where(Delivery.state != DeliveryState.DROPPED))
    return {(account_id, channel): state for account_id, channel, state in rows}


def _steps_for(first: Delivery) -> list[Callable[[Delivery], Sequence[Account]]]:
    """Who is asked in turn."""
    themselves = [_list_themselves] if first.channel is ChannelName.WEBHOOK else []
    return [*themselves, _list_colleagues, _list_coordinators, _list_stewards]


def _list_themselves(first: Delivery) -> list[Account]:
    return [first.account] if first.account and first.account.active else []


def _list_colleagues(first: Delivery) -> Sequence[Account]:
    """The other active accounts of the same organisation, who has had theirs for longest first."""
    if first.account is None or first.account.organisation_id is None:
        return []
    made = sa.select(sa.func.min(Change.id)).where(Change.about_id == Account.id, Change.record_type == "account")
    query = sa.select(Account).where(
        Account.active, Account.organisation_id == first.account.organisation_id, Account.id != first.account_id
    )
    return db.session.scalars(query.order_by(made.scalar_subquery(), Account.email)).all()


def _list_coordinators(first: Delivery) -> Sequence[Account]:
    """Who looks after the service's area."""
    service_id = first.alert.service_id
    account_ids = list_who_look_after([service_id]).get(service_id, set()) if service_id else set()
    query = sa.select(Account).where(Account.active, Account.id.in_(account_ids), Account.id != _reader_of(first))
    return db.session.scalars(query.order_by(Account.email)).all()


def _list_stewards(first: Delivery) -> Sequence[Account]:
    query = sa.select(Account).where(Account.active, has_role(Account.id, (RoleName.STEWARD,)), Account.id != _reader_of(first))
    return db.session.scalars(query.order_by(Account.email)).all()


def _reader_of(first: Delivery) -> uuid.UUID:
    """The first reader, who is never asked twice; a contact has no account."""
    return first.account_id or uuid.UUID(int=0)


def _may_hear(person: Account, first: Delivery) -> bool:
    """Whether this person may see all that the first reader could: roles decide what staff see here."""
    if first.alert.kind is AlertKind.AUDIT_DIFFERENCE:
        return has_rank(person.role_names, RoleName.STEWARD)
    if first.alert.kind is AlertKind.NEW_MATCH:
        return person.id == first.account_id  # what somebody searches for is nobody else's business
    needed = [role for role in RoleName if first.account and has_rank(first.account.role_names, role)]
    return has_rank(person.role_names, needed[-1] if needed else RoleName.FRONTLINE)


def _is_told(people: Iterable[Account], there: dict[tuple[uuid.UUID | None, ChannelName], DeliveryState]) -> bool:
    """Whether one of these people knows already, or is about to."""
    return any(there.get((person.id, channel)) in LIVING for person in people for channel in ChannelName)


def _queued(person: Account, failed: Delivery, first: Delivery) -> Delivery:
    dropped = sa.select(Delivery).where(
        Delivery.alert_id == failed.alert_id, Delivery.account_id == person.id, Delivery.channel == ChannelName.EMAIL
    )
    fallback = db.session.scalar(dropped) or Delivery(alert_id=failed.alert_id, account_id=person.id)
    renew_delivery(fallback, _why(person, first))
    fallback.stands_in_for_id = failed.id
    db.session.flush()
    return fallback


def _why(person: Account, first: Delivery) -> str:
    if person.id == first.account_id:
        return FOR_A_WEBHOOK
    return FOR_A_COLLEAGUE if first.account_id else FOR_A_CONTACT


def first_reader_of(delivery: Delivery) -> uuid.UUID | None:
    """The account that a delivery was for at first, which decides what it tells; None for a service's own contact."""
    return _origins_of(delivery)[-1].account_id


def find_stand_in(delivery: Delivery) -> Watcher | None:
    """Whom a delivery goes to that stands in for another; None when it stands in for none, or its account was closed."""
    account, alert = delivery.account, delivery.alert
    if delivery.stands_in_for_id is None or account is None or not account.active:
        return None
    name = alert.service.name if alert.service_id else ""
    return Watcher(account.id, account.email, name, None, alert.found_on, None, delivery.why)
