"""How many days before an end the watchers of one service are warned, where that differs from everybody else's."""

import uuid
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from partnerdir.alerts.models import ServiceThresholds
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.languages import gettext

MOST_THRESHOLDS, FARTHEST = 12, 1000


def thresholds_of(service_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[int, ...]]:
    """The thresholds (in days, most first) of those of the services that have some of their own."""
    query = sa.select(ServiceThresholds.service_id, ServiceThresholds.days)
    found = db.session.execute(query.where(ServiceThresholds.service_id.in_(list(service_ids))))
    return {service_id: tuple(sorted(days, reverse=True)) for service_id, days in found}


def change_thresholds(service_id: uuid.UUID, days: Sequence[int]) -> None:
    """Warns the watchers of the service so many days before an end; with no days, as everybody else's. Raises: BadInput."""
    _refuse_impossible(days)
    kept = db.session.scalar(sa.select(ServiceThresholds).where(ServiceThresholds.service_id == service_id))
    wanted = sorted(set(days), reverse=True)
    if not wanted:
        if kept is not None:
            db.session.delete(kept)
    elif kept is None:
        db.session.add(ServiceThresholds(service_id=service_id, days=wanted))
    else:
        kept.days = wanted


def _refuse_impossible(days: Sequence[int]) -> None:
    if len(set(days)) > MOST_THRESHOLDS:
        raise BadInput(
            {"days": gettext("Enter no more than %(most_thresholds)s numbers of days.", most_thresholds=MOST_THRESHOLDS)}
        )
    if any(number < 0 or number > FARTHEST for number in days):
        raise BadInput(
            {"days": gettext("Enter numbers of days from 0 to %(farthest)s, such as 90, 30 and 7.", farthest=FARTHEST)}
        )
