"""The parts of a 360Giving package that we read, as its standard names them (standard 1.4), checked one by one."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from partnerdir.exchange import cells

IMPOSSIBLE = "impossible_day"

# What is wrong with a part, in our words; anything else in those of the library that checks.
SENTENCES = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_type": "is not text",
    "string_pattern_mismatch": "is not three capital letters like GBP",
    "too_short": "names nobody",
    "too_long": "names more than one, and which of them is meant cannot be told",
    "greater_than_equal": "is less than {ge}",
    "less_than": "is {lt} or more, which cannot be",
    "decimal_parsing": "is not a number",
    "decimal_type": "is not a number",
    IMPOSSIBLE: "{reason}",
}

# What a grant may also hold, and why we leave it.
LEFT_OUT = {
    "amountAppliedFor": "only what was awarded pays for anything",
    "amountDisbursed": "only what was awarded pays for anything",
    "actualDates": "what was planned and awarded is what counts for who is told",
    "applicationTransaction": "payments in detail",
    "commitmentTransaction": "payments in detail",
    "disbursementTransaction": "payments in detail",
    "beneficiaryLocation": "places named in too many ways to be joined to areas",
    "locationScope": "says how to read beneficiaryLocation",
    "classifications": "each funder's own words",
    "fundingType": "each funder's own words",
    "regrantType": "each funder's own words",
    "fromOpenCall": "how the money was applied for",
    "relatedDocument": "documents",
    "relatedActivity": "other grants",
    "toIndividualsDetails": "about people, whom we never keep",
    "dataSource": "where the file was published",
    "url": "a page about the grant, not about the project",
}


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("not_text", "a day must be text like 2027-03-31")
    try:
        return cells.civil_day(value)
    except cells.Impossible as wrong:
        raise PydanticCustomError(IMPOSSIBLE, "{reason}", {"reason": str(wrong)}) from wrong


def _line(value: Any) -> Any:
    return cells.one_line(value) if isinstance(value, str) else value


def _words(value: Any) -> Any:
    return cells.plain_text(value) if isinstance(value, str) else value or ""


Day = Annotated[date | None, BeforeValidator(_day)]
Line = Annotated[str, StringConstraints(max_length=500), BeforeValidator(lambda value: _line(value) if value else "")]
Words = Annotated[str, StringConstraints(max_length=100_000), BeforeValidator(_words)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300), BeforeValidator(_line)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100), BeforeValidator(_line)]
GrantId = Annotated[str, StringConstraints(min_length=1, max_length=200), BeforeValidator(_line)]


class Part(BaseModel):
    """A part of a package; its names there are written likeThis."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class Body(Part):
    """An organisation that gives or receives."""

    id: Identifier
    name: Name
    street_address: Words = ""
    address_locality: Line = ""
    postal_code: Line = ""
    url: Line = ""


class Dates(Part):
    """When the project is planned to run."""

    start_date: Day = None
    end_date: Day = None


class Programme(Part):
    """The funder's programme that the grant is from."""

    title: Line = ""


class Grant(Part):
    """One grant to one organisation."""

    id: GrantId
    title: Line
    description: Words = ""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    amount_awarded: Annotated[Decimal, Field(ge=0, lt=10**12, allow_inf_nan=False)]
    award_date: Day = None
    date_modified: Day = None
    planned_dates: list[Dates] = []
    recipient_organization: Annotated[list[Body], Field(min_length=1, max_length=1)]
    funding_organization: Annotated[list[Body], Field(min_length=1, max_length=1)]
    grant_programme: list[Programme] = []


class FaultyGrant(Exception):
    """A grant that we cannot keep; its text says why."""


def grant_of(said: Any) -> Grant:
    """One grant of a package, checked. Raises: FaultyGrant, cells.Impossible."""
    if not isinstance(said, Mapping):
        raise FaultyGrant("is not an object")
    if said.get("recipientIndividual") or ("recipientIndividual" in said and "recipientOrganization" not in said):
        raise FaultyGrant("is to a person, and people are never kept here")
    try:
        return Grant.model_validate(said)
    except ValidationError as wrong:
        faults = wrong.errors(include_url=False, include_input=False)
        impossible = [fault for fault in faults if fault["type"] == IMPOSSIBLE]
        first = (impossible or faults)[0]
        ours = SENTENCES.get(first["type"])
        what = ours.format_map(first.get("ctx", {})) if ours else first["msg"]
        sentence = f"{'.'.join(str(part) for part in first['loc'])}: {what}"
        raise (cells.Impossible if impossible else FaultyGrant)(sentence) from wrong


def unknown_names(grants: list[Any]) -> tuple[str, ...]:
    """What these grants hold that neither the model nor the list of what is left out names."""
    known = {*map(to_camel, Grant.model_fields), *LEFT_OUT, "recipientIndividual"}
    return tuple(sorted({str(name) for grant in grants if isinstance(grant, Mapping) for name in grant} - known))
