"""What each code of the records is called in front of people."""

from collections.abc import Collection
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
from partnerdir.languages import gettext, gettext_noop, lazy_gettext

# By vocabulary, because two of them may share a code (such as "unknown").
WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    ServiceStatus: {
        ServiceStatus.ACTIVE: gettext_noop("Running"),
        ServiceStatus.PAUSED: gettext_noop("Paused"),
        ServiceStatus.CLOSED: gettext_noop("Closed"),
    },
    ClosingReason: {
        ClosingReason.FUNDING_ENDED: gettext_noop("Its funding ended"),
        ClosingReason.MERGED: gettext_noop("It became part of another service"),
        ClosingReason.MOVED_AWAY: gettext_noop("It moved away"),
        ClosingReason.PROVIDER_CLOSED: gettext_noop("The organisation that ran it has closed"),
        ClosingReason.OTHER: gettext_noop("Another reason"),
    },
    Taking: {
        Taking.NOW: gettext_noop("Taking people now"),
        Taking.WAITING_LIST: gettext_noop("Waiting list"),
        Taking.NOT_NOW: gettext_noop("Not taking people now"),
        Taking.UNKNOWN: gettext_noop("Not known"),
    },
    Referral: {
        Referral.SELF: gettext_noop("People ask for it themselves"),
        Referral.PROFESSIONAL: gettext_noop("A worker must refer"),
        Referral.EITHER: gettext_noop("People ask themselves, or a worker refers"),
        Referral.UNKNOWN: gettext_noop("Not known"),
    },
    Way: {
        Way.AT_PLACE: gettext_noop("At a place"),
        Way.AT_HOME: gettext_noop("At home"),
        Way.PHONE: gettext_noop("By phone"),
        Way.ONLINE: gettext_noop("Online"),
    },
    Circumstance: {
        Circumstance.LEAVING_PRISON: gettext_noop("People leaving prison"),
        Circumstance.CARE_EXPERIENCED: gettext_noop("People who have been in care"),
        Circumstance.PREGNANT: gettext_noop("Pregnant women"),
        Circumstance.DISABLED: gettext_noop("Disabled people"),
        Circumstance.CARER: gettext_noop("Carers"),
        Circumstance.YOUNG_CARER: gettext_noop("Young carers"),
        Circumstance.SINGLE_PARENT: gettext_noop("Single parents"),
        Circumstance.VETERAN: gettext_noop("Veterans"),
        Circumstance.LGBT: gettext_noop("LGBT people"),
        Circumstance.REFUGEE: gettext_noop("Refugees and people seeking asylum"),
        Circumstance.WOMEN: gettext_noop("Women"),
        Circumstance.MEN: gettext_noop("Men"),
    },
    Access: {
        Access.WHEELCHAIR: gettext_noop("Wheelchair access"),
        Access.STEP_FREE: gettext_noop("No steps"),
        Access.ACCESSIBLE_TOILET: gettext_noop("Accessible toilet"),
        Access.HEARING_LOOP: gettext_noop("Hearing loop"),
        Access.BSL: gettext_noop("British Sign Language"),
        Access.PARKING: gettext_noop("Parking"),
        Access.TRAVEL_HELP: gettext_noop("Help with travel"),
    },
    Audience: {
        Audience.PUBLIC: gettext_noop("Everyone"),
        Audience.STAFF: gettext_noop("Staff only"),
    },
    EndKind: {
        EndKind.FIXED: gettext_noop("A fixed day"),
        EndKind.ESTIMATED: gettext_noop("About this day"),
        EndKind.OPEN_ENDED: gettext_noop("No end"),
        EndKind.UNKNOWN: gettext_noop("Not known"),
    },
    Certainty: {
        Certainty.CONFIRMED: gettext_noop("Confirmed"),
        Certainty.AGREED_VERBALLY: gettext_noop("Agreed in words only"),
        Certainty.APPLIED_FOR: gettext_noop("Applied for"),
        Certainty.REFUSED: gettext_noop("Refused"),
    },
    Renewal: {
        Renewal.NOT_STARTED: gettext_noop("Not started"),
        Renewal.APPLIED: gettext_noop("Applied for"),
        Renewal.EXTENSION_REQUESTED: gettext_noop("Extension asked for"),
        Renewal.AGREED: gettext_noop("Agreed"),
        Renewal.REFUSED: gettext_noop("Refused"),
        Renewal.NOT_SOUGHT: gettext_noop("Not being sought"),
    },
    SuggestionKind: {
        SuggestionKind.NUMBER_DOES_NOT_WORK: gettext_noop("The number does not work"),
        SuggestionKind.HAS_CLOSED: gettext_noop("It has closed"),
        SuggestionKind.WRONG_PLACE: gettext_noop("The place is wrong"),
        SuggestionKind.WRONG_HOURS: gettext_noop("The hours are wrong"),
        SuggestionKind.WRONG_DATES: gettext_noop("The dates of the money are wrong"),
        SuggestionKind.OTHER: gettext_noop("Something else"),
    },
    SuggestionOrigin: {
        SuggestionOrigin.PUBLIC: gettext_noop("From the public"),
        SuggestionOrigin.CONTACT: gettext_noop("From the service"),
        SuggestionOrigin.STAFF: gettext_noop("From staff"),
    },
    SuggestionState: {
        SuggestionState.OPEN: gettext_noop("Open"),
        SuggestionState.ACCEPTED: gettext_noop("Accepted"),
        SuggestionState.DECLINED: gettext_noop("Declined"),
    },
    RoleName: {
        RoleName.FRONTLINE: gettext_noop("Frontline worker"),
        RoleName.COORDINATOR: gettext_noop("Coordinator"),
        RoleName.STEWARD: gettext_noop("Steward"),
    },
}


def words_for(code: StrEnum) -> str:
    """What people call this code."""
    return gettext(WORDS[type(code)][code])


def words_later(code: StrEnum) -> str:
    """The same, for tables and forms that are written before anybody asks."""
    return lazy_gettext(WORDS[type(code)][code])


def choices_of(vocabulary: type[StrEnum], but: Collection[StrEnum] = ()) -> dict[str, str]:
    """The choices of a form field, in the vocabulary's order, without some of them."""
    return {str(code): gettext(words) for code, words in WORDS[vocabulary].items() if code not in but}
