"""A real process that scans and sends once. `python -m tests.faults.dying_senders POINT` has it die by kill -9 at a point."""

import os
import signal
import sys
import uuid
from collections.abc import Collection
from threading import Event
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from partnerdir import jobs
from partnerdir.alerts import outbox
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.rules import DeliveryState
from partnerdir.factory import create_app

_mark = outbox._mark


def die(*_arguments: object, **_named: object) -> Any:
    """Ends this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_when_sent(claim: outbox.Claim, ids: Collection[uuid.UUID], state: DeliveryState, **values: Any) -> outbox.Counts:
    """Ends this process when a mail was accepted and is about to be marked."""
    return die() if state is DeliveryState.SENT else _mark(claim, ids, state, **values)


def main(point: str) -> None:
    """Scans and sends, and dies at the point, if any."""
    app = create_app()
    settings = app.extensions["settings"]
    if point == "before_connect":
        MailServer._connected = die  # type: ignore[method-assign]  # that is the fault
    elif point == "before_mark":
        outbox._mark = die_when_sent
    elif point in ("before_commit", "after_commit"):
        sa.event.listen(Session, point, die)
    with app.app_context():
        jobs.scan(settings)
        jobs.deliver(settings, Event())


if __name__ == "__main__":
    main(sys.argv[1])
