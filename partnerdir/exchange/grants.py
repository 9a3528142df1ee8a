"""Reads a 360Giving package: each grant is a dated project of a named organisation, paid for by a named fund."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from partnerdir.errors import BadInput
from partnerdir.exchange import cells
from partnerdir.exchange.applying import SourceOfRows, apply_entries
from partnerdir.exchange.columns import FaultyRow
from partnerdir.exchange.listing import Body, Entry, Listing, Payment
from partnerdir.exchange.listings import Firsts
from partnerdir.exchange.packages import Dates, FaultyGrant, Grant, grant_of, unknown_names
from partnerdir.exchange.queries import list_source_rows
from partnerdir.exchange.reading import read_json
from partnerdir.exchange.runs import FileRead, Progress, Run
from partnerdir.funding.queries import list_grant_ids
from partnerdir.funding.rules import Certainty, EndKind

SOURCE = "360Giving"
LONGEST_NAME = 100
LONGEST_SUMMARY = 300
# A name this short after the organisation's says nothing, so the organisation stands alone.
SHORTEST_END_OF_NAME = 15
CENT = Decimal("0.01")
NO_PROGRAMME = "General"
PLACE_NOTE = "The organisation's address; the project may be somewhere else."
NAMES_ONLY_THE_RECIPIENT = re.compile(r"(?:a |an |the )?(?:grant|award|scholarship|donation|funding)s? (?:to|for)\b.*", re.I)


def read_grants(path: Path) -> FileRead:
    """The grants of a package, and what was refused. Raises: BadInput."""
    grants = _grants_of(path)
    run = Run(SOURCE, path.name, unknown_columns=unknown_names(grants))
    entries: list[tuple[date, Entry]] = []
    ids = Firsts("has the same id as")
    for position, said in enumerate(grants, start=1):
        where = f"grant {position} ({_id_of(said)})"
        try:
            grant = grant_of(said)
            ids.add(grant.id, where)
            _refuse_impossible_period(grant)
            row = grant.model_dump(mode="json", by_alias=True)
            entries.append((_told_on(grant) or date.min, Entry(grant.id, where, row, project_of(grant), _left_out(grant))))
        except (FaultyGrant, FaultyRow) as fault:
            run.refuse(where, str(fault))
        except cells.Impossible as fault:
            raise BadInput(
                {"file": f"{path.name}, {where}: {fault}. Correct it and import again; nothing was imported."}
            ) from fault
    # The latest first: what an organisation is called and where it is are taken from its latest grant.
    latest_first = [entry for _told, entry in sorted(entries, key=lambda pair: pair[0], reverse=True)]
    return FileRead(run, latest_first, {entry.key for entry in latest_first})


def import_grants(read: FileRead, today: date, progress: Progress) -> Run:
    """Writes what was read and answers with the run."""
    typed_here = list_grant_ids() - set(list_source_rows(SOURCE))
    for entry in read.entries:
        if entry.key in typed_here:
            read.run.refuse(entry.where, "somebody here has already entered a funding window with this grant's number")
    rest = [entry for entry in read.entries if entry.key not in typed_here]
    apply_entries(replace(read, entries=rest), SourceOfRows(SOURCE, _project_before), today, progress)
    return read.run


def project_of(grant: Grant) -> Listing:
    """The project that a grant pays for, as a service of the organisation that receives it. Raises: FaultyRow."""
    recipient, funder = grant.recipient_organization[0], grant.funding_organization[0]
    programme = grant.grant_programme[0].title if grant.grant_programme else ""
    return Listing(
        organisation=Body(recipient.id, recipient.name, _website(recipient.url)),
        fields={
            "name": project_name(recipient.name, grant.title, grant.description),
            "summary": cells.shortened(grant.description, LONGEST_SUMMARY),
            "description": grant.description,
        },
        place=_place(recipient.street_address, recipient.address_locality, recipient.postal_code),
        place_note=PLACE_NOTE,
        payment=Payment(
            funder=Body(funder.id, funder.name),
            fund=cells.shortened(programme, LONGEST_SUMMARY) or NO_PROGRAMME,
            fields=_window(grant),
        ),
    )


def project_name(recipient: str, title: str, description: str) -> str:
    """What to call a project, in at most 100 characters: its title, or who runs it and how its description begins."""
    if title and not NAMES_ONLY_THE_RECIPIENT.fullmatch(title):
        return cells.shortened(title, LONGEST_NAME)
    start = f"{recipient}: "
    room = LONGEST_NAME - len(start)
    if not description or room < SHORTEST_END_OF_NAME:
        return cells.shortened(recipient, LONGEST_NAME)
    return start + cells.shortened(description, room)


def _project_before(row: Mapping[str, Any]) -> Listing:
    return project_of(Grant.model_validate(row))


def _window(grant: Grant) -> dict[str, Any]:
    starts_on, ends_on = _period(grant.planned_dates)
    return {
        "starts_on": starts_on,
        "ends_on": ends_on,
        # A duration without a first day ends on no day that anybody has said.
        "end_kind": EndKind.FIXED if ends_on else EndKind.UNKNOWN,
        "amount": grant.amount_awarded.quantize(CENT),
        "currency": grant.currency,
        "certainty": Certainty.CONFIRMED,
        "confirmed_by": grant.funding_organization[0].name[:200],
        "confirmed_on": _told_on(grant),
        "source": SOURCE,
        "grant_id": grant.id,
    }


def _period(planned: list[Dates]) -> tuple[date | None, date | None]:
    starts = [dates.start_date for dates in planned if dates.start_date]
    ends = [dates.end_date for dates in planned]
    known_ends = [day for day in ends if day]
    # One part without an end leaves the end of the whole unknown.
    return min(starts, default=None), max(known_ends) if known_ends and len(known_ends) == len(ends) else None


def _told_on(grant: Grant) -> date | None:
    return max((day for day in (grant.award_date, grant.date_modified) if day), default=None)


def _place(street: str, town: str, code: str) -> dict[str, str] | None:
    if not (street or code):
        return None
    lines = [line.strip(" ,") for line in street.split("\n")]
    return {"address_1": ", ".join(line for line in lines if line), "city": town.strip(" ,"), "postal_code": _postcode(code)}


def _postcode(code: str) -> str:
    try:
        return cells.postcode(code)
    except cells.Unusable:
        # Not every recipient is in the United Kingdom.
        return code[:20]


def _website(url: str) -> str:
    try:
        return cells.link(url)
    except cells.Unusable:
        return ""


def _left_out(grant: Grant) -> tuple[str, ...]:
    try:
        cells.link(grant.recipient_organization[0].url)
    except cells.Unusable as fault:
        return (f"url: {fault}; left out",)
    return ()


def _refuse_impossible_period(grant: Grant) -> None:
    starts_on, ends_on = _period(grant.planned_dates)
    if starts_on and ends_on and ends_on < starts_on:
        raise cells.Impossible(f"it ends on {ends_on}, before it starts on {starts_on}")


def _grants_of(path: Path) -> list[Any]:
    package = read_json(path)
    grants = package.get("grants") if isinstance(package, Mapping) else None
    if not isinstance(grants, list):
        raise BadInput({"file": f"{path.name} is not a 360Giving package: it has no list of grants. Nothing was imported."})
    if not grants:
        raise BadInput({"file": f"{path.name} has no grants in it. Nothing was imported."})
    return grants


def _id_of(said: Any) -> str:
    named = said.get("id") if isinstance(said, Mapping) else None
    return cells.shortened(named, 60) if isinstance(named, str) and named.strip() else "no id"
