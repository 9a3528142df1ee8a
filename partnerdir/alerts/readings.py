"""What becomes of deliveries when their turn comes: what is said of each now, or why it waits, is dropped, or is broken."""

import logging
import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from partnerdir import clock
from partnerdir.alerts.choices import wait_of
from partnerdir.alerts.facts import Facts, find_fact_now, list_facts
from partnerdir.alerts.fallbacks import first_reader_of
from partnerdir.alerts.hearers import find_hearer, reason_for_nobody
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.notices import Notice, notice_of
from partnerdir.alerts.queries import list_services_of, require_delivery
from partnerdir.alerts.reaching import address_of, is_wanted
from partnerdir.alerts.rules import ChannelName, reason_to_drop
from partnerdir.database import db
from partnerdir.languages import gettext_noop
from partnerdir.settings import Settings

HELD = gettext_noop("It waits for the time that its reader chose.")
NOT_WANTED = gettext_noop("They chose another way to be told before this was sent.")
NOBODY = uuid.UUID(int=0)
log = logging.getLogger(__name__)


@dataclass
class Reading:
    """What is to be said, and of the rest why it is not, by delivery; `keys` name what is said, whoever says it when."""

    notices: dict[uuid.UUID, Notice] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    recipient_id: uuid.UUID = NOBODY
    channel: str = ""
    waits: dict[uuid.UUID, timedelta] = field(default_factory=dict)
    dropped: dict[uuid.UUID, str] = field(default_factory=dict)
    broken: dict[uuid.UUID, str] = field(default_factory=dict)

    @property
    def batch_id(self) -> uuid.UUID:
        """What a notice is known by: one id for these facts and one person, even where a restored backup forgot it was sent."""
        return uuid.uuid5(self.recipient_id, f"{' '.join(sorted(self.keys))} {self.channel}")


class Reader:
    """Reads deliveries one by one; what is true of their services today is looked up at once, where all can be read."""

    def __init__(self, settings: Settings, service_ids: Sequence[uuid.UUID]) -> None:
        self.settings = settings
        self.facts: dict[tuple[uuid.UUID, date], Facts] = {}
        if len(service_ids) > 1:
            with suppress(ValueError, LookupError, TypeError):
                self._look_up(service_ids, clock.today())

    def facts_of(self, service_id: uuid.UUID, day: date) -> Facts:
        """What the day makes worth telling of one service."""
        if (service_id, day) not in self.facts:
            self._look_up([service_id], day)
        return self.facts[service_id, day]

    def _look_up(self, service_ids: Sequence[uuid.UUID], day: date) -> None:
        found = list_facts(service_ids, day, self.settings.threshold_days, self.settings.review_after_days)
        self.facts |= dict.fromkeys(((service_id, day) for service_id in service_ids), found)

    def read_one(self, delivery: Delivery, reading: Reading, is_again: bool) -> None:
        """Puts a delivery where it belongs; one that was tried before is worded even where its reader would hold it back."""
        day, service_id = delivery.rehearsed_on or clock.today(), delivery.alert.service.id
        facts, hearer = self.facts_of(service_id, day), find_hearer(delivery)
        now = find_fact_now(delivery.alert, first_reader_of(delivery), facts)
        is_open = delivery.account is None or delivery.account.active
        reason = reason_to_drop(delivery.alert.fact, now, is_open, True) if hearer else reason_for_nobody(delivery)
        if not reason and not is_wanted(delivery):
            reason = NOT_WANTED
        if reason or hearer is None:
            reading.dropped[delivery.id] = reason
            return
        wait = wait_of(delivery, day)
        if wait:
            reading.waits[delivery.id] = wait
        if wait is None or is_again:
            notice = notice_of(delivery, hearer, facts.outlooks[service_id], day, self.settings)
            is_elsewhere = delivery.channel is not ChannelName.EMAIL
            reading.notices[delivery.id] = replace(notice, to=address_of(delivery)) if is_elsewhere else notice
            reading.keys.append(delivery.alert.key)
            reading.recipient_id = delivery.account_id or delivery.contact_id or reading.recipient_id
            reading.channel = str(delivery.channel)


def read(delivery_ids: Collection[uuid.UUID], settings: Settings, is_again: bool) -> Reading:
    """What these say now, for one person; leaves no transaction open.

    What was tried before as one goes as one, or waits as one: all of it waits while its reader holds all of it back.
    """
    reader, reading = Reader(settings, list_services_of(delivery_ids)), Reading()
    for delivery_id in delivery_ids:
        try:
            reader.read_one(require_delivery(delivery_id), reading, is_again)
        except Exception as error:
            # One row that cannot be read or worded must not stop the others.
            log.exception("Delivery %s could not be made ready.", delivery_id)
            reading.broken[delivery_id] = f"{type(error).__name__}: {error}"
            reading.waits.pop(delivery_id, None)
            db.session.rollback()
    db.session.rollback()
    if is_again and reading.notices.keys() <= reading.waits.keys():
        reading.waits = dict.fromkeys(reading.waits, min(reading.waits.values(), default=timedelta()))
        reading.notices.clear()
    elif is_again:
        reading.waits.clear()
    return reading
