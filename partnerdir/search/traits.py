"""What a list can be narrowed by: each service's plain answers to plain questions, as short codes such as `way:phone`."""

import re
from collections.abc import Collection, Iterable

from partnerdir.directory.rules import Access, Referral, Taking, Way

FREE = "cost:free"
WHEELCHAIR, TRAVEL_HELP = f"access:{Access.WHEELCHAIR}", f"access:{Access.TRAVEL_HELP}"
SELF, PROFESSIONAL = "referral:self", "referral:professional"
STAYS = "funded:six_months"
UNPLACED = "where:not_said"
STAYS_DAYS = 182
REMOTE = (f"way:{Way.PHONE}", f"way:{Way.ONLINE}")

# Only what says that nobody pays. "Free for under-16s" or an empty field is not known to be free.
_IS_FREE = re.compile(
    r"(?:(?:this|the|our) (?:service|help|advice|support) is |it is |it's |always |completely |entirely )?"
    r"(?:free(?: of charge| to use| for everyone| for all)?|no (?:charge|cost|fees?)|nothing to pay)\s*(?:[.;!,].*)?",
    re.IGNORECASE | re.DOTALL,
)
_BUT = re.compile(r"\b(?:but|except|unless|apart from|after|otherwise|then)\b|£", re.IGNORECASE)
ENGLISH = {"en", "eng", "english"}


def is_free(fees: str) -> bool:
    """Whether the words about the cost say without an if or a but that there is none."""
    text = fees.strip()
    return bool(_IS_FREE.fullmatch(text)) and not _BUT.search(text)


def list_traits(
    ways: Iterable[str],
    circumstances: Iterable[str],
    languages: Iterable[str],
    accessibility: Collection[str],
    referral: Referral,
    taking: Taking,
    costs_nothing: bool,
) -> frozenset[str]:
    """The traits of one service; what is not known of it is not among them."""
    traits = {f"way:{way}" for way in ways} | {f"for:{circumstance}" for circumstance in circumstances}
    traits |= {f"language:{code.lower()}" for code in languages if code.lower() not in ENGLISH}
    traits |= {WHEELCHAIR, TRAVEL_HELP} & {f"access:{code}" for code in accessibility}
    if referral in (Referral.SELF, Referral.EITHER):
        traits.add(SELF)
    if referral in (Referral.PROFESSIONAL, Referral.EITHER):
        traits.add(PROFESSIONAL)
    if taking is not Taking.UNKNOWN:
        traits.add(f"taking:{taking}")
    if costs_nothing:
        traits.add(FREE)
    return frozenset(traits)
