"""A service's own contact is asked to confirm what we say of it, for as long as the post is theirs."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy.orm import joinedload

from partnerdir import clock
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.rules import Fact, Watcher
from partnerdir.database import db
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import is_in_post
from partnerdir.languages import gettext_noop

WHY = gettext_noop("You are named as a contact of this service.")
PURPOSE = "confirm a service"
LASTS = timedelta(days=30)


def list_asked(due: Mapping[uuid.UUID, Fact], day: date) -> dict[uuid.UUID, list[tuple[Fact, Watcher]]]:
    """By service, the contacts who are asked on the day about these reviews that are due."""
    query = sa.select(Contact, Service.name).join(Service, Service.id == Contact.service_id)
    query = query.where(Contact.service_id.in_(list(due)), Contact.email != "", Contact.is_confidential.is_(False))
    found: dict[uuid.UUID, list[tuple[Fact, Watcher]]] = defaultdict(list)
    addresses: set[tuple[uuid.UUID, str]] = set()
    for contact, service_name in db.session.execute(query.order_by(Contact.title, Contact.id)):
        address = (contact.service_id, contact.email.lower())
        if is_in_post(contact, day) and address not in addresses:
            addresses.add(address)  # one desk may be recorded as several posts
            found[contact.service_id].append((due[contact.service_id], _watcher(contact, service_name)))
    return found


def find_asked(delivery: Delivery, day: date) -> Watcher | None:
    """The contact that a delivery goes to, while it may be asked; None when it left, or has no address any more."""
    contact = delivery.contact
    if contact is None or contact.service_id != delivery.alert.service_id or not may_be_asked(contact, day):
        return None
    return _watcher(contact, delivery.alert.service.name)


def may_be_asked(contact: Contact, day: date) -> bool:
    """Whether a post may be asked on the day: it has an address, is in post, and is not kept confidential."""
    return bool(contact.email) and not contact.is_confidential and is_in_post(contact, day)


def _watcher(contact: Contact, service_name: str) -> Watcher:
    return Watcher(None, contact.email, service_name, None, date.min, None, WHY, contact.id)


def sealed_request(delivery_id: uuid.UUID, secret: str) -> str:
    """The request to confirm as a token for a link; it says when it was made."""
    return str(_serializer(secret).dumps(delivery_id.hex))


def opened_request(token: str, secret: str) -> uuid.UUID | None:
    """The id of the delivery that asked; None when the token is older than thirty days or was not made here."""
    try:
        return uuid.UUID(hex=_serializer(secret).loads(token, max_age=int(LASTS.total_seconds())))
    except (SignatureExpired, BadSignature, ValueError, TypeError, AttributeError):
        return None


def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=PURPOSE)


def add_answer(delivery: Delivery) -> bool:
    """Notes that a contact has answered; False when they had before, so that of two answers only one counts."""
    unanswered = sa.update(Delivery).where(Delivery.id == delivery.id, Delivery.answered_at.is_(None))
    found: Any = db.session.execute(unanswered.values(answered_at=clock.now()))
    return bool(found.rowcount)


def find_request(delivery_id: uuid.UUID) -> Delivery | None:
    """The delivery that asked a contact to confirm."""
    query = sa.select(Delivery).options(joinedload(Delivery.contact), joinedload(Delivery.alert))
    return db.session.scalar(query.where(Delivery.id == delivery_id))
