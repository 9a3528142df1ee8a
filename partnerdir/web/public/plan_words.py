"""What a plan says in words: who somebody is without a name, why a service was chosen, what hinders one that was not."""

from collections.abc import Collection, Sequence

from partnerdir.directory.models import Service
from partnerdir.directory.rules import Circumstance, Referral, Taking
from partnerdir.languages import gettext, gettext_noop, lazy_gettext, ngettext
from partnerdir.search.family import Family, Hindrance, Person, Pick, Plan
from partnerdir.web.formats import ages, joined
from partnerdir.web.words import words_for

ADULT, YOUNG = 18, 13
# What each circumstance is called of one person.
OF_ONE = {
    Circumstance.WOMEN: lazy_gettext("A woman or girl"),
    Circumstance.MEN: lazy_gettext("A man or boy"),
    Circumstance.PREGNANT: lazy_gettext("Pregnant"),
    Circumstance.DISABLED: lazy_gettext("Disabled"),
    Circumstance.CARER: lazy_gettext("Looks after somebody"),
    Circumstance.YOUNG_CARER: lazy_gettext("A young carer"),
    Circumstance.SINGLE_PARENT: lazy_gettext("A single parent"),
    Circumstance.CARE_EXPERIENCED: lazy_gettext("Has been in care"),
    Circumstance.LEAVING_PRISON: lazy_gettext("Leaving prison"),
    Circumstance.VETERAN: lazy_gettext("A veteran"),
    Circumstance.REFUGEE: lazy_gettext("A refugee, or seeking asylum"),
    Circumstance.LGBT: lazy_gettext("LGBT"),
}
HINDRANCES = {
    Hindrance.ENDS_SOONER: lazy_gettext("its money ends within 6 months"),
    Hindrance.TOO_FAR: lazy_gettext("it is outside the distance you chose"),
    Hindrance.NOT_TAKING: lazy_gettext("it takes nobody new now"),
    Hindrance.NOT_FOR_THEM: lazy_gettext("it is for others"),
    Hindrance.PAUSED: lazy_gettext("it is paused"),
}
HELPS_WITH = {
    2: gettext_noop("It helps with two of your needs, so there are fewer people to ring."),
    3: gettext_noop("It helps with three of your needs, so there are fewer people to ring."),
    4: gettext_noop("It helps with four of your needs, so there are fewer people to ring."),
    5: gettext_noop("It helps with five of your needs, so there are fewer people to ring."),
    6: gettext_noop("It helps with six of your needs, so there are fewer people to ring."),
}


def list_people(people: Sequence[Person], rows: Sequence[int]) -> list[str]:
    """Each person by age, as "the child of 9"; two who would be called the same are told apart by the number of their row."""
    said = [_called(person) for person in people]
    return [_told_apart(name, said.count(name) == 1, row) for name, row in zip(said, rows, strict=True)]


def _told_apart(name: str, is_only: bool, row: int) -> str:
    if not name:
        return gettext("person %(number)s", number=row)
    return name if is_only else gettext("%(who)s (person %(number)s)", who=name, number=row)


def _called(person: Person) -> str:
    said, age = person.circumstances, person.age
    if age is None:
        return _adult(said)
    if age == 0:
        return gettext("the baby")
    if age < YOUNG:
        return gettext("the child of %(age)s", age=age)
    if age < ADULT:
        return gettext("the young person of %(age)s", age=age)
    if Circumstance.WOMEN in said:
        return gettext("the woman of %(age)s", age=age)
    return gettext("the man of %(age)s", age=age) if Circumstance.MEN in said else gettext("the adult of %(age)s", age=age)


def _adult(said: Collection[str]) -> str:
    if Circumstance.WOMEN in said:
        return gettext("the woman")
    return gettext("the man") if Circumstance.MEN in said else ""


def whose(number: int, family: Family, people: Sequence[str], open_to: Sequence[int] | None = None) -> str:
    """For whom a need is; of a service, which of them it is open to where the need may be anybody's."""
    person = family.wanted[number].person
    if person is not None:
        return gettext("for %(person)s", person=people[person])
    reached = range(len(people)) if open_to is None else open_to
    if len(people) > 1 and len(reached) == len(people):
        return gettext("for any of you")
    return gettext("for %(people)s", people=joined([people[one] for one in reached])) if reached else ""


