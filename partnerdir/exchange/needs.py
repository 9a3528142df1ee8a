"""The needs that imported listings speak of, made where the directory does not have them yet."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NeedOfSource:
    """A need as an import makes it."""

    name: str
    parent: str | None = None
    words: tuple[str, ...] = ()


# A parent stands before its children. Codes that a directory already has keep the directory's own names and words.
NEEDS = {
    "housing": NeedOfSource("Housing"),
    "housing-support": NeedOfSource("Support to keep a home", "housing", ("housing support", "tenancy support")),
    "families": NeedOfSource("Families"),
    "childcare": NeedOfSource("Childcare", "families", ("nursery", "playgroup", "childminder", "creche")),
    "out-of-school-care": NeedOfSource(
        "Out of school care",
        "childcare",
        ("after school", "after school club", "breakfast club", "before school", "wraparound"),
    ),
    "holiday-playschemes": NeedOfSource("Holiday playschemes", "childcare", ("playscheme", "holiday club", "school holidays")),
    "sitters": NeedOfSource("Sitters and nannies", "childcare", ("nanny", "babysitter", "sitter service", "childcare agency")),
    "family-centres": NeedOfSource("Family centres", "families", ("family centre", "children and family centre")),
    "childrens-homes": NeedOfSource("Children's homes", "families", ("children's home", "residential child care")),
    "fostering-and-adoption": NeedOfSource("Fostering and adoption", "families", ("foster", "adopt")),
    "residential-schools": NeedOfSource("Living at school", "families", ("residential school", "school hostel", "boarding")),
    "secure-care": NeedOfSource("Secure care", "families", ("secure accommodation",)),
    "throughcare": NeedOfSource("Throughcare"),
    "orders-and-licence": NeedOfSource("On an order or licence", "throughcare", ("probation", "supervised accommodation")),
    "drugs-and-alcohol": NeedOfSource("Drugs and alcohol"),
    "mental-health": NeedOfSource("Mental health"),
    "care": NeedOfSource("Care and support"),
    "care-at-home": NeedOfSource("Care at home", "care", ("home care", "home help", "carer coming in")),
    "day-support": NeedOfSource("Support in the day", "care", ("day centre", "day care", "adult day care")),
    "care-homes": NeedOfSource("Care homes", "care", ("care home", "nursing home", "residential care")),
    "older-people": NeedOfSource("Older people", "care", ("elderly", "old folk", "pensioner")),
    "learning-disabilities": NeedOfSource("Learning disabilities", "care", ("learning disability", "learning difficulties")),
    "physical-and-sensory": NeedOfSource("Physical disability, sight and hearing", "care", ("physical disability",)),
    "respite": NeedOfSource("A break from caring", "care", ("respite", "short break")),
    "nurse-agencies": NeedOfSource("Nurse agencies", "care", ("agency nurse",)),
    "adult-placement": NeedOfSource("Living with a carer's family", "care", ("adult placement", "shared lives")),
    "things-to-do": NeedOfSource("Things to do"),
    "sport-and-culture": NeedOfSource("Sport, arts and culture", "things-to-do", ("sport", "dance", "music", "theatre", "art")),
    "outdoor-activities": NeedOfSource("Outdoor activities", "things-to-do", ("climbing", "sailing", "outdoor education")),
    "community-centres": NeedOfSource("Community centres", "things-to-do", ("community centre", "hall", "evening class")),
    "libraries": NeedOfSource("Libraries", "things-to-do", ("library", "mobile library", "books")),
    "museums-and-galleries": NeedOfSource("Museums and galleries", "things-to-do", ("museum", "gallery", "exhibition")),
    "council-services": NeedOfSource("Council services"),
    "council-offices": NeedOfSource("Council offices", "council-services", ("neighbourhood office", "council tax", "bins")),
    "registrars": NeedOfSource("Births, deaths and marriages", "council-services", ("registrar", "birth certificate")),
}
