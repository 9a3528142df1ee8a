"""What an outlook is called in front of people: one line for the public, one for staff."""

from dataclasses import dataclass
from datetime import date

from partnerdir.funding.doubts import Doubt
from partnerdir.funding.rules import Outlook, OutlookState, PublicKind, public_line

DOUBTS = {
    Doubt.UNKNOWN_END: "For some of the money, no end date is known.",
    Doubt.ESTIMATED_END: "The end date is an estimate.",
    Doubt.NOT_CONFIRMED_LATELY: "Nobody has confirmed the dates in the last six months.",
    Doubt.VERBAL_ONLY: "Some of the money is agreed in words only.",
    Doubt.DECISION_OVERDUE: "A decision was due, and no answer is recorded.",
    Doubt.RENEWAL_NOT_RECORDED: "More money is agreed, but its dates are not recorded.",
    Doubt.OTHERS_PAY_LONGER: "Other money runs on after this end. Ask whether the service does too.",
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
    PublicKind.ONGOING: ("funded", "Funded, with no end date", ""),
    PublicKind.FUNDED: ("funded", "Funded until", ""),
    PublicKind.ENDING: ("ending", "This service may end on", "; check before you go"),
    PublicKind.GAP: ("ending", "Not funded now, but again from", "; check before you go"),
    PublicKind.ENDED: ("ended", "Funding ended on", "; check before you go"),
}
STAFF = {
    OutlookState.UNKNOWN: ("unknown", "No end date recorded"),
    OutlookState.ONGOING: ("funded", "Funded, with no end date"),
    OutlookState.FUNDED: ("funded", "Funded until"),
    OutlookState.ENDING: ("ending", "Funding ends on"),
    OutlookState.PART_ENDING: ("funded", "Part of the funding ends on"),
    OutlookState.GAP: ("ending", "Not funded now, but again from"),
    OutlookState.DECISION_LATE: ("ending", "No decision yet; funding ended on"),
    OutlookState.LAPSED: ("ended", "Funding ended on"),
}


def public_words(outlook: Outlook, today: date) -> FundingWords | None:
    """What anybody may read; nothing where nothing is known."""
    line = public_line(outlook, today)
    if line is None:
        return None
    mark, before, after = PUBLIC[line.kind]
    if line.kind is PublicKind.GAP:
        return FundingWords(mark, before, line.covered_again_on, after)
    return FundingWords(mark, _about(before, line.is_estimated), line.ends_on, after)


def staff_words(outlook: Outlook) -> FundingWords:
    """What staff read, doubt and all."""
    mark, before = STAFF[outlook.state]
    if outlook.state is OutlookState.GAP:
        return FundingWords(mark, before, outlook.covered_again_on)
    # What an outlook says of estimates is about its cover, not about a part that ends.
    is_estimated = outlook.is_estimated and outlook.state is not OutlookState.PART_ENDING
    return FundingWords(mark, _about(before, is_estimated), outlook.ends_on)


def _about(before: str, is_estimated: bool) -> str:
    """'until about', where the day is an estimate."""
    return f"{before.removesuffix(' on')} about" if is_estimated else before
