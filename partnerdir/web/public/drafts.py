"""A plan as somebody asks for it: what was typed, row by row, how that travels in an address, and the question in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from werkzeug.datastructures import MultiDict

from partnerdir.directory.models import Need
from partnerdir.directory.queries import list_needs
from partnerdir.directory.rules import Circumstance
from partnerdir.errors import BadInput
from partnerdir.languages import gettext
from partnerdir.search.family import MOST_NEEDS, MOST_PEOPLE, Family, Person, Wanted
from partnerdir.search.rules import DISTANCES, USUAL_DISTANCE, Place, Question
from partnerdir.search.whereabouts import NoSuchPlace
from partnerdir.web.public.asking import LONGEST_PLACE, LONGEST_WORDS, OLDEST, cleaned, finder, why_no_place
from partnerdir.web.questions import locked, unlocked

KIND = b"family"
LONGEST_AGE, LONGEST_CODE = 20, 80
ANYBODY = ""
Row = TypeVar("Row")


class NeedRow(NamedTuple):
    """A need by its code, and the person it is for by the number of their row; empty for any of them."""

    code: str = ""
    whom: str = ANYBODY


class PersonRow(NamedTuple):
    """A person as typed."""

    age: str = ""
    circumstances: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """Everything in the form, as it was typed; rows that are empty ask for nothing."""

    needs: tuple[NeedRow, ...] = (NeedRow(), NeedRow())
    people: tuple[PersonRow, ...] = (PersonRow(),)
    place: str = ""
    within: int = USUAL_DISTANCE
    stays: bool = False
    words: str = ""  # what is needed in somebody's own words, until it is read as needs

    @property
    def may_add_need(self) -> bool:
        """Whether there is room for one more need."""
        return len(self.needs) < MOST_NEEDS

    @property
    def may_add_person(self) -> bool:
        """Whether there is room for one more person."""
        return len(self.people) < MOST_PEOPLE


@dataclass(frozen=True)
class Asked:
    """The question in a draft, with the need of each number, and of each person the number that their row has."""

    family: Family
    needs: list[Need] = field(default_factory=list)
    rows: tuple[int, ...] = ()


def drafted(form: MultiDict[str, str]) -> Draft:
    """What was typed, no more of it than a family needs."""
    within = form.get("within", "")
    needs = tuple(
        NeedRow(cleaned(form[f"need-{row}"], LONGEST_CODE), form.get(f"for-{row}", "")[:1])
        for row in range(1, MOST_NEEDS + 1)
        if f"need-{row}" in form
    )
    people = tuple(
        PersonRow(
            cleaned(form[f"age-{row}"], LONGEST_AGE),
            tuple(code for code in Circumstance if code in form.getlist(f"circumstances-{row}")),
        )
        for row in range(1, MOST_PEOPLE + 1)
        if f"age-{row}" in form
    )
    return Draft(
        needs=needs or Draft.needs,
        people=people or Draft.people,
        place=cleaned(form.get("place", ""), LONGEST_PLACE),
        within=int(within) if within.isdecimal() and int(within[:4]) in DISTANCES else USUAL_DISTANCE,
        stays="stays" in form,
        words=cleaned(form.get("words", ""), LONGEST_WORDS),
    )


def with_words_read(draft: Draft) -> Draft:
    """The draft with the needs and the place that its words name; words that name no need stay as they are. Raises: NoIndex."""
    in_words = None if draft.place else finder().find_place_in(draft.words)
    meant = finder().list_needs_meant(in_words.words if in_words else draft.words)
    known = {need.id: need.code for need in list_needs()}
    rows = [need for need in draft.needs if need.code]
    chosen = {need.code for need in rows}
    rows += [NeedRow(known[need]) for need in meant if need in known and known[need] not in chosen]
    if not meant:
        return draft
    place = in_words.place.name if in_words else draft.place
    return replace(draft, needs=tuple(rows[:MOST_NEEDS]), place=place, words="")


def extended(draft: Draft, add: str) -> tuple[Draft, str]:
    """The draft with one more row, and the id of the field that it begins with."""
    if add == "need" and draft.may_add_need:
        draft = replace(draft, needs=(*draft.needs, NeedRow()))
    if add == "person" and draft.may_add_person:
        draft = replace(draft, people=(*draft.people, PersonRow()))
    return draft, f"age-{len(draft.people)}" if add == "person" else f"need-{len(draft.needs)}"


def shortened(draft: Draft, remove: str) -> tuple[Draft, str]:
    """The draft without one row, and the id of the field that is then in its place; a last row is never removed.

    What was needed for a person who is removed is needed for any of them.
    """
    kind, _, number = remove.partition("-")
    rows: tuple[NeedRow | PersonRow, ...] = draft.people if kind == "person" else draft.needs
    row = int(number) if number.isdecimal() and len(number) == 1 else 0
    if len(rows) > 1 and 1 <= row <= len(rows):
        if kind == "person":
            needs = tuple(need._replace(whom=_moved_up(need.whom, row)) for need in draft.needs)
            draft = replace(draft, needs=needs, people=_without(draft.people, row))
        else:
            draft = replace(draft, needs=_without(draft.needs, row))
    left = draft.people if kind == "person" else draft.needs
    return draft, f"{'age' if kind == 'person' else 'need'}-{max(1, min(row, len(left)))}"


def _without(rows: tuple[Row, ...], number: int) -> tuple[Row, ...]:
    return rows[: number - 1] + rows[number:]


def _moved_up(whom: str, gone: int) -> str:
    if not whom.isdecimal() or int(whom) < gone:
        return whom
    return ANYBODY if int(whom) == gone else str(int(whom) - 1)


def begun_with(question: Question, need_codes: Sequence[str]) -> Draft:
    """A draft that begins with what somebody has searched for already."""
    circumstances = tuple(code for code in Circumstance if f"for:{code}" in question.chosen)
    return Draft(
        needs=(*map(NeedRow, need_codes[:MOST_NEEDS]), *[NeedRow()] * (2 - len(need_codes))),
        people=(PersonRow("" if question.age is None else str(question.age), circumstances),),
        place=question.place.name if question.place else "",
        within=question.within or USUAL_DISTANCE,
    )


def sealed_draft(draft: Draft) -> str:
    """The draft as part of an address that only this site can read."""
    return locked([draft.needs, draft.people, draft.place, draft.within, draft.stays, draft.words], KIND)


def opened_draft(text: str) -> Draft:
    """The draft in an address. Raises: Missing."""
    needs, people, place, within, stays, *words = unlocked(text, KIND)  # old addresses have no words
    return Draft(
        tuple(NeedRow(*need) for need in needs),
        tuple(PersonRow(age, tuple(circumstances)) for age, circumstances in people),
        place,
        within,
        stays,
        *words,
    )


def asked_in(draft: Draft) -> Asked:
    """The question in a draft. Raises: BadInput, with a sentence for each field that cannot be used as it is."""
    wrong: dict[str, str] = {}
    if draft.words:
        wrong["words"] = gettext("We cannot tell what help this is. Say it in other words, or choose below.")
    known = {need.code: need for need in list_needs()}
    for row, person in enumerate(draft.people, 1):
        if person.age and not (person.age.isdecimal() and int(person.age) <= OLDEST):
            wrong[f"age-{row}"] = gettext(
                "The age must be a whole number of years from 0 to %(oldest)s, such as 9.", oldest=OLDEST
            )
    for row, need in enumerate(draft.needs, 1):
        if need.code and need.code not in known:
            wrong[f"need-{row}"] = gettext("Choose a need from the list.")
    if not draft.words and not any(need.code for need in draft.needs):
        wrong["need-1"] = gettext("Choose at least one need.")
    place = finder().find_place(draft.place)
    if isinstance(place, NoSuchPlace):
        raise BadInput(wrong | {"place": " ".join([why_no_place(place), *_did_you_mean(place)])})
    if wrong:
        raise BadInput(wrong)
    return _asked(draft, known, place)


def _did_you_mean(place: NoSuchPlace) -> list[str]:
    return [] if place.is_postcode or not place.meant else [gettext("Did you mean %(join)s?", join=_either(place.meant))]


def _either(names: Sequence[str]) -> str:
    *first, last = names
    return gettext("%(first)s or %(last)s", first=", ".join(first), last=last) if first else last


def _asked(draft: Draft, known: dict[str, Need], place: Place | None) -> Asked:
    chosen = list(dict.fromkeys(need for need in draft.needs if need.code))
    meant = {need.whom for need in chosen}
    rows = [row for row, person in enumerate(draft.people, 1) if person.age or person.circumstances or str(row) in meant]
    numbers = {str(row): number for number, row in enumerate(rows)}
    people = [draft.people[row - 1] for row in rows]
    family = Family(
        wanted=tuple(Wanted(known[need.code].id, numbers.get(need.whom)) for need in chosen),
        people=tuple(Person(int(person.age) if person.age else None, person.circumstances) for person in people),
        place=place,
        within=draft.within,
        stays=draft.stays,
    )
    return Asked(family, [known[need.code] for need in chosen], tuple(rows))
