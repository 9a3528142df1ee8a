"""The choices that narrow a list of results: what they are called, how they are grouped, which are chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from partnerdir.directory.rules import Circumstance, Taking, Way
from partnerdir.languages import gettext, gettext_noop, lazy_gettext, ngettext
from partnerdir.search.rules import ANY_DISTANCE, DISTANCES, Question
from partnerdir.search.traits import FREE, PROFESSIONAL, SELF, STAYS, TRAVEL_HELP, UNPLACED, WHEELCHAIR
from partnerdir.web import formats
from partnerdir.web.words import words_later

LANGUAGE = "language:"
MOST_LANGUAGES = 20


@dataclass(frozen=True)
class Option:
    """One choice, and how many services there would be after it."""

    code: str
    words: str
    count: int | None = None
    is_chosen: bool = False


@dataclass(frozen=True)
class Group:
    """Choices of one kind."""

    title: str
    options: Sequence[Option]
    name: str = "choose"
    hint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether one of them is chosen."""
        return self.name == "choose" and any(option.is_chosen for option in self.options)


def _all(prefix: str, vocabulary: type[StrEnum]) -> dict[str, str]:
    return {f"{prefix}:{code}": words_later(code) for code in vocabulary}


SAID: dict[str, dict[str, str]] = {
    gettext_noop("How you attend"): _all("way", Way),
    gettext_noop("Who it is for"): _all("for", Circumstance),
    gettext_noop("Cost"): {FREE: lazy_gettext("Free")},
    gettext_noop("Access"): {WHEELCHAIR: lazy_gettext("Wheelchair access"), TRAVEL_HELP: lazy_gettext("Help with travel")},
    gettext_noop("How to ask"): {
        SELF: lazy_gettext("You can ask yourself"),
        PROFESSIONAL: lazy_gettext("A worker can refer you"),
    },
    gettext_noop("Is there room"): {f"taking:{taking}": words_later(taking) for taking in (Taking.NOW, Taking.WAITING_LIST)},
    gettext_noop("Will it last"): {STAYS: lazy_gettext("Paid for 6 months or more")},
}
HINTS = {
    gettext_noop("Cost"): lazy_gettext("Only those that say so. Others may be free too."),
    gettext_noop("Access"): lazy_gettext("Only those that say so. Ring others and ask."),
    gettext_noop("Will it last"): lazy_gettext("Only where we know until when it is paid for."),
}
ALWAYS_KNOWN = {trait: words for group in SAID.values() for trait, words in group.items()} | {
    UNPLACED: lazy_gettext("Also those that do not say where they are")
}


def is_trait(code: str) -> bool:
    """Whether this is a choice that we offer."""
    return code in ALWAYS_KNOWN or (code.startswith(LANGUAGE) and len(code) <= 60)


def words_of(code: str) -> str:
    """What people call a choice."""
    if code.startswith(LANGUAGE):
        return next(iter(formats.languages([code.removeprefix(LANGUAGE)])), gettext("English"))
    return str(ALWAYS_KNOWN[code])


def list_groups(question: Question, counts: Mapping[str, int]) -> list[Group]:
    """The groups of choices, with those that some service of the list has and those that are chosen."""
    offered = {title: list(group) for title, group in SAID.items()}
    spoken = sorted((code for code in counts if code.startswith(LANGUAGE)), key=lambda code: -counts[code])
    offered[gettext_noop("Languages besides English")] = spoken[:MOST_LANGUAGES]
    groups = (Group(title, _list_options(codes, question, counts)) for title, codes in offered.items())
    return [replace(group, title=gettext(group.title), hint=HINTS.get(group.title, "")) for group in groups if group.options]


def _list_options(codes: Sequence[str], question: Question, counts: Mapping[str, int]) -> list[Option]:
    return [
        Option(code, words_of(code), counts.get(code, 0), code in question.chosen)
        for code in codes
        if counts.get(code) or code in question.chosen
    ]


def distances(question: Question) -> Group | None:
    """How far away services may be; None where no point was asked for."""
    if question.place is None or question.place.latitude is None:
        return None
    miles = [
        Option(str(far), ngettext("%(num)s mile", "%(num)s miles", far), None, far == question.within) for far in DISTANCES
    ]
    miles.append(Option(str(ANY_DISTANCE), gettext("Any distance"), None, question.within == ANY_DISTANCE))
    return Group(gettext("How far away"), miles, name="within")


def list_chosen(question: Question, need: str, area: str) -> list[Option]:
    """Everything that narrows the list now; each can be taken away again."""
    said = [("place", gettext("Near %(place)s", place=question.place.name))] if question.place else []
    said += [(name, words) for name, words in (("need_id", need), ("area_id", area)) if words]
    said += [("age", gettext("Age %(age)s", age=question.age))] if question.age is not None else []
    said += [(code, words_of(code)) for code in question.chosen]
    return [Option(code, words) for code, words in said]
