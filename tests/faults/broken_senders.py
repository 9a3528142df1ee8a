"""Planted faults: senders as they must not be. `python -m tests.faults.broken_senders NAME COUNT` runs one as a real process.

It begins when so many of them are ready, so that they are certain to meet.
"""

import os
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

from partnerdir import clock, jobs
from partnerdir.alerts import outbox
from partnerdir.alerts.outbox import Channel, Claim
from partnerdir.alerts.queries import require_delivery
from partnerdir.alerts.rules import ChannelName, DeliveryState
from partnerdir.database import db, writing
from partnerdir.factory import create_app
from partnerdir.settings import Settings

_send_claimed = outbox._send_claimed


def mark_before_sending(claim: Claim, channels: Mapping[ChannelName, Channel], settings: Settings) -> DeliveryState:
    """Marks a delivery as sent, and only then sends it."""
    with writing(by="a fault"):
        require_delivery(claim.delivery_id).state = DeliveryState.SENT
    return _send_claimed(claim, channels, settings)


def claim_without_asking(delivery_id: Any) -> Claim:
    """Takes every delivery, whoever holds it."""
    return Claim(delivery_id, clock.now() + timedelta(minutes=5), 1)


def main(name: str, count: int) -> None:
    """Sends with the fault of this name, once so many are ready."""
    if name == "mark_before_sending":
        outbox._send_claimed = mark_before_sending
    else:
        outbox.claimed = claim_without_asking
        outbox._mark = lambda claim, state, **values: _mark_anyhow(claim, state)
    app = create_app()
    settings: Settings = app.extensions["settings"]
    folder = Path(settings.instance_folder)
    (folder / f"ready-{os.getpid()}").touch()
    while len(list(folder.glob("ready-*"))) < count:
        time.sleep(0.01)
    with app.app_context():
        jobs.deliver(settings, Event())


def _mark_anyhow(claim: Claim, state: DeliveryState) -> DeliveryState:
    with writing(by="a fault"):
        require_delivery(claim.delivery_id).state = state
    db.session.rollback()
    return state


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
