"""What is true of services and contacts, and the words that describe them; names follow HSDS 3.1 where it has one."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from partnerdir.languages import gettext

STALE_AFTER = timedelta(days=2 * 365)


class ServiceStatus(StrEnum):
    """Whether the service runs."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a service closed, in a class of words."""

    FUNDING_ENDED = "funding_ended"
    MERGED = "merged"
    MOVED_AWAY = "moved_away"
    PROVIDER_CLOSED = "provider_closed"
    OTHER = "other"


class Taking(StrEnum):
    """Whether it takes new people now."""

    NOW = "now"
    WAITING_LIST = "waiting_list"
    NOT_NOW = "not_now"
    UNKNOWN = "unknown"


class Referral(StrEnum):
    """Who may ask for it."""

    SELF = "self"
    PROFESSIONAL = "professional"
    EITHER = "either"
    UNKNOWN = "unknown"


class Way(StrEnum):
    """How a person attends."""

    AT_PLACE = "at_place"
    AT_HOME = "at_home"
    PHONE = "phone"
    ONLINE = "online"


class Circumstance(StrEnum):
    """Whom a service is meant for, beyond age."""

    LEAVING_PRISON = "leaving_prison"
    CARE_EXPERIENCED = "care_experienced"
    PREGNANT = "pregnant"
    DISABLED = "disabled"
    CARER = "carer"
    YOUNG_CARER = "young_carer"
    SINGLE_PARENT = "single_parent"
    VETERAN = "veteran"
    LGBT = "lgbt"
    REFUGEE = "refugee"
    WOMEN = "women"
    MEN = "men"


class Access(StrEnum):
    """What a place or service offers to people who need it."""

    WHEELCHAIR = "wheelchair"
    STEP_FREE = "step_free"
    ACCESSIBLE_TOILET = "accessible_toilet"
    HEARING_LOOP = "hearing_loop"
    BSL = "bsl"
    PARKING = "parking"
    TRAVEL_HELP = "travel_help"


class Audience(StrEnum):
    """Who may see a contact."""

    PUBLIC = "public"
    STAFF = "staff"


class SuggestionKind(StrEnum):
    """What somebody says is wrong with what we say of a service."""

    NUMBER_DOES_NOT_WORK = "number_does_not_work"
    HAS_CLOSED = "has_closed"
    WRONG_PLACE = "wrong_place"
    WRONG_HOURS = "wrong_hours"
    WRONG_DATES = "wrong_dates"
    OTHER = "other"


class SuggestionOrigin(StrEnum):
    """Who made a suggestion."""

    PUBLIC = "public"
    CONTACT = "contact"
    STAFF = "staff"


class SuggestionState(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Post(Protocol):
    """A contact, as far as these rules look at one."""

    @property
    def audience(self) -> Audience: ...
    @property
    def first_on(self) -> date | None: ...
    @property
    def last_on(self) -> date | None: ...
    @property
    def is_confidential(self) -> bool: ...


class Marked(Protocol):
    """Anything that can be marked confidential."""

    @property
    def is_confidential(self) -> bool: ...


def is_in_post(contact: Post, day: date) -> bool:
    """Whether the post answers on this day; first and last day are included."""
    return (contact.first_on is None or contact.first_on <= day) and (contact.last_on is None or day <= contact.last_on)


def is_stale(checked_on: date | None, today: date) -> bool:
    """Whether what is said of a service was last confirmed longer ago than two years; if it never was, nobody knows."""
    return checked_on is not None and checked_on < today - STALE_AFTER


def may_be_seen(contact: Post, is_staff: bool) -> bool:
    """Whether this reader may see the contact: a confidential mark or a staff audience keeps it from the public."""
    return is_staff or (contact.audience is Audience.PUBLIC and not contact.is_confidential)


def is_confidential(marks: Iterable[Marked]) -> bool:
    """Whether any of service, organisation or place is marked confidential; any mark wins."""
    return any(marked.is_confidential for marked in marks)


def age_problems(minimum_age: int | None, maximum_age: int | None) -> list[tuple[str, str]]:
    """What is wrong with a range of ages in whole years, as (field, sentence)."""
    if minimum_age is not None and maximum_age is not None and maximum_age < minimum_age:
        return [("maximum_age", gettext("The oldest age must be the same as or higher than the youngest age."))]
    return []
