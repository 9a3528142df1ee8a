"""What the tests of searching ask for."""

import pytest
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Way
from partnerdir.geography.actions import add_area, add_postcode
from partnerdir.geography.models import Area, AreaKind
from tests import make
from tests.search.asking import Searching
from tests.search.leith import put


@pytest.fixture
def searching(app: Flask) -> Searching:
    """Searching on SQLite."""
    return Searching(app)


@pytest.fixture
def searching_on_both(app_on_both: Flask) -> Searching:
    """Searching once on SQLite and once on PostgreSQL."""
    return Searching(app_on_both)


@pytest.fixture
def areas(app: Flask) -> dict[str, Area]:
    """A nation with a council with two wards."""
    with make.saved():
        nation = make.an_area("Scotland", "S9", AreaKind.NATION)
        council = add_area("City of Edinburgh", "S12", AreaKind.COUNCIL, nation.id)
        db.session.flush()
        wards = [add_area(name, name, AreaKind.WARD, council.id) for name in ("Leith Walk", "Morningside")]
        db.session.flush()
        add_postcode("EH6 5AB", 55.97, -3.17, wards[0].id)
        add_postcode("EH10 4AA", 55.93, -3.21, wards[1].id)
        return {area.name: area for area in (nation, council, *wards)}


@pytest.fixture
def listed(areas: dict[str, Area]) -> dict[str, Service]:
    """One service for each way to count as near, and one for each way not to."""
    with make.saved():
        trust = make.an_organisation()

        def a(name: str, *ways: Way, area: str = "") -> Service:
            return make.a_service(name, trust, ways=list(ways), area_ids=[areas[area].id] if area else [])

        made = [
            a("Near drop-in", Way.AT_PLACE), a("Far drop-in", Way.AT_PLACE), a("Serves the ward", area="Leith Walk"),
            a("Serves the council", Way.AT_HOME, area="City of Edinburgh"),
            a("Serves elsewhere", Way.PHONE, area="Morningside"),
            a("Helpline", Way.PHONE), a("Website", Way.ONLINE), a("Nobody knows", Way.AT_HOME),
        ]  # fmt: skip
        put(made[0], 0.8, "Leith")
        put(made[0], 4, "Leith")
        put(made[1], 12)
        return {service.name: service for service in made}
