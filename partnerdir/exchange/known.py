"""What the directory already has of what listings name, read at once instead of row by row; adds what is missing."""

import uuid
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from partnerdir.database import db
from partnerdir.directory.actions import add_location, add_need, add_organisation, change_location, retire_location
from partnerdir.directory.models import Location, Need
from partnerdir.directory.queries import list_locations_of_organisations, list_needs, list_organisation_ids
from partnerdir.exchange.cells import slug
from partnerdir.exchange.listing import Body, Listing, Payment
from partnerdir.exchange.needs import NEEDS
from partnerdir.funding.actions import add_fund, add_funder
from partnerdir.funding.models import Fund, Funder
from partnerdir.funding.queries import list_funders, list_funds
from partnerdir.geography.actions import add_area
from partnerdir.geography.models import Area, AreaKind
from partnerdir.geography.queries import list_areas

# Every council that a layout names so far is one of Scotland's.
NATION = "Scotland"


class Known:
    """Organisations, needs, areas, places, funders and funds, by what a source calls them."""

    def add_missing(self, listings: Iterable[Listing]) -> None:
        """Adds what these listings name and the directory lacks."""
        for listing in listings:
            self._add_organisation(listing.organisation)
            for code in sorted(listing.needs):
                self._add_need(code)
            for name in sorted(listing.areas):
                self._add_council(name)
            if listing.payment:
                self._add_fund(listing.payment)
        db.session.flush()

    @cached_property
    def organisation_ids(self) -> dict[str, uuid.UUID]:
        """Organisations by the numbers that registers gave them."""
        return list_organisation_ids()

    @cached_property
    def needs(self) -> dict[str, Need]:
        """Needs by code."""
        return {need.code: need for need in list_needs()}

    @cached_property
    def councils(self) -> dict[str, Area]:
        """Council areas by name, however '&' is written."""
        return {slug(area.name): area for area in list_areas() if area.kind is AreaKind.COUNCIL}

    @cached_property
    def funders(self) -> dict[str, Funder]:
        """Funders by the numbers that registers gave them."""
        return {funder.identifier: funder for funder in list_funders() if funder.identifier}

    @cached_property
    def funds(self) -> dict[tuple[uuid.UUID, str], Fund]:
        """Funds by funder and name."""
        return {(fund.funder_id, fund.name): fund for fund in list_funds()}

    @cached_property
    def places(self) -> dict[tuple[Any, ...], Location]:
        """Places by the organisation that has them and their address."""
        return {_address(place.organisation_id, vars(place)): place for place in list_locations_of_organisations()}

    def area_ids(self, names: Iterable[str]) -> set[uuid.UUID]:
        """The ids of these councils."""
        return {self.councils[slug(name)].id for name in names if slug(name) in self.councils}

    def find_fund_id(self, payment: Payment) -> uuid.UUID | None:
        """The fund that pays, if it is known."""
        funder = self.funders.get(payment.funder.identifier)
        fund = self.funds.get((funder.id, payment.fund)) if funder else None
        return fund.id if fund else None

    def require_fund_id(self, payment: Payment) -> uuid.UUID:
        """The fund that pays, which was added with what was missing."""
        return self.funds[self.funders[payment.funder.identifier].id, payment.fund].id

    def place_of(self, organisation_id: uuid.UUID, place: Mapping[str, Any]) -> Location:
        """The organisation's place at this address, added where it is new."""
        key = _address(organisation_id, place)
        if key not in self.places:
            self.places[key] = add_location(organisation_id=organisation_id, **self._columns(place))
        return self.places[key]

    def change_place(self, location: Location, place: Mapping[str, Any]) -> None:
        """Says that what is at this place is at another address now."""
        self._forget(location)
        change_location(location, self._columns(place))
        self.places.setdefault(_address(location.organisation_id, place), location)

    def retire_place(self, location: Location) -> None:
        """Removes a place where nothing is any more."""
        self._forget(location)
        retire_location(location)

    def _forget(self, location: Location) -> None:
        self.places = {key: place for key, place in self.places.items() if place is not location}

    def _columns(self, place: Mapping[str, Any]) -> dict[str, Any]:
        area_ids = self.area_ids([place["area"]] if place.get("area") else [])
        fields = {name: value for name, value in place.items() if name != "area"}
        return fields | {"area_id": next(iter(area_ids), None)}

    def _add_organisation(self, body: Body) -> None:
        if body.identifier not in self.organisation_ids:
            made = add_organisation(body.name, [body.identifier], website=body.website)
            self.organisation_ids[body.identifier] = made.id

    def _add_need(self, code: str) -> Need:
        if code not in self.needs:
            need = NEEDS[code]
            parent = self._add_need(need.parent) if need.parent else None
            self.needs[code] = add_need(code, need.name, words=list(need.words), parent_id=parent and parent.id)
        return self.needs[code]

    def _add_council(self, name: str) -> None:
        if slug(name) not in self.councils:
            self.councils[slug(name)] = add_area(
                name.replace("&", "and"), slug(name), AreaKind.COUNCIL, parent_id=self._nation.id
            )

    @cached_property
    def _nation(self) -> Area:
        nations = (area for area in list_areas() if area.kind is AreaKind.NATION and area.name == NATION)
        return next(nations, None) or add_area(NATION, slug(NATION), AreaKind.NATION)

    def _add_fund(self, payment: Payment) -> None:
        funder = self.funders.get(payment.funder.identifier)
        if funder is None:
            funder = add_funder(payment.funder.name, payment.funder.identifier)
            self.funders[payment.funder.identifier] = funder
        if (funder.id, payment.fund) not in self.funds:
            self.funds[funder.id, payment.fund] = add_fund(funder, payment.fund)


def _address(organisation_id: uuid.UUID | None, place: Mapping[str, Any]) -> tuple[Any, ...]:
    written = tuple(place.get(name) or "" for name in ("address_1", "city", "postal_code"))
    if place.get("address_1") or place.get("postal_code"):
        return (organisation_id, *written)
    # Places that have no address are told apart by their points on the map.
    return (organisation_id, *written, place.get("latitude"), place.get("longitude"))
