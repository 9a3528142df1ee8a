"""What a row of a publisher's list becomes, and what becomes of it in the next edition."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Location, Organisation, Phone, Service, ServiceAtLocation
from partnerdir.directory.queries import find_organisation_by_identifier
from partnerdir.directory.rules import ServiceStatus
from partnerdir.exchange import applying
from partnerdir.exchange.models import SourceRow
from partnerdir.exchange.queries import list_import_runs
from partnerdir.geography.actions import add_area
from partnerdir.geography.models import Area, AreaKind
from tests.exchange.files import (
    CARE_COLUMNS,
    EDINBURGH_COLUMNS,
    care_row,
    count_changes,
    count_rows,
    counts_of,
    edinburgh_row,
    run_import,
    service_of,
    write_sheet,
)
from tests.make import saved

CARE = ("listings", "care-inspectorate")
NONE = {"added": 0, "changed": 0, "unchanged": 0, "gone": 0, "returned": 0, "refused": 0}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where each edition of the file is written."""
    return tmp_path / "edition.csv"


def test_a_row_becomes_a_service_of_its_organisation_at_its_place_in_its_council(app: Flask, file: Path) -> None:
    counts = counts_of(run_import(app, *CARE, write_sheet(file, [care_row(Address_line_2="The Quay")])))
    service = service_of("CS1")
    assert counts == NONE | {"added": 1}
    assert service.name == "Quayside Support CS1"
    assert service.summary == "Housing Support Service"
    assert service.description == (
        "Kind of provider: Voluntary or Not for Profit. Registered for 12 places. Registered since 1 April 2002."
    )
    assert service.eligibility_description == "For adults."
    assert [need.code for need in service.needs] == ["housing-support"]
    assert [phone.number for phone in service.phones] == ["01632 960001"]
    assert find_organisation_by_identifier("XI-CARE-SP1") is service.organisation
    place = service.places[0].location
    assert (place.address_1, place.city, place.postal_code) == ("1 Harbour Road, The Quay", "Saltness", "ZE2 9AA")
    council = db.session.get_one(Area, service.areas_served[0].area_id)
    assert (council.name, council.code, council.kind) == ("Argyll and Bute", "argyll-and-bute", AreaKind.COUNCIL)
    assert place.area_id == council.id
    assert council.parent is not None
    assert (council.parent.name, council.parent.kind) == ("Scotland", AreaKind.NATION)


def test_a_council_that_is_known_is_found_by_name_however_the_and_is_written(app: Flask, file: Path) -> None:
    with saved():
        add_area("Argyll and Bute", "S12000035", AreaKind.COUNCIL)
    run_import(app, *CARE, write_sheet(file, [care_row()]))
    served = service_of("CS1").areas_served[0]
    assert db.session.get_one(Area, served.area_id).code == "S12000035"


def test_a_second_run_of_the_same_file_changes_nothing(app_on_both: Flask, file: Path) -> None:
    write_sheet(file, [care_row(), care_row("CS2", PublicList="No"), care_row("CS3", Council_Area_Name="outside Scotland")])
    assert counts_of(run_import(app_on_both, *CARE, file)) == NONE | {"added": 3}
    rows, changes = count_rows(), count_changes()
    assert counts_of(run_import(app_on_both, *CARE, file)) == NONE | {"unchanged": 3}
    assert count_changes() == changes
    # The one thing that is new is the record that the import happened, and its line in the log.
    assert count_rows() == rows | {"import_run": rows["import_run"] + 1, "change": rows["change"] + 1}


def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask, file: Path) -> None:
    write_sheet(file, [care_row(), care_row("CS2", ServiceName="")])
    before = count_rows()
    tried = run_import(app, *CARE, file, "--dry-run")
    assert count_rows() == before
    applied = run_import(app, *CARE, file)
    assert tried.stdout.replace("tried, nothing was written", "imported") == applied.stdout


def test_an_import_that_was_applied_is_recorded_without_the_folder_of_its_file(app: Flask, file: Path) -> None:
    run_import(app, *CARE, write_sheet(file, [care_row(), care_row("CS2", ServiceName=" ")]))
    run = list_import_runs()[0]
    assert (run.layout, run.file_name, run.by) == ("care-inspectorate", "edition.csv", "command line")
    assert run.counts == NONE | {"added": 1, "refused": 1}
    assert run.refused == [{"where": "line 3", "why": "ServiceName is empty"}]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"CSNumber": " "}, "CSNumber is empty"),
        ({"ServiceName": ""}, "ServiceName is empty"),
        ({"SP_number": ""}, "SP_number is empty"),
        ({"ServiceStatus": "Cancelled"}, "ServiceStatus says 'Cancelled', which this layout does not know"),
        ({"PublicList": "Perhaps"}, "PublicList says 'Perhaps', which this layout does not know"),
        ({"CareService": "Cat Care"}, "CareService says 'Cat Care', which this layout does not know"),
        ({"Council_Area_Name": "Strathorrel"}, "Council_Area_Name says 'Strathorrel', which this layout does not know"),
        ({"CSNumber": "CS1"}, "has the same key as line 2"),
        ({"ServiceName": "long " * 80}, "the name is 399 characters long; 300 is the most we keep"),
        ({"Service_Phone_Number": "0" * 61}, "the number is 61 characters long; 60 is the most we keep"),
    ],
)
def test_a_row_that_is_not_a_service_is_refused_with_its_line_and_the_reason(
    app: Flask, file: Path, cells: dict[str, str], why: str
) -> None:
    first = care_row(ServiceName="Two\nlines")
    result = run_import(app, *CARE, write_sheet(file, [first, care_row("CS2", **cells), care_row("CS3")]))
    assert counts_of(result) == NONE | {"added": 2, "refused": 1}
    assert f"  line 4: {why}\n" in result.stdout


