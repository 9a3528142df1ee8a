"""Planted faults: senders as they must not be. `python -m tests.faults.broken_senders NAME COUNT` runs one as a real process.

It begins when so many of them are ready, so that they are certain to meet.
"""

import os
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from partnerdir import clock, jobs
from partnerdir.alerts import outbox
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.outbox import Channel, Claim, Counts
from partnerdir.alerts.queries import Pile, require_delivery
from partnerdir.alerts.rules import ChannelName, DeliveryState
from partnerdir.database import db, writing
from partnerdir.factory import create_app
from partnerdir.settings import Settings

_send_claimed = outbox._send_claimed


def mark_before_sending(claim: Claim, channels: Mapping[ChannelName, Channel], settings: Settings) -> Counts:
    """Marks deliveries as sent, and only then sends them."""
    with writing(by="a fault"):
        for delivery_id in claim.attempts:
            require_delivery(delivery_id).state = DeliveryState.SENT
    return _send_claimed(claim, channels, settings)


def claim_without_asking(pile: Pile) -> Claim:
    """Takes the whole pile, whoever holds it."""
    ids = db.session.scalars(sa.select(Delivery.id).where(pile.is_of)).all()
    db.session.rollback()
    return Claim(dict.fromkeys(ids, 1), clock.now() + timedelta(minutes=5), pile.channel, pile.batch_id)


def main(name: str, count: int) -> None:
    """Sends with the fault of this name, once so many are ready."""
    if name == "mark_before_sending":
        outbox._send_claimed = mark_before_sending
    else:
        outbox.claimed = claim_without_asking
        outbox._is_still_ours = lambda *_: True
        outbox._mark = lambda claim, ids, state, **values: _mark_anyhow(ids, state)
    app = create_app()
    settings: Settings = app.extensions["settings"]
    folder = Path(settings.instance_folder)
    (folder / f"ready-{os.getpid()}").touch()
    while len(list(folder.glob("ready-*"))) < count:
        time.sleep(0.01)
    with app.app_context():
        jobs.deliver(settings, Event())


def _mark_anyhow(ids: Iterable[uuid.UUID], state: DeliveryState) -> Counts:
    with writing(by="a fault"):
        for delivery_id in ids:
            require_delivery(delivery_id).state = state
    db.session.rollback()
    return Counter({state: 1})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
