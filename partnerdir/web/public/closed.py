"""What a page says of a service that has closed or whose money has ended: when, why, whom to ask now, where else to go."""

from dataclasses import dataclass
from datetime import date

from flask import current_app

from partnerdir import clock
from partnerdir.alerts.alternatives import Alternative, list_alternatives
from partnerdir.directory.closing import find_closing
from partnerdir.directory.models import Organisation, Service
from partnerdir.directory.rules import ClosingReason, ServiceStatus
from partnerdir.funding.rules import Outlook, OutlookState

MOST = 5


@dataclass(frozen=True)
class Closed:
    """A closed service: when and why as far as anybody said, and who can be asked now."""

    closed_on: date | None
    reason: ClosingReason | None
    organisation: Organisation | None
    desk_phone: str


def find_closed(service: Service) -> Closed | None:
    """What is known of its closing; None where it is open."""
    if service.status is not ServiceStatus.CLOSED:
        return None
    closing = find_closing(service)
    reason = closing.reason if closing else None
    body = service.organisation
    can_be_asked = bool(body.phones or body.email or body.website) and not body.is_confidential
    return Closed(
        closed_on=closing.closed_on if closing else None,
        reason=reason,
        organisation=body if can_be_asked and reason is not ClosingReason.PROVIDER_CLOSED else None,
        desk_phone=current_app.extensions["settings"].desk_phone,
    )


def list_others(service: Service, outlook: Outlook) -> list[Alternative] | None:
    """Where else to go for the same, with money for longer; None where people can still go to this one."""
    today = clock.today()
    if service.status is ServiceStatus.CLOSED:
        return list_alternatives(service.id, today, today, most=MOST)
    if outlook.state is OutlookState.LAPSED:
        return list_alternatives(service.id, outlook.ends_on or today, today, most=MOST)
    return None
