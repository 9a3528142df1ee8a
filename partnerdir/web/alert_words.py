"""What an alert is called in front of staff: one line, with its day where it has one."""

from partnerdir.alerts.models import Alert
from partnerdir.alerts.rules import AlertKind
from partnerdir.languages import gettext, gettext_noop
from partnerdir.web.funding_words import FundingWords

# The mark is the class of pd-funding; the words stand before the day, if there is one.
SAID = {
    AlertKind.ENDING: ("ending", gettext_noop("Funding ends on")),
    AlertKind.ENDED: ("ended", gettext_noop("Funding ended on")),
    AlertKind.PART_ENDING: ("ending", gettext_noop("Part of the funding ends on")),
    AlertKind.EXTENDED: ("funded", gettext_noop("Funded for longer")),
    AlertKind.BROUGHT_FORWARD: ("ending", gettext_noop("Funding ends earlier than was said")),
    AlertKind.DECISION_LATE: ("ending", gettext_noop("The decision on more money is late since")),
    AlertKind.PAUSED: ("ended", gettext_noop("The service is paused")),
    AlertKind.CLOSED: ("ended", gettext_noop("The service has closed")),
    AlertKind.REOPENED: ("funded", gettext_noop("The service is open again")),
    AlertKind.CONTACT_CHANGED: ("unknown", gettext_noop("Whom to ask has changed")),
    AlertKind.CONTACT_LEAVING: ("ending", gettext_noop("Somebody you ask is leaving")),
    AlertKind.ROUTE_AT_RISK: ("ending", gettext_noop("Hardly anybody is left to send people to after its money ends on")),
    AlertKind.REVIEW_DUE: ("unknown", gettext_noop("Its dates need to be confirmed again")),
    AlertKind.AUDIT_DIFFERENCE: ("ending", gettext_noop("What was told differs from what should have been told")),
    AlertKind.NEW_MATCH: ("funded", gettext_noop("It matches a search that you saved")),
}


def alert_words(alert: Alert) -> FundingWords:
    """What an alert says, in a line."""
    mark, before = SAID[alert.kind]
    if alert.ends_on and not before.endswith((" on", " since")):
        return FundingWords(mark, f"{gettext(before)}:", alert.ends_on)
    return FundingWords(mark, gettext(before), alert.ends_on)


def detail_words(alert: Alert) -> str:
    """What a line cannot say of an alert, in a sentence; empty where the line says it all."""
    details = alert.fact.details
    if alert.kind is AlertKind.ROUTE_AT_RISK:
        nobody = gettext_noop("After this service ends we know of nobody for %(need)s in %(area)s.")
        one_other = gettext_noop("After this service ends we know of one other for %(need)s in %(area)s.")
        said = nobody if details["left"] == "0" else one_other
        return gettext(said, need=details["need"], area=details["area"])
    return details.get("sentence", "")


def subject_words(alert: Alert) -> str:
    """What an alert is about, by name."""
    if alert.service_id:
        return alert.service.name
    if alert.need and alert.area:
        return gettext("%(need)s in %(area)s", need=alert.need.name, area=alert.area.name)
    return gettext("This directory")
