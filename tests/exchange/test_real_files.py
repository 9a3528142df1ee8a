"""The real files, against counts made from the files themselves without any of our own code."""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Location, Organisation, Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.exchange.models import ImportRun, SourceRow
from partnerdir.funding.models import Fund, Funder, FundingWindow
from partnerdir.funding.rules import EndKind
from tests.conftest import make_settings, running_site
from tests.exchange.files import count_changes, count_rows, counts_of, run_import

# Seconds of this machine's own work, so that a busy machine does not fail the test.
BUDGET = 60
NOT_KEPT = {
    "ChopUPRN",
    "Provided_by_Local_Authority",
    "SIMD2020_Decile",
    "Datazone",
    "Integration_Authority_Name",
    "Health_Board_Name",
    "Publication_of_Latest_Grading",
    "Last_inspection_Date",
}

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One site into which these tests read one file after the other, in the order in which they stand here."""
    yield from running_site(make_settings(tmp_path_factory.mktemp("site")))


def read(site: Flask, *arguments: object) -> Result:
    """Runs an import and holds it to its budget."""
    began = time.process_time()
    result = run_import(site, *arguments)
    assert time.process_time() - began < BUDGET
    return result


def rows_of(path: Path) -> Rows:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def grants_of(path: Path) -> list[dict[str, list[dict[str, str]]]]:
    """The grants of a package."""
    grants: list[dict[str, list[dict[str, str]]]] = json.loads(path.read_text(encoding="utf-8"))["grants"]
    return grants


def count(model: type, *conditions: sa.ColumnExpressionArgument[bool]) -> int:
    """How many records there are of a kind."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def expected(**counts: int) -> dict[str, int]:
    """A summary with these counts and no others."""
    return {"added": 0, "changed": 0, "unchanged": 0, "gone": 0, "returned": 0, "refused": 0} | counts


def test_every_grant_of_the_lloyds_bank_foundation_is_accounted_for(site: Flask, shared_data: Path) -> None:
    path = shared_data / "grants" / "lloyds-bank-foundation.json"
    grants = grants_of(path)
    recipients = {grant["recipientOrganization"][0]["id"] for grant in grants}
    assert counts_of(read(site, "grants", path)) == expected(added=len(grants))
    assert count(Organisation) == len(recipients)
    assert count(Service) == count(FundingWindow) == count(SourceRow) == len(grants)
    assert count(Funder) == 1
    assert count(Fund) == len({grant["grantProgramme"][0]["title"] for grant in grants})
    ends = sorted(str(day) for day in db.session.scalars(sa.select(FundingWindow.ends_on)))
    assert ends == sorted(grant["plannedDates"][0]["endDate"][:10] for grant in grants)
    assert count(FundingWindow, FundingWindow.end_kind != EndKind.FIXED) == 0
    assert set(db.session.scalars(sa.select(FundingWindow.grant_id))) == {grant["id"] for grant in grants}
    names = list(db.session.scalars(sa.select(Service.name)))
    assert max(map(len, names)) <= 100
    assert not [name for name in names if name.startswith("Grant to")]


def test_a_second_run_of_the_same_grants_changes_nothing(site: Flask, shared_data: Path) -> None:
    before, changes = count_rows(), count_changes()
    path = shared_data / "grants" / "lloyds-bank-foundation.json"
    assert counts_of(read(site, "grants", path)) == expected(unchanged=len(grants_of(path)))
    assert count_changes() == changes
    assert {name for name, rows in count_rows().items() if rows != before[name]} == {"import_run", "change"}


def test_grants_with_a_duration_only_have_no_end(site: Flask, shared_data: Path) -> None:
    path = shared_data / "grants" / "andrew-lloyd-webber-foundation.json"
    grants = grants_of(path)
    assert counts_of(read(site, "grants", path)) == expected(added=len(grants))
    mine = FundingWindow.grant_id.startswith("360G-ALWF-")
    assert count(FundingWindow, mine, FundingWindow.end_kind == EndKind.UNKNOWN, FundingWindow.ends_on.is_(None)) == len(grants)


