"""Prints what a family's plan costs: `python -m tests.bench.plans [--sizes 10000]`.

The services are real listings where there are any, then made-up ones; places, ages, room and circumstances are made up.
"""

import argparse
import json
import os
import sys
import tempfile
import uuid
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.engine import Connection

from partnerdir.database import db
from partnerdir.directory.models import Location, Need, Service, ServiceAtLocation
from partnerdir.directory.rules import Circumstance, Taking, Way
from partnerdir.factory import create_app
from partnerdir.search.family import Family
from partnerdir.search.finder import Finder
from partnerdir.search.rules import Place
from partnerdir.web.public.drafts import Draft, NeedRow, PersonRow, sealed_draft
from tests.bench.engine import milliseconds, spread
from tests.bench.installation import Installation
from tests.bench.requests import fetch, serving
from tests.search.families import a_family

FAMILIES = 200
SOUTH, NORTH, WEST, EAST = 55.0, 58.5, -6.0, -2.0
MAIN = "the middle"


def add_places(connection: Connection, random: Random) -> None:
    """Gives every service a place, an age, room and, to some, whom it is for."""
    ids = list(connection.scalars(sa.select(Service.id)))
    places = [uuid.uuid4() for _ in ids]
    made = [
        {
            "id": place,
            "version": 1,
            "latitude": random.uniform(SOUTH, NORTH),
            "longitude": random.uniform(WEST, EAST),
            "city": MAIN,
        }
        for place in places
    ]
    connection.execute(sa.insert(Location), made)
    at = [
        {"id": uuid.uuid4(), "version": 1, "service_id": service, "location_id": place}
        for service, place in zip(ids, places, strict=True)
    ]
    connection.execute(sa.insert(ServiceAtLocation), at)
    change = sa.update(Service).where(Service.id == sa.bindparam("row"))
    connection.execute(
        change,
        [
            {
                "row": service,
                "minimum_age": random.choice((None, None, 0, 5, 12, 16, 18, 60)),
                "taking": random.choice(list(Taking)),
                "ways": random.sample(list(Way), random.randint(0, 2)),
                "circumstances": random.sample(list(Circumstance), random.choice((0, 0, 0, 1))),
            }
            for service in ids
        ],
    )


def families(count: int, random: Random) -> list[Family]:
    """Families that ask for needs of this installation, somewhere in it or anywhere."""
    needs = list(db.session.scalars(sa.select(Need.id)))
    middle = Place(MAIN, (SOUTH + NORTH) / 2, (WEST + EAST) / 2)
    return [a_family(random, needs, [middle, middle, None]) for _ in range(count)]


def address(family: Family, codes: dict[uuid.UUID, str]) -> str:
    """The page of this family's plan."""
    draft = Draft(
        needs=tuple(NeedRow(codes[one.need_id], "" if one.person is None else str(one.person + 1)) for one in family.wanted),
        people=tuple(PersonRow("" if one.age is None else str(one.age), one.circumstances) for one in family.people),
        place=family.place.name if family.place else "",
        within=family.within,
        stays=family.stays,
    )
    return url_for("public.show_plan", family=sealed_draft(draft))


def measure() -> dict[str, Any]:
    """Median and 95th percentile of a plan, and of the page of one as it is served."""
    app, random = create_app(), Random(7)
    with app.app_context(), db.engine.begin() as connection:
        add_places(connection, random)
    with app.test_request_context():
        finder: Finder = app.extensions["search"]
        asked = families(FAMILIES, random)
        six = [one for one in asked if len(one.wanted) == 6]
        finder.plan(asked[0])
        found: dict[str, Any] = {"services": db.session.scalar(sa.select(sa.func.count()).select_from(Service))}
        found["plan"] = spread(milliseconds(partial(finder.plan, one)) for one in asked)
        found["plan_of_six"] = spread(milliseconds(partial(finder.plan, one)) for one in six)
        codes = {row.id: row.code for row in db.session.execute(sa.select(Need.id, Need.code))}
        pages = [address(one, codes) for one in asked]
        db.session.remove()
    with serving() as (connection, _server):
        fetch(connection, pages[0])
        found["page"] = spread(milliseconds(partial(fetch, connection, page)) for page in pages)
    return found


def main() -> int:
    """Measures, and prints a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000")
    parser.add_argument("--inside", action="store_true", help="Measure the installation of the environment.")
    said = parser.parse_args()
    if said.inside:
        print(json.dumps(measure()))
        return 0
    print("| services | plan, ms | plan of six needs, ms | page, whole request, ms |\n| ---: | ---: | ---: | ---: |")
    for size in said.sizes.split(","):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            installation = Installation(Path(folder))
            installation.filled_with(size)
            installation.measured("tests.bench.engine", "rebuild")  # a process of the site asks a question when it starts
            found = installation.measured("tests.bench.plans", "--inside")
        times = [" / ".join(f"{part:,.1f}" for part in found[name]) for name in ("plan", "plan_of_six", "page")]
        print(f"| {found['services']:,} | {' | '.join(times)} |")
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"\nMedian / 95th percentile of {FAMILIES} families, on {os.cpu_count()} cores with a load of {load} at the end.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
