"""The public line is calm and true; staff read more, and every state has its words."""

from datetime import date

import pytest

from partnerdir.funding.doubts import Doubt
from partnerdir.funding.rules import Outlook, OutlookState
from partnerdir.web.funding_words import DOUBTS, FundingWords, public_words, staff_words
from partnerdir.web.words import WORDS, words_for

TODAY = date(2026, 11, 22)
NEAR, FAR, PAST = date(2026, 12, 20), date(2027, 11, 30), date(2026, 3, 31)


def _said(words: FundingWords | None) -> str | None:
    return f"{words.before} {words.day or ''}{words.after}".strip() if words else None


@pytest.mark.parametrize(
    ("outlook", "said"),
    [
        (Outlook(OutlookState.UNKNOWN), None),
        (Outlook(OutlookState.ONGOING), "Funded, with no end date"),
        (Outlook(OutlookState.FUNDED, funded_until=FAR, ends_on=FAR), "Funded until 2027-11-30"),
        (Outlook(OutlookState.FUNDED, funded_until=FAR, ends_on=FAR, is_estimated=True), "Funded until about 2027-11-30"),
        (
            Outlook(OutlookState.ENDING, funded_until=NEAR, ends_on=NEAR),
            "This service may end on 2026-12-20; check before you go",
        ),
        (
            Outlook(OutlookState.ENDING, funded_until=NEAR, ends_on=NEAR, is_estimated=True),
            "This service may end about 2026-12-20; check before you go",
        ),
        (Outlook(OutlookState.PART_ENDING, funded_until=FAR, ends_on=NEAR), "Funded until 2027-11-30"),
        (
            Outlook(OutlookState.GAP, ends_on=PAST, covered_again_on=NEAR),
            "Not funded now, but again from 2026-12-20; check before you go",
        ),
        (Outlook(OutlookState.DECISION_LATE, ends_on=PAST), "Funding ended on 2026-03-31; check before you go"),
        (Outlook(OutlookState.LAPSED, ends_on=PAST), "Funding ended on 2026-03-31; check before you go"),
    ],
)
def test_the_public_reads_a_line_for_each_state_and_nothing_where_nothing_is_known(outlook: Outlook, said: str | None) -> None:
    assert _said(public_words(outlook, TODAY)) == said


@pytest.mark.parametrize(
    ("outlook", "said"),
    [
        (Outlook(OutlookState.UNKNOWN), "No end date recorded"),
        (Outlook(OutlookState.ONGOING), "Funded, with no end date"),
        (Outlook(OutlookState.FUNDED, funded_until=FAR, ends_on=FAR), "Funded until 2027-11-30"),
        (Outlook(OutlookState.FUNDED, funded_until=FAR, ends_on=FAR, is_estimated=True), "Funded until about 2027-11-30"),
        (Outlook(OutlookState.ENDING, funded_until=NEAR, ends_on=NEAR), "Funding ends on 2026-12-20"),
        (Outlook(OutlookState.ENDING, funded_until=NEAR, ends_on=NEAR, is_estimated=True), "Funding ends about 2026-12-20"),
        (Outlook(OutlookState.PART_ENDING, funded_until=FAR, ends_on=NEAR), "Part of the funding ends on 2026-12-20"),
        (Outlook(OutlookState.GAP, ends_on=PAST, covered_again_on=NEAR), "Not funded now, but again from 2026-12-20"),
        (Outlook(OutlookState.DECISION_LATE, ends_on=PAST), "No decision yet; funding ended on 2026-03-31"),
        (Outlook(OutlookState.LAPSED, ends_on=PAST), "Funding ended on 2026-03-31"),
    ],
)
def test_staff_read_a_line_for_each_state(outlook: Outlook, said: str) -> None:
    assert _said(staff_words(outlook)) == said


def test_an_unknown_end_is_never_shown_as_safe() -> None:
    assert staff_words(Outlook(OutlookState.UNKNOWN)).mark == "unknown"


def test_every_doubt_and_every_code_has_its_words() -> None:
    assert set(DOUBTS) == set(Doubt)
    for vocabulary in WORDS:
        assert [words_for(code) for code in vocabulary]