def test_every_care_service_of_a_month_is_imported(site: Flask, shared_data: Path) -> None:
    path = shared_data / "services" / "care-inspectorate-2024-06-30.csv"
    rows = rows_of(path)
    services = count(Service)
    assert counts_of(read(site, "listings", "care-inspectorate", path)) == expected(added=len(rows))
    assert count(Service) - services == len(rows)
    numbers = {f"XI-CARE-{row['SP_number']}" for row in rows}
    known = set(db.session.scalars(sa.text("select identifier from organisation_identifier")))
    assert {number for number in known if number.startswith("XI-CARE-")} == numbers
    unlisted = sum(row["PublicList"] == "No" for row in rows)
    assert count(Service, Service.is_confidential) == unlisted
    assert count(Service, Service.is_confidential, Service.places.any()) == 0
    paused = sum(row["ServiceStatus"] == "Inactive" for row in rows)
    assert count(Service, Service.status == ServiceStatus.PAUSED) == paused
    assert db.session.scalar(sa.text("select count(*) from area where kind = 'council'")) == 32


def test_the_next_edition_adds_changes_and_closes_what_the_two_files_say(site: Flask, shared_data: Path) -> None:
    folder = shared_data / "services"
    earlier = {row["CSNumber"]: row for row in rows_of(folder / "care-inspectorate-2024-06-30.csv")}
    later = {row["CSNumber"]: row for row in rows_of(folder / "care-inspectorate-2025-02-28.csv")}
    both = earlier.keys() & later.keys()
    kept = next(iter(earlier.values())).keys() - NOT_KEPT
    changed = sum(any(earlier[key][column] != later[key][column] for column in kept) for key in both)
    sums = expected(
        added=len(later.keys() - earlier.keys()),
        changed=changed,
        unchanged=len(both) - changed,
        gone=len(earlier.keys() - later.keys()),
    )
    before = count_rows()
    arguments = ("listings", "care-inspectorate", folder / "care-inspectorate-2025-02-28.csv")
    assert counts_of(read(site, *arguments, "--dry-run")) == sums
    assert count_rows() == before
    result = read(site, *arguments)
    assert counts_of(result) == sums
    assert "Changed here since" not in result.stdout
    assert count(Service, Service.status == ServiceStatus.CLOSED) == sums["gone"]
    places = sa.select(sa.text("1")).where(sa.text("service_at_location.location_id = location.id"))
    unused = db.session.scalar(
        sa.select(sa.func.count()).select_from(Location).where(~sa.exists(places.select_from(sa.text("service_at_location"))))
    )
    assert unused == 0
    assert counts_of(read(site, *arguments)) == expected(unchanged=len(later))


def test_every_row_of_the_edinburgh_lists_is_imported_or_refused_with_its_line_and_a_reason(
    site: Flask, shared_data: Path
) -> None:
    path = shared_data / "services" / "edinburgh-council-2014.csv"
    rows = rows_of(path)
    nameless = [row for row in rows if not row["name"].strip()]
    seen: set[tuple[str, str]] = set()
    repeated = 0
    for row in rows:
        called = (" ".join(row["name"].lower().split()), " ".join(row["postcode"].lower().split()))
        repeated += called in seen
        seen |= {called} if all(called) else set()
    refused = len(nameless) + repeated
    services = count(Service)
    result = read(site, "listings", "edinburgh-2014", path)
    assert counts_of(result) == expected(added=len(rows) - refused, refused=refused)
    assert count(Service) - services == len(rows) - refused
    lines = [line for line in result.stdout.splitlines() if line.startswith("  line ")]
    reasons = [line for line in lines if line.endswith("name is empty") or "is the same service as line" in line]
    assert len(reasons) == refused
    imported = sa.select(Service).join(SourceRow).where(SourceRow.layout == "edinburgh-2014")
    for service in db.session.scalars(imported):
        said = (service.name, service.description, service.url, *(hours.description for hours in service.schedules))
        assert not any("<" in text or "\x92" in text for text in said), said


def test_every_import_that_was_applied_is_on_record(site: Flask, shared_data: Path) -> None:
    assert count(ImportRun) == 7
