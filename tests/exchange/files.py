"""Small files as publishers write them, and the command that reads them."""

import csv
import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.exchange.models import SourceRow

CARE_COLUMNS = next(
    csv.reader(
        [
            "CSNumber,CareService,Subtype,AdditionalSubtypes,ServiceType,ServiceName,Address_line_1,Address_line_2,Address_line_3,"
            "Address_line_4,Service_town,Service_Postcode,Service_Phone_Number,SP_number,ServiceProvider,Provided_by_Local_Authority,"
            "ServiceStatus,DateReg,SIMD2020_Decile,Datazone,Integration_Authority_Name,Council_Area_Name,Health_Board_Name,"
            "Registered_Places,Client_group,PublicList,Publication_of_Latest_Grading,Last_inspection_Date"
        ]
    )
)
EDINBURGH_COLUMNS = next(
    csv.reader(
        [
            "source_file,source_line_record,name,description,address,postcode,phone,email,url,opening_hours,latitude,longitude,"
            "location_raw,area,provider"
        ]
    )
)


def care_row(number: str = "CS1", **cells: str) -> dict[str, str]:
    """A row of the Care Inspectorate's register."""
    return {
        "CSNumber": number,
        "CareService": "Housing Support Service",
        "ServiceType": "Voluntary or Not for Profit",
        "ServiceName": f"Quayside Support {number}",
        "Address_line_1": "1 Harbour Road",
        "Service_town": "Saltness",
        "Service_Postcode": "ZE2 9AA",
        "Service_Phone_Number": "01632 960001",
        "SP_number": "SP1",
        "ServiceProvider": "Quayside Trust",
        "ServiceStatus": "Active",
        "DateReg": "01/04/2002",
        "Council_Area_Name": "Argyll & Bute",
        "Registered_Places": "12",
        "Client_group": "Adults",
        "PublicList": "Yes",
    } | cells


def edinburgh_row(line: int = 2, **cells: str) -> dict[str, str]:
    """A row of the Edinburgh lists."""
    return {
        "source_file": "Community centres.csv",
        "source_line_record": str(line),
        "name": f"Canalside Centre {line}",
        "address": f"{line} Towpath",
        "postcode": "EH3 9QG",
        "phone": "0131 496 0001",
    } | cells


def write_sheet(path: Path, rows: list[dict[str, str]], columns: list[str] | None = None) -> Path:
    """A CSV file with these rows; blank where a row says nothing."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns or CARE_COLUMNS, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def grant(number: int = 1, **parts: Any) -> dict[str, Any]:
    """A grant as 360Giving writes one."""
    return {
        "id": f"360G-EXAMPLE-{number}",
        "title": "Grant to Quayside Trust",
        "description": "the salary of the Community Development Worker",
        "currency": "GBP",
        "amountAwarded": 15000,
        "awardDate": "2025-06-10T00:00:00+00:00",
        "plannedDates": [{"startDate": "2025-07-01T00:00:00+00:00", "endDate": "2026-06-30T00:00:00+00:00", "duration": 12}],
        "recipientOrganization": [
            {
                "id": "GB-SC-SC990001",
                "name": "Quayside Trust",
                "streetAddress": "1 Harbour Road\nThe Quay",
                "addressLocality": "Saltness",
                "postalCode": "ZE2 9AA",
            }
        ],
        "fundingOrganization": [{"id": "GB-SC-SC990002", "name": "National Funder"}],
        "grantProgramme": [{"title": "Stronger Places"}],
    } | parts


def write_package(path: Path, grants: list[Any]) -> Path:
    """A 360Giving package with these grants."""
    path.write_text(json.dumps({"grants": grants}), encoding="utf-8")
    return path


def run_import(app: Flask, *arguments: object) -> Result:
    """`flask import …` with these arguments, and whatever it raised raised again."""
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["import", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    db.session.rollback()
    return result


def counts_of(result: Result) -> dict[str, int]:
    """The counts that the summary of an import gives."""
    assert result.exit_code == 0, result.output
    lines = (line.split() for line in result.stdout.splitlines()[1:7])
    return {name: int(count.replace(",", "")) for name, count in lines}


def service_of(key: str) -> Service:
    """The service that this row of a source became."""
    row = db.session.scalars(sa.select(SourceRow).where(SourceRow.key == key)).one()
    return db.session.get_one(Service, row.service_id)


def count_rows() -> dict[str, int]:
    """How many rows every table has."""
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in db.metadata.sorted_tables
    }


def count_changes() -> int:
    """How many changes the log holds, beside those that say an import happened."""
    others = sa.select(sa.func.count()).select_from(Change).where(Change.record_type != "import_run")
    return db.session.scalar(others) or 0
