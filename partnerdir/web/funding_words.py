"""What an outlook is called in front of people: one line for the public, one for staff."""

from dataclasses import dataclass
from datetime import date

from partnerdir.funding.doubts import Doubt
from partnerdir.funding.rules import Outlook, OutlookState, PublicKind, public_line
from partnerdir.languages import gettext, gettext_noop, lazy_gettext

DOUBTS = {
    Doubt.UNKNOWN_END: lazy_gettext("For some of the money, no end date is known."),
    Doubt.ESTIMATED_END: lazy_gettext("The end date is an estimate."),
    Doubt.NOT_CONFIRMED_LATELY: lazy_gettext("Nobody has confirmed the dates in the last six months."),
    Doubt.VERBAL_ONLY: lazy_gettext("Some of the money is agreed in words only."),
    Doubt.DECISION_OVERDUE: lazy_gettext("A decision was due, and no answer is recorded."),
    Doubt.RENEWAL_NOT_RECORDED: lazy_gettext("More money is agreed, but its dates are not recorded."),
    Doubt.OTHERS_PAY_LONGER: lazy_gettext("Other money runs on after this end. Ask whether the service does too."),
}


@dataclass(frozen=True)
class FundingWords:
    """A line about funding: the words around its day, and the mark that goes with it."""

    mark: str
    before: str
    day: date | None = None
    after: str = ""


# The words before the day and after it; the mark is the class of pd-funding.
PUBLIC = {
    PublicKind.ONGOING: ("funded", gettext_noop("Funded, with no end date"), ""),
    PublicKind.FUNDED: ("funded", gettext_noop("Funded until"), ""),
    PublicKind.ENDING: ("ending", gettext_noop("This service may end on"), gettext_noop("; check before you go")),
    PublicKind.GAP: ("ending", gettext_noop("Not funded now, but again from"), gettext_noop("; check before you go")),
    PublicKind.ENDED: ("ended", gettext_noop("Funding ended on"), gettext_noop("; check before you go")),
}
STAFF = {
    OutlookState.UNKNOWN: ("unknown", gettext_noop("No end date recorded")),
    OutlookState.ONGOING: ("funded", gettext_noop("Funded, with no end date")),
    OutlookState.FUNDED: ("funded", gettext_noop("Funded until")),
    OutlookState.ENDING: ("ending", gettext_noop("Funding ends on")),
    OutlookState.PART_ENDING: ("funded", gettext_noop("Part of the funding ends on")),
    OutlookState.GAP: ("ending", gettext_noop("Not funded now, but again from")),
    OutlookState.DECISION_LATE: ("ending", gettext_noop("No decision yet; funding ended on")),
    OutlookState.LAPSED: ("ended", gettext_noop("Funding ended on")),
}


# The same, where the day is an estimate.
ABOUT = {
    "Funded until": gettext_noop("Funded until about"),
    "This service may end on": gettext_noop("This service may end about"),
    "Funding ended on": gettext_noop("Funding ended about"),
    "Funding ends on": gettext_noop("Funding ends about"),
    "No decision yet; funding ended on": gettext_noop("No decision yet; funding ended about"),
}


def public_words(outlook: Outlook, today: date) -> FundingWords | None:
    """What anybody may read; nothing where nothing is known."""
    line = public_line(outlook, today)
    if line is None:
        return None
    mark, before, after = PUBLIC[line.kind]
    after = gettext(after) if after else ""
    if line.kind is PublicKind.GAP:
        return FundingWords(mark, gettext(before), line.covered_again_on, after)
    return FundingWords(mark, _said(before, line.is_estimated), line.ends_on, after)


def staff_words(outlook: Outlook) -> FundingWords:
    """What staff read, doubt and all."""
    mark, before = STAFF[outlook.state]
    if outlook.state is OutlookState.GAP:
        return FundingWords(mark, gettext(before), outlook.covered_again_on)
    # What an outlook says of estimates is about its cover, not about a part that ends.
    is_estimated = outlook.is_estimated and outlook.state is not OutlookState.PART_ENDING
    return FundingWords(mark, _said(before, is_estimated), outlook.ends_on)


def _said(before: str, is_estimated: bool) -> str:
    return gettext(ABOUT.get(before, before) if is_estimated else before)
