"""What is asked across services and their funding."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_outlooks
from partnerdir.reports.rules import Ending


def list_endings(day: date, thresholds: Sequence[int]) -> list[Ending]:
    """The services, not closed, whose confirmed cover ends within the first threshold (in days) of the day."""
    last = day + timedelta(days=max(thresholds))
    near = sa.select(FundingWindow.service_id).where(FundingWindow.ends_on.between(day, last))
    query = (
        sa.select(Service)
        .where(Service.id.in_(near), Service.status != ServiceStatus.CLOSED)
        .options(selectinload(Service.organisation))
    )
    services = list(db.session.scalars(query))
    outlooks = list_outlooks([service.id for service in services], day, thresholds)
    return [
        Ending(service.id, service.name, service.organisation.name, until, outlook.is_estimated, outlook.expected_until)
        for service in services
        for outlook in [outlooks[service.id]]
        if (until := outlook.funded_until) and until <= last
    ]