def test_a_column_that_nobody_has_heard_of_is_reported(app: Flask, file: Path) -> None:
    result = run_import(app, *CARE, write_sheet(file, [care_row(Mood="fair")], [*CARE_COLUMNS, "Mood", "ChopUPRN"]))
    assert "Columns that are not known and were left out: Mood.\n" in result.stdout


def test_a_cell_that_cannot_be_used_is_left_out_and_reported_once(app: Flask, file: Path) -> None:
    write_sheet(file, [care_row(Service_Postcode="by the church")])
    result = run_import(app, *CARE, file)
    assert "line 2: Service_Postcode: 'by the church' is not a postcode; left out" in result.stdout
    assert service_of("CS1").places[0].location.postal_code == ""
    assert "by the church" not in run_import(app, *CARE, file).stdout


def test_a_row_that_is_gone_from_a_register_closes_its_service_and_one_that_comes_back_reopens_it(
    app: Flask, file: Path
) -> None:
    both = [care_row(), care_row("CS2")]
    run_import(app, *CARE, write_sheet(file, both))
    result = run_import(app, *CARE, write_sheet(file, both[:1]))
    assert counts_of(result) == NONE | {"unchanged": 1, "gone": 1}
    assert "CS2: Quayside Support CS2 is no longer in the file; closed" in result.stdout
    assert service_of("CS2").status is ServiceStatus.CLOSED
    assert counts_of(run_import(app, *CARE, file)) == NONE | {"unchanged": 1}
    result = run_import(app, *CARE, write_sheet(file, [both[0], both[1] | {"Registered_Places": "9"}]))
    assert counts_of(result) == NONE | {"unchanged": 1, "returned": 1}
    assert "line 3: Quayside Support CS2 is in the file again" in result.stdout
    assert service_of("CS2").status is ServiceStatus.ACTIVE
    assert "Registered for 9 places." in service_of("CS2").description


def test_a_row_that_is_refused_this_time_is_not_gone(app: Flask, file: Path) -> None:
    run_import(app, *CARE, write_sheet(file, [care_row(), care_row("CS2")]))
    result = run_import(app, *CARE, write_sheet(file, [care_row(), care_row("CS2", ServiceName="")]))
    assert counts_of(result) == NONE | {"unchanged": 1, "refused": 1}
    assert service_of("CS2").status is ServiceStatus.ACTIVE


def test_a_service_that_is_registered_but_inactive_is_paused(app: Flask, file: Path) -> None:
    run_import(app, *CARE, write_sheet(file, [care_row(ServiceStatus="Inactive")]))
    assert service_of("CS1").status is ServiceStatus.PAUSED


def test_a_register_that_lost_a_fifth_of_its_rows_closes_nothing_until_somebody_says_so(
    app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "LOSS_THAT_MAY_BE", 2)
    rows = [care_row(f"CS{number}") for number in range(10)]
    run_import(app, *CARE, write_sheet(file, rows))
    before = count_rows()
    write_sheet(file, rows[:7])
    for options in ((), ("--dry-run",)):
        result = run_import(app, *CARE, file, *options)
        assert result.exit_code == 1
        assert "edition.csv lacks 3 of the 10 services that this register had" in result.stderr
        assert count_rows() == before
    assert counts_of(run_import(app, *CARE, file, "--many-gone"))["gone"] == 3


def test_a_service_off_the_public_list_is_confidential_and_nothing_of_where_it_is_or_rings_is_kept(
    app: Flask, file: Path
) -> None:
    run_import(app, *CARE, write_sheet(file, [care_row(PublicList="No")]))
    service = service_of("CS1")
    assert service.is_confidential
    assert (service.places, service.phones) == ([], [])
    assert len(service.areas_served) == 1
    assert db.session.scalars(sa.select(Location)).all() == []
    remembered = db.session.scalars(sa.select(SourceRow)).one().row
    assert remembered["ServiceName"] == "Quayside Support CS1"
    assert not {"1 Harbour Road", "ZE2 9AA", "01632 960001"} & set(remembered.values())


