"""What each publisher of listings calls its columns, as data: every column is kept for a field or left out for a reason."""

from partnerdir.directory.rules import Circumstance, ServiceStatus, Way
from partnerdir.exchange import cells
from partnerdir.exchange.columns import Cell, FirstOf, Layout, Number, Part, Text, Word, Words

DISABLED = (Circumstance.DISABLED,)
FOR_WHOM = {
    "Alcohol & Drug Misuse": ("drugs-and-alcohol",),
    "Mental Health Problems": ("mental-health",),
    "Respite Care and Short Breaks": ("respite",),
    "Care at Home": ("care-at-home",),
    "Adult Daycare": ("day-support",),
    "Older People": ("older-people",),
    "Children & Young People": ("childrens-homes",),
    "Learning Disabilities": ("learning-disabilities",),
    "Physical and Sensory Impairment": ("physical-and-sensory",),
    "Out of School care": ("out-of-school-care",),
    "Holiday Playscheme": ("holiday-playschemes",),
    "Children and Family Centre": ("family-centres",),
}
CARE_NEEDS = {
    "Day Care of Children": ("childcare",),
    "Child Care Agency": ("sitters",),
    "Support Service": ("care",),
    "Care Home Service": ("care-homes",),
    "Housing Support Service": ("housing-support",),
    "Nurse Agency": ("nurse-agencies",),
    "Adult Placement Service": ("adult-placement",),
    "Fostering Service": ("fostering-and-adoption",),
    "Adoption Service": ("fostering-and-adoption",),
    "School Care Accommodation Service": ("residential-schools",),
    "Offender Accommodation Service": ("orders-and-licence", "housing"),
    "Secure Accommodation Service": ("secure-care",),
}
CARE_COUNCILS = (
    "Aberdeen City", "Aberdeenshire", "Angus", "Argyll & Bute", "City of Edinburgh", "Clackmannanshire",
    "Dumfries & Galloway", "Dundee City", "East Ayrshire", "East Dunbartonshire", "East Lothian",
    "East Renfrewshire", "Falkirk", "Fife", "Glasgow City", "Highland", "Inverclyde", "Midlothian", "Moray",
    "Na h-Eileanan Siar", "North Ayrshire", "North Lanarkshire", "Orkney Islands", "Perth & Kinross",
    "Renfrewshire", "Scottish Borders", "Shetland Islands", "South Ayrshire", "South Lanarkshire", "Stirling",
    "West Dunbartonshire", "West Lothian",
)  # fmt: skip
SHORT_SUBTYPES = {
    "Day Care of Children (under 3s)": "under 3s",
    "Day Care of Children (over 3s)": "over 3s",
    "Other than Care at home": "other than at home",
    "Adult Placement Continuing Care": "continuing care",
    "Adult Placement (not continuing care)": "not continuing care",
}
AT_PLACE, AT_HOME = (Way.AT_PLACE,), (Way.AT_HOME,)

CARE_INSPECTORATE = Layout(
    name="care-inspectorate",
    title="Care Inspectorate: every registered care service in Scotland, monthly",
    key=("CSNumber",),
    required=("CSNumber", "ServiceName", "SP_number", "ServiceProvider"),
    is_full_register=True,
    fields={
        "name": Cell("ServiceName"),
        "summary": Text(
            (
                Part("CareService"),
                Part("Subtype", ": {}", reader=cells.renamed(SHORT_SUBTYPES)),
                Part("AdditionalSubtypes", ". Also: {}"),
            ),
            between="",
        ),
        "description": Text(
            (
                Part("ServiceType", "Kind of provider: {}."),
                Part("Registered_Places", "Registered for {} places.", says_nothing=("", "0")),
                Part("DateReg", "Registered since {}.", reader=cells.british_day),
            ),
            between=" ",
        ),
        "eligibility_description": Word("Client_group", {"Children": "For children.", "Adults": "For adults.", "": ""}),
        "circumstances": Words(
            {
                column: {"Learning Disabilities": DISABLED, "Physical and Sensory Impairment": DISABLED}
                for column in ("Subtype", "AdditionalSubtypes")
            }
        ),
        "ways": Words(
            {
                "CareService": dict.fromkeys(
                    (
                        "Day Care of Children",
                        "Care Home Service",
                        "School Care Accommodation Service",
                        "Secure Accommodation Service",
                    ),
                    AT_PLACE,
                ),
                "Subtype": {"Care at Home": AT_HOME},
                "AdditionalSubtypes": {"Care at Home": AT_HOME, "Adult Daycare": AT_PLACE},
            }
        ),
        # Inactive is registered, but with nobody in its care for now; it may start again.
        "status": Word("ServiceStatus", {"Active": ServiceStatus.ACTIVE, "Inactive": ServiceStatus.PAUSED}),
        # Not on the public list: the register keeps back where it is, as it does for refuges.
        "is_confidential": Word("PublicList", {"Yes": False, "No": True}),
        "needs": Words(
            {
                "CareService": CARE_NEEDS,
                "Subtype": FOR_WHOM | {"Other than Care at home": ("day-support",)},
                "AdditionalSubtypes": FOR_WHOM,
            },
            closed=("CareService",),
        ),
        "areas": Word("Council_Area_Name", {name: [name] for name in CARE_COUNCILS} | {"outside Scotland": []}),
        "phones": Cell("Service_Phone_Number", cells.telephones),
        "organisation.identifier": Number("XI-CARE-", Cell("SP_number")),
        "organisation.name": Cell("ServiceProvider"),
        "place.address_1": Text([Part(f"Address_line_{number}") for number in (1, 2, 3, 4)]),
        "place.city": Cell("Service_town"),
        "place.postal_code": Cell("Service_Postcode", cells.postcode),
    },
    left_out={
        "ChopUPRN": "a number for the building that only some rows have",
        "Provided_by_Local_Authority": "the provider's name says it",
        "SIMD2020_Decile": "about the place's neighbourhood, not the service",
        "Datazone": "about the place's neighbourhood, not the service",
        "Integration_Authority_Name": "follows from the council area",
        "Health_Board_Name": "follows from the council area",
        "Publication_of_Latest_Grading": "changes with every inspection; the Care Inspectorate's own site is the place to look",
        "Last_inspection_Date": "changes with every inspection; the Care Inspectorate's own site is the place to look",
    },
)