def why(pick: Pick, plan: Plan, family: Family, service: Service, needs: Sequence[str]) -> list[str]:
    """Why a service is in the plan, in sentences."""
    sentences = []
    only = [needs[number] for number in pick.covers if plan.fitting[number] == 1]
    if len(pick.covers) > 1:
        all_of_them = gettext_noop("It helps with all of your needs, so there are fewer people to ring.")
        sentences.append(gettext(all_of_them if len(pick.covers) == len(needs) else HELPS_WITH[len(pick.covers)]))
    if only:
        sentences.append(gettext("Nobody else that we know fits for %(needs)s.", needs=joined(only).lower()))
    good = _list_good(pick, service, family)
    if good:
        is_choice = not only and len(pick.covers) == 1
        number = plan.fitting[pick.covers[0]]
        first = gettext("Of %(number)s that fit, it comes first: it %(why)s.", number=number, why=joined(good))
        sentences.append(first if is_choice else gettext("It %(why)s.", why=joined(good)))
    return sentences


def _list_good(pick: Pick, service: Service, family: Family) -> list[str]:
    good = {
        gettext("comes to you"): bool(pick.reached and pick.reached.comes),
        gettext("is the nearest"): pick.is_nearest,
        gettext("takes people now"): service.taking is Taking.NOW,
        gettext("will still be there in 6 months"): family.stays and pick.is_end_known,
    }
    return [words for words, holds in good.items() if holds]


def list_cautions(pick: Pick, service: Service, family: Family) -> list[str]:
    """What to ask before relying on it: what the service has not said, and what may not fit."""
    only_for = [words_for(Circumstance(code)).lower() for code in service.circumstances]
    said = {circumstance for person in family.people for circumstance in person.circumstances}
    cautions = {
        gettext("There is a waiting list."): service.taking is Taking.WAITING_LIST,
        gettext("Ask if there is room: it does not say."): service.taking is Taking.UNKNOWN,
        gettext("A worker must refer."): service.referral is Referral.PROFESSIONAL,
        gettext("It is for %(whom)s.", whom=joined(only_for)): bool(only_for) and not said & set(service.circumstances),
        gettext("Ask how long it will be there: we do not know until when it is paid for."): not pick.is_end_known,
    }
    return [words for words, holds in cautions.items() if holds]


def hindrances(pick: Pick, service: Service, need_above: str) -> str:
    """What hinders a service that is only close: "it is for others (ages 16 to 25)"."""
    for_whom = [
        ages(service.minimum_age, service.maximum_age),
        *(words_for(Circumstance(code)) for code in service.circumstances),
    ]
    said = {
        **{hindrance: str(words) for hindrance, words in HINDRANCES.items()},
        Hindrance.WIDER_NEED: gettext("it is for %(need)s in general, not this alone", need=need_above.lower()),
    }
    if whom := ", ".join(filter(None, for_whom)):
        said[Hindrance.NOT_FOR_THEM] += f" ({whom.lower()})"
    return joined([said[one] for one in pick.hindrances])


def heading(services: int, met: int, needs: int) -> str:
    """Two services for three of four needs: what a plan that helps begins with."""
    said = {"services": _numbers()[services].capitalize(), "met": _numbers()[met], "needs": _numbers()[needs]}
    if met == needs:
        one = ngettext("%(services)s service for %(met)s need", "%(services)s service for %(met)s needs", needs, **said)
        many = ngettext("%(services)s services for %(met)s need", "%(services)s services for %(met)s needs", needs, **said)
    else:
        one = gettext("%(services)s service for %(met)s of %(needs)s needs", **said)
        many = gettext("%(services)s services for %(met)s of %(needs)s needs", **said)
    return one if services == 1 else many


def nearness(services: int, apart: str) -> str:
    """How near each other they are."""
    together = gettext_noop("They are within %(distance)s of each other.")
    return gettext(
        together if services == 2 else gettext_noop("All of them are within %(distance)s of each other."), distance=apart
    )


def _numbers() -> tuple[str, ...]:
    return (
        gettext("no"), gettext("one"), gettext("two"), gettext("three"), gettext("four"), gettext("five"), gettext("six"),
    )  # fmt: skip