def test_a_service_that_leaves_the_public_list_leaves_no_address_and_no_number_behind(app: Flask, file: Path) -> None:
    shared = [care_row(), care_row("CS2"), care_row("CS3", Address_line_1="2 Harbour Road")]
    run_import(app, *CARE, write_sheet(file, shared))
    run_import(app, *CARE, write_sheet(file, [row | {"PublicList": "No"} for row in shared]))
    assert all(service_of(key).is_confidential for key in ("CS1", "CS2", "CS3"))
    for model in (ServiceAtLocation, Location, Phone):
        assert db.session.scalars(sa.select(model)).all() == [], model


def test_services_of_one_organisation_at_one_address_share_the_place(app: Flask, file: Path) -> None:
    rows = [care_row(), care_row("CS2"), care_row("CS3", SP_number="SP2", ServiceProvider="Another Trust")]
    run_import(app, *CARE, write_sheet(file, rows))
    places = {key: service_of(key).places[0].location_id for key in ("CS1", "CS2", "CS3")}
    assert places["CS1"] == places["CS2"] != places["CS3"]


def test_when_one_of_two_at_an_address_moves_the_other_stays(app: Flask, file: Path) -> None:
    rows = [care_row(), care_row("CS2")]
    run_import(app, *CARE, write_sheet(file, rows))
    moved = care_row("CS2", Address_line_1="9 Ferry Road")
    run_import(app, *CARE, write_sheet(file, [rows[0], moved]))
    assert service_of("CS1").places[0].location.address_1 == "1 Harbour Road"
    assert service_of("CS2").places[0].location.address_1 == "9 Ferry Road"


def test_a_service_that_moves_alone_does_not_take_a_newcomer_at_its_old_address_along(app: Flask, file: Path) -> None:
    run_import(app, *CARE, write_sheet(file, [care_row()]))
    run_import(app, *CARE, write_sheet(file, [care_row(Address_line_1="9 Ferry Road")]))
    newcomer = care_row("CS2", Address_line_1="1 Harbour Road")
    run_import(app, *CARE, write_sheet(file, [care_row(Address_line_1="9 Ferry Road"), newcomer]))
    assert service_of("CS1").places[0].location.address_1 == "9 Ferry Road"
    assert service_of("CS2").places[0].location.address_1 == "1 Harbour Road"


def test_a_service_that_goes_to_another_organisation_goes(app: Flask, file: Path) -> None:
    run_import(app, *CARE, write_sheet(file, [care_row()]))
    run_import(app, *CARE, write_sheet(file, [care_row(SP_number="SP2", ServiceProvider="Another Trust")]))
    assert service_of("CS1").organisation.name == "Another Trust"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 2


def test_edinburgh_cells_become_links_hours_and_the_council_where_it_runs_the_list(app: Flask, file: Path) -> None:
    rows = [
        edinburgh_row(2, url='<a href="http://canalside.example"> Canalside</a>', opening_hours="Mon-Fri 9am\r\nSat 10am</p>"),
        edinburgh_row(3, source_file="Mobile library stops.csv", name="Baberton Mains", latitude="55.9", longitude="-3.2"),
        edinburgh_row(4, source_file="Public toilets.csv", name="", address="", postcode=""),
        edinburgh_row(5, name="CANALSIDE  centre 2"),
        edinburgh_row(6, source_file="Adventurous activity providers.csv", provider="Paddle Trust"),
    ]
    rows[3]["postcode"] = rows[0]["postcode"]
    result = run_import(app, "listings", "edinburgh-2014", write_sheet(file, rows, EDINBURGH_COLUMNS))
    assert counts_of(result) == NONE | {"added": 3, "refused": 2}
    assert "line 6: is the same service as line 2" in result.stdout
    assert "line 5: name is empty" in result.stdout
    centre, paddle, stop = db.session.scalars(sa.select(Service).order_by(Service.name)).all()
    assert centre.url == "http://canalside.example"
    assert [hours.description for hours in centre.schedules] == ["Mon-Fri 9am\nSat 10am"]
    assert centre.organisation.name == "Canalside Centre 2"
    assert stop.name == "Mobile library stop: Baberton Mains"
    assert stop.organisation is find_organisation_by_identifier("XI-CARE-SP2003002576")
    assert (stop.places[0].location.latitude, stop.places[0].location.longitude) == (55.9, -3.2)
    assert paddle.organisation.name == "Paddle Trust"
    assert paddle.areas_served == []


def test_what_is_missing_from_a_list_that_is_no_register_stays_open(app: Flask, file: Path) -> None:
    arguments = ("listings", "edinburgh-2014")
    run_import(app, *arguments, write_sheet(file, [edinburgh_row(2), edinburgh_row(3)], EDINBURGH_COLUMNS))
    result = run_import(app, *arguments, write_sheet(file, [edinburgh_row(2)], EDINBURGH_COLUMNS))
    assert counts_of(result) == NONE | {"unchanged": 1}
