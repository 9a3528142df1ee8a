"""What each code of the records is called in front of people."""

from enum import StrEnum

from partnerdir.accounts.rules import RoleName
from partnerdir.directory.rules import (
    Access,
    Audience,
    Circumstance,
    ClosingReason,
    Referral,
    ServiceStatus,
    SuggestionKind,
    SuggestionOrigin,
    SuggestionState,
    Taking,
    Way,
)
from partnerdir.funding.rules import Certainty, EndKind, Renewal

# By vocabulary, because two of them may share a code (such as "unknown").
WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    ServiceStatus: {
        ServiceStatus.ACTIVE: "Running",
        ServiceStatus.PAUSED: "Paused",
        ServiceStatus.CLOSED: "Closed",
    },
    ClosingReason: {
        ClosingReason.FUNDING_ENDED: "Its funding ended",
        ClosingReason.MERGED: "It became part of another service",
        ClosingReason.MOVED_AWAY: "It moved away",
        ClosingReason.PROVIDER_CLOSED: "The organisation that ran it has closed",
        ClosingReason.OTHER: "Another reason",
    },
    Taking: {
        Taking.NOW: "Taking people now",
        Taking.WAITING_LIST: "Waiting list",
        Taking.NOT_NOW: "Not taking people now",
        Taking.UNKNOWN: "Not known",
    },
    Referral: {
        Referral.SELF: "People ask for it themselves",
        Referral.PROFESSIONAL: "A worker must refer",
        Referral.EITHER: "People ask themselves, or a worker refers",
        Referral.UNKNOWN: "Not known",
    },
    Way: {
        Way.AT_PLACE: "At a place",
        Way.AT_HOME: "At home",
        Way.PHONE: "By phone",
        Way.ONLINE: "Online",
    },
    Circumstance: {
        Circumstance.LEAVING_PRISON: "People leaving prison",
        Circumstance.CARE_EXPERIENCED: "People who have been in care",
        Circumstance.PREGNANT: "Pregnant women",
        Circumstance.DISABLED: "Disabled people",
        Circumstance.CARER: "Carers",
        Circumstance.YOUNG_CARER: "Young carers",
        Circumstance.SINGLE_PARENT: "Single parents",
        Circumstance.VETERAN: "Veterans",
        Circumstance.LGBT: "LGBT people",
        Circumstance.REFUGEE: "Refugees and people seeking asylum",
        Circumstance.WOMEN: "Women",
        Circumstance.MEN: "Men",
    },
    Access: {
        Access.WHEELCHAIR: "Wheelchair access",
        Access.STEP_FREE: "No steps",
        Access.ACCESSIBLE_TOILET: "Accessible toilet",
        Access.HEARING_LOOP: "Hearing loop",
        Access.BSL: "British Sign Language",
        Access.PARKING: "Parking",
    },
    Audience: {
        Audience.PUBLIC: "Everyone",
        Audience.STAFF: "Staff only",
    },
    EndKind: {
        EndKind.FIXED: "A fixed day",
        EndKind.ESTIMATED: "About this day",
        EndKind.OPEN_ENDED: "No end",
        EndKind.UNKNOWN: "Not known",
    },
    Certainty: {
        Certainty.CONFIRMED: "Confirmed",
        Certainty.AGREED_VERBALLY: "Agreed in words only",
        Certainty.APPLIED_FOR: "Applied for",
        Certainty.REFUSED: "Refused",
    },
    Renewal: {
        Renewal.NOT_STARTED: "Not started",
        Renewal.APPLIED: "Applied for",
        Renewal.EXTENSION_REQUESTED: "Extension asked for",
        Renewal.AGREED: "Agreed",
        Renewal.REFUSED: "Refused",
        Renewal.NOT_SOUGHT: "Not being sought",
    },
    SuggestionKind: {
        SuggestionKind.NUMBER_DOES_NOT_WORK: "The number does not work",
        SuggestionKind.HAS_CLOSED: "It has closed",
        SuggestionKind.WRONG_PLACE: "The place is wrong",
        SuggestionKind.WRONG_HOURS: "The hours are wrong",
        SuggestionKind.WRONG_DATES: "The dates of the money are wrong",
        SuggestionKind.OTHER: "Something else",
    },
    SuggestionOrigin: {
        SuggestionOrigin.PUBLIC: "From the public",
        SuggestionOrigin.CONTACT: "From the service",
        SuggestionOrigin.STAFF: "From staff",
    },
    SuggestionState: {
        SuggestionState.OPEN: "Open",
        SuggestionState.ACCEPTED: "Accepted",
        SuggestionState.DECLINED: "Declined",
    },
    RoleName: {
        RoleName.FRONTLINE: "Frontline worker",
        RoleName.COORDINATOR: "Coordinator",
        RoleName.STEWARD: "Steward",
    },
}


def words_for(code: StrEnum) -> str:
    """What people call this code."""
    return WORDS[type(code)][code]


def choices_of(vocabulary: type[StrEnum]) -> dict[str, str]:
    """The choices of a form field, in the vocabulary's order."""
    return {str(code): words for code, words in WORDS[vocabulary].items()}
