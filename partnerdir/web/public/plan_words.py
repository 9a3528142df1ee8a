"""What a plan says in words: who somebody is without a name, why a service was chosen, what hinders one that was not."""

from collections.abc import Sequence

from partnerdir.directory.models import Service
from partnerdir.directory.rules import Circumstance, Referral, Taking
from partnerdir.search.family import Family, Hindrance, Person, Pick, Plan
from partnerdir.web.formats import ages, joined
from partnerdir.web.words import words_for

ADULT, YOUNG = 18, 13
# What each circumstance is called of one person.
OF_ONE = {
    Circumstance.WOMEN: "A woman or girl",
    Circumstance.MEN: "A man or boy",
    Circumstance.PREGNANT: "Pregnant",
    Circumstance.DISABLED: "Disabled",
    Circumstance.CARER: "Looks after somebody",
    Circumstance.YOUNG_CARER: "A young carer",
    Circumstance.SINGLE_PARENT: "A single parent",
    Circumstance.CARE_EXPERIENCED: "Has been in care",
    Circumstance.LEAVING_PRISON: "Leaving prison",
    Circumstance.VETERAN: "A veteran",
    Circumstance.REFUGEE: "A refugee, or seeking asylum",
    Circumstance.LGBT: "LGBT",
}
HINDRANCES = {
    Hindrance.ENDS_SOONER: "its money ends within 6 months",
    Hindrance.TOO_FAR: "it is outside the distance you chose",
    Hindrance.NOT_TAKING: "it takes nobody new now",
    Hindrance.NOT_FOR_THEM: "it is for others",
    Hindrance.PAUSED: "it is paused",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def list_people(people: Sequence[Person], rows: Sequence[int]) -> list[str]:
    """Each person by age, as "the child of 9"; two who would be called the same are told apart by the number of their row."""
    said = [_called(person) for person in people]
    return [
        name if name and said.count(name) == 1 else f"{name} (person {row})" if name else f"person {row}"
        for name, row in zip(said, rows, strict=True)
    ]


def _called(person: Person) -> str:
    said = person.circumstances
    adult = "woman" if Circumstance.WOMEN in said else "man" if Circumstance.MEN in said else ""
    if person.age is None:
        return f"the {adult}" if adult else ""
    if person.age == 0:
        return "the baby"
    kind = "child" if person.age < YOUNG else "young person" if person.age < ADULT else adult or "adult"
    return f"the {kind} of {person.age}"


def whose(number: int, family: Family, people: Sequence[str], open_to: Sequence[int] | None = None) -> str:
    """For whom a need is; of a service, which of them it is open to where the need may be anybody's."""
    person = family.wanted[number].person
    if person is not None:
        return f"for {people[person]}"
    reached = range(len(people)) if open_to is None else open_to
    if len(people) > 1 and len(reached) == len(people):
        return "for any of you"
    return f"for {joined([people[one] for one in reached])}" if reached else ""


def why(pick: Pick, plan: Plan, family: Family, service: Service, needs: Sequence[str]) -> list[str]:
    """Why a service is in the plan, in sentences."""
    sentences = []
    only = [needs[number] for number in pick.covers if plan.fitting[number] == 1]
    if len(pick.covers) > 1:
        of_all = "all" if len(pick.covers) == len(needs) else NUMBERS[len(pick.covers)]
        sentences.append(f"It helps with {of_all} of your needs, so there are fewer people to ring.")
    if only:
        sentences.append(f"Nobody else that we know fits for {joined(only).lower()}.")
    good = _list_good(pick, service, family)
    if good:
        choice = "" if only or len(pick.covers) > 1 else f"Of {plan.fitting[pick.covers[0]]} that fit, it comes first: "
        said = f"it {joined(good)}."
        sentences.append(choice + said if choice else said[:1].upper() + said[1:])
    return sentences


def _list_good(pick: Pick, service: Service, family: Family) -> list[str]:
    good = {
        "comes to you": bool(pick.reached and pick.reached.comes),
        "is the nearest": pick.is_nearest,
        "takes people now": service.taking is Taking.NOW,
        "will still be there in 6 months": family.stays and pick.is_end_known,
    }
    return [words for words, holds in good.items() if holds]


def list_cautions(pick: Pick, service: Service, family: Family) -> list[str]:
    """What to ask before relying on it: what the service has not said, and what may not fit."""
    only_for = [words_for(Circumstance(code)).lower() for code in service.circumstances]
    said = {circumstance for person in family.people for circumstance in person.circumstances}
    cautions = {
        "There is a waiting list.": service.taking is Taking.WAITING_LIST,
        "Ask if there is room: it does not say.": service.taking is Taking.UNKNOWN,
        "A worker must refer.": service.referral is Referral.PROFESSIONAL,
        f"It is for {joined(only_for)}.": bool(only_for) and not said & set(service.circumstances),
        "Ask how long it will be there: we do not know until when it is paid for.": not pick.is_end_known,
    }
    return [words for words, holds in cautions.items() if holds]


def hindrances(pick: Pick, service: Service, need_above: str) -> str:
    """What hinders a service that is only close: "it is for others (ages 16 to 25)"."""
    for_whom = [
        ages(service.minimum_age, service.maximum_age),
        *(words_for(Circumstance(code)) for code in service.circumstances),
    ]
    said = {**HINDRANCES, Hindrance.WIDER_NEED: f"it is for {need_above.lower()} in general, not this alone"}
    if whom := ", ".join(filter(None, for_whom)):
        said[Hindrance.NOT_FOR_THEM] += f" ({whom.lower()})"
    return joined([said[one] for one in pick.hindrances])