COUNCIL = "City of Edinburgh Council"
COUNCIL_NUMBER = "XI-CARE-SP2003002576"
IN_EDINBURGH = ["City of Edinburgh"]
ANYWHERE: list[str] = []
SPORT_AND_CULTURE = "Access to Sport and Culture Edinburgh.csv"
ADVENTURE = "Adventurous activity providers.csv"
OUTDOORS = "Outdoor education providers.csv"
CENTRES = "Community centres.csv"
LIBRARY_STOPS = "Mobile library stops.csv"
MUSEUMS = "Museums and galleries.csv"
OFFICES = "Neighbourhood offices.csv"
NURSERIES = "Nursery and early years (Headteacher column dropped).csv"
TOILETS = "Public toilets.csv"
REGISTRARS = "Registrars offices.csv"
RUN_BY_THE_COUNCIL = (LIBRARY_STOPS, MUSEUMS, OFFICES, TOILETS, REGISTRARS)
NEED_OF_LIST = {
    SPORT_AND_CULTURE: ("sport-and-culture",),
    ADVENTURE: ("outdoor-activities",),
    OUTDOORS: ("outdoor-activities",),
    CENTRES: ("community-centres",),
    LIBRARY_STOPS: ("libraries",),
    MUSEUMS: ("museums-and-galleries",),
    OFFICES: ("council-offices",),
    NURSERIES: ("childcare",),
    TOILETS: ("council-services",),
    REGISTRARS: ("registrars",),
}
# A provider's own column first; then the council for the lists that are its own; then the listing's own name.
PROVIDER = FirstOf(
    (
        # This is an approval, not somebody who runs a stable.
        Cell("provider", cells.renamed({"Approved by the Trekking and Riding Society of Scotland": ""})),
        Cell("source_file", cells.only(dict.fromkeys(RUN_BY_THE_COUNCIL, COUNCIL))),
        Cell("name"),
    )
)

EDINBURGH_2014 = Layout(
    name="edinburgh-2014",
    title="City of Edinburgh Council: lists of places and providers, 2014",
    key=("source_file", "source_line_record"),
    required=("name",),
    # The lists of adventure and of outdoor education have about a hundred places in common.
    same_service=("name", "postcode"),
    fields={
        # The stops are named after streets, which says nothing on a page of results.
        "name": Text(
            (Part("source_file", reader=cells.only({LIBRARY_STOPS: "Mobile library stop"})), Part("name")), between=": "
        ),
        # The registrars' descriptions are nothing but the address of their page.
        "description": Cell("description", cells.text_that_is_no_link),
        "url": FirstOf((Cell("url", cells.link), Cell("description", cells.link_alone))),
        "email": Cell("email", cells.mail_address),
        "needs": Words({"source_file": NEED_OF_LIST}, closed=("source_file",)),
        "areas": Word("source_file", dict.fromkeys(NEED_OF_LIST, IN_EDINBURGH) | {ADVENTURE: ANYWHERE, OUTDOORS: ANYWHERE}),
        "phones": Cell("phone", cells.telephones),
        "hours": Cell("opening_hours", cells.plain_text),
        "organisation.identifier": Number("XI-EDINBURGH-2014-", PROVIDER, cells.slug, known={COUNCIL: COUNCIL_NUMBER}),
        "organisation.name": PROVIDER,
        "place.address_1": Cell("address"),
        "place.postal_code": Cell("postcode", cells.postcode),
        "place.latitude": Cell("latitude", cells.degrees),
        "place.longitude": Cell("longitude", cells.degrees),
    },
    left_out={
        "location_raw": "repeats latitude and longitude, or the address",
        "area": "the council's neighbourhood partnerships of 2014, which are no more",
    },
)

LAYOUTS = {layout.name: layout for layout in (CARE_INSPECTORATE, EDINBURGH_2014)}
