"""What an alert is called in front of staff: one line, with its day where it has one."""

from partnerdir.alerts.models import Alert
from partnerdir.alerts.rules import AlertKind
from partnerdir.web.funding_words import FundingWords

# The mark is the class of pd-funding; the words stand before the day, if there is one.
SAID = {
    AlertKind.ENDING: ("ending", "Funding ends on"),
    AlertKind.ENDED: ("ended", "Funding ended on"),
    AlertKind.PART_ENDING: ("ending", "Part of the funding ends on"),
    AlertKind.EXTENDED: ("funded", "Funded for longer"),
    AlertKind.BROUGHT_FORWARD: ("ending", "Funding ends earlier than was said"),
    AlertKind.DECISION_LATE: ("ending", "The decision on more money is late since"),
    AlertKind.PAUSED: ("ended", "The service is paused"),
    AlertKind.CLOSED: ("ended", "The service has closed"),
    AlertKind.REOPENED: ("funded", "The service is open again"),
    AlertKind.CONTACT_CHANGED: ("unknown", "Whom to ask has changed"),
    AlertKind.CONTACT_LEAVING: ("ending", "Somebody you ask is leaving"),
    AlertKind.ROUTE_AT_RISK: ("ending", "Hardly anybody is left to send people to after its money ends on"),
    AlertKind.REVIEW_DUE: ("unknown", "Its dates need to be confirmed again"),
    AlertKind.AUDIT_DIFFERENCE: ("ending", "What was told differs from what should have been told"),
    AlertKind.NEW_MATCH: ("funded", "It matches a search that you saved"),
}


def alert_words(alert: Alert) -> FundingWords:
    """What an alert says, in a line."""
    mark, before = SAID[alert.kind]
    if alert.ends_on and not before.endswith((" on", " since")):
        return FundingWords(mark, f"{before}:", alert.ends_on)
    return FundingWords(mark, before, alert.ends_on)


def detail_words(alert: Alert) -> str:
    """What a line cannot say of an alert, in a sentence; empty where the line says it all."""
    details = alert.fact.details
    if alert.kind is AlertKind.ROUTE_AT_RISK:
        left = "nobody" if details["left"] == "0" else "one other"
        return f"After this service ends we know of {left} for {details['need']} in {details['area']}."
    return details.get("sentence", "")


def subject_words(alert: Alert) -> str:
    """What an alert is about, by name."""
    if alert.service_id:
        return alert.service.name
    if alert.need and alert.area:
        return f"{alert.need.name} in {alert.area.name}"
    return "This directory"
