"""Brings a service up to what its source says now, without losing what somebody here has changed since.

Three are compared: what the source said last time, what it says now, and what we hold. Only what the source changed is
written, and only where we still hold what the source said before; anything else is ours, stays, and is reported.
"""

import uuid
from collections.abc import Mapping, Set
from functools import partial
from typing import Any

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service, ServiceAtLocation
from partnerdir.directory.queries import list_services_at
from partnerdir.exchange.known import Known
from partnerdir.exchange.listing import Listing, Payment
from partnerdir.funding.actions import change_window
from partnerdir.funding.models import FundingWindow

# Days that only make sense with each other are the source's or ours together.
DAYS = ("starts_on", "ends_on", "end_kind")


def merge_service(service: Service, before: Listing, now: Listing, known: Known) -> list[str]:
    """Writes what the source changed of a service; answers with the names of what was kept as ours."""
    fields, kept = merged_fields(service, before.fields, now.fields)
    moved, kept_of_organisation = _merge_organisation(service, before, now, known)
    sets, kept_sets = merged_sets(
        {
            "needs": ({need.code for need in service.needs}, before.needs, now.needs),
            "areas": (_area_ids(service), known.area_ids(before.areas), known.area_ids(now.areas)),
            "phones": ({phone.number for phone in service.phones}, before.phones, now.phones),
        }
    )
    directory.change_service(
        service,
        fields | moved,
        needs=[known.needs[code] for code in sorted(sets["needs"])] if "needs" in sets else None,
        area_ids=sets.get("areas"),
        phones=sorted(sets["phones"]) if "phones" in sets else None,
    )
    kept_parts = _merge_hours(service, before.hours, now.hours) + _merge_place(service, before, now, known)
    return [name.replace("_", " ") for name in (*kept, *kept_of_organisation, *kept_sets, *kept_parts)]


def merge_window(window: FundingWindow | None, before: Payment, now: Payment, known: Known) -> list[str]:
    """Writes what the source changed of a window; answers with the names of what was kept as ours."""
    if window is None:
        return ["removal of the funding window"] if before != now else []
    fields, kept = merged_fields(window, before.fields, now.fields, together=DAYS)
    was, is_now = known.find_fund_id(before), known.require_fund_id(now)
    if was != is_now and window.fund_id == was:
        fields["fund_id"] = is_now
    elif was != is_now and window.fund_id != is_now:
        kept.append("fund")
    change_window(window, fields)
    return [name.replace("_", " ") for name in kept]


def merged_fields(
    ours: object, before: Mapping[str, Any], now: Mapping[str, Any], together: tuple[str, ...] = ()
) -> tuple[dict[str, Any], list[str]]:
    """What to write of these fields, and which to keep as ours; fields named together go one way together."""
    changes: dict[str, Any] = {}
    kept: list[str] = []
    for names in [together, *((name,) for name in now if name not in together)]:
        if _alike(names, before.get, now.get):
            continue
        if _alike(names, before.get, partial(getattr, ours)):
            changes.update({name: now.get(name) for name in names})
        elif not _alike(names, now.get, partial(getattr, ours)):
            kept += names
    return changes, kept


def merged_sets(sets: Mapping[str, tuple[Set[Any], Set[Any], Set[Any]]]) -> tuple[dict[str, set[Any]], list[str]]:
    """What each set of (ours, before, now) becomes where it changes, and which to keep as ours; what we added stays."""
    changes = {}
    kept = []
    for name, (ours, before, now) in sets.items():
        if before == now or ours == now:
            continue
        if before <= ours:
            changes[name] = set(ours - before) | now
        else:
            kept.append(name)
    return changes, kept


def _alike(names: tuple[str, ...], one: Any, other: Any) -> bool:
    return all(_plain(one(name)) == _plain(other(name)) for name in names)


def _plain(value: Any) -> Any:
    """A source that says nothing and a field that is empty are the same; lists of codes have no order."""
    return sorted(value) if isinstance(value, list) and value else value or None


def _area_ids(service: Service) -> set[uuid.UUID]:
    return {served.area_id for served in service.areas_served}


def _merge_organisation(service: Service, before: Listing, now: Listing, known: Known) -> tuple[dict[str, Any], list[str]]:
    was = known.organisation_ids.get(before.organisation.identifier)
    is_now = known.organisation_ids[now.organisation.identifier]
    if was != is_now:
        if service.organisation_id == was:
            return {"organisation_id": is_now}, []
        return {}, [] if service.organisation_id == is_now else ["organisation"]
    if service.organisation_id != is_now:
        return {}, []
    fields, kept = merged_fields(service.organisation, _named(before), _named(now))
    directory.change_organisation(service.organisation, fields)
    return {}, [f"organisation's {name}" for name in kept]


def _named(listing: Listing) -> dict[str, Any]:
    return {"name": listing.organisation.name, "website": listing.organisation.website}


def _merge_hours(service: Service, before: str, now: str) -> list[str]:
    if before == now:
        return []
    ours = {schedule.description: schedule for schedule in service.schedules}
    if now in ours or not (now or before in ours):
        return []
    if not before:
        directory.add_schedule(service, description=now)
    elif before not in ours:
        return ["hours"]
    elif now:
        directory.change_schedule(ours[before], {"description": now})
    else:
        directory.retire_schedule(service, ours[before])
    return []


def _merge_place(service: Service, before: Listing, now: Listing, known: Known) -> list[str]:
    if before.place == now.place:
        return []
    ours = _place_at(service, before)
    if ours is None:
        if before.place is None:
            add_place(service, now, known)
            return []
        is_as_the_source_says = _place_at(service, now) is not None or (now.place is None and not service.places)
        return [] if is_as_the_source_says else ["address"]
    db.session.flush()
    is_alone_there = list_services_at([ours.location_id]) == [service.id]
    if is_alone_there and now.place:
        known.change_place(ours.location, now.place)
    elif ours.location.is_confidential:
        # The mark stays where somebody put it; a person must say whether the new address is secret too.
        return ["address"]
    else:
        directory.retire_place(service, ours)
        if is_alone_there:
            known.retire_place(ours.location)
        add_place(service, now, known)
    return []


def add_place(service: Service, listing: Listing, known: Known) -> None:
    """Says that a service is at the place its source gives, unless it is there already."""
    if listing.place is None:
        return
    location = known.place_of(service.organisation_id, listing.place)
    if all(place.location_id != location.id for place in service.places):
        directory.add_service_at_location(service, location, listing.place_note)


def _place_at(service: Service, listing: Listing) -> ServiceAtLocation | None:
    if listing.place is None:
        return None
    said = {name: value for name, value in listing.place.items() if name != "area"}
    return next((place for place in service.places if _alike(tuple(said), said.get, partial(getattr, place.location))), None)
