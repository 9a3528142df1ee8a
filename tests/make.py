"""Plain makers of records with sensible defaults; the caller commits, with `saved` or its own door."""

from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from partnerdir.database import db, writing
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Need, Organisation, Service
from partnerdir.funding import actions as funding
from partnerdir.funding.models import Fund, FundingWindow
from partnerdir.geography import actions as geography
from partnerdir.geography.models import Area, AreaKind


def saved(by: str = "a test") -> AbstractContextManager[Session]:
    """`with saved(): …` writes and commits."""
    return writing(by=by)


def an_organisation(name: str = "Harbour Trust", **fields: Any) -> Organisation:
    """An organisation."""
    organisation = directory.add_organisation(name, **fields)
    db.session.flush()
    return organisation


def a_service(name: str = "Harbour Family Support", organisation: Organisation | None = None, **fields: Any) -> Service:
    """A service, of a new organisation unless one is given."""
    organisation = organisation or an_organisation(f"{name} Trust")
    service = directory.add_service(organisation.id, name, **fields)
    db.session.flush()
    return service


def a_fund(name: str = "Communities Fund", funder: str = "National Funder") -> Fund:
    """A fund of a new funder."""
    made = funding.add_funder(funder)
    db.session.flush()
    fund = funding.add_fund(made, name)
    db.session.flush()
    return fund


def a_window(service: Service, ends_on: date | None = None, fund: Fund | None = None, **fields: Any) -> FundingWindow:
    """A confirmed window that ends on this day."""
    window = funding.add_window(service.id, (fund or a_fund()).id, ends_on=ends_on, **fields)
    db.session.flush()
    return window


def an_area(name: str = "Saltness", code: str = "saltness", kind: AreaKind = AreaKind.WARD) -> Area:
    """An area."""
    area = geography.add_area(name, code, kind)
    db.session.flush()
    return area


def a_need(name: str = "Money worries", code: str = "money", **fields: Any) -> Need:
    """A need."""
    need = directory.add_need(code, name, **fields)
    db.session.flush()
    return need
