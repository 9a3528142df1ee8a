"""What the source changed is written; what somebody here changed is kept and reported."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.exchange.merging import merged_fields, merged_sets
from tests.exchange.files import care_row, counts_of, run_import, service_of, write_sheet
from tests.make import saved

CARE = ("listings", "care-inspectorate")
KEPT = "Changed here since, so the source's change was not taken:"
VALUES = st.sampled_from(["", "a", "b", "c"])
SETS = st.frozensets(st.sampled_from("abcd"))


@given(ours=VALUES, before=VALUES, now=VALUES)
def test_a_field_is_written_only_where_the_source_changed_it_and_we_hold_what_it_said_before(
    ours: str, before: str, now: str
) -> None:
    changes, kept = merged_fields(SimpleNamespace(name=ours), {"name": before}, {"name": now})
    assert changes == ({"name": now} if before != now and ours == before else {})
    assert kept == (["name"] if before != now and ours not in (before, now) else [])


@given(ours=st.tuples(VALUES, VALUES), before=st.tuples(VALUES, VALUES), now=st.tuples(VALUES, VALUES))
def test_days_that_belong_together_are_all_the_sources_or_all_ours(
    ours: tuple[str, str], before: tuple[str, str], now: tuple[str, str]
) -> None:
    names = ("starts_on", "ends_on")
    held = SimpleNamespace(**dict(zip(names, ours, strict=True)))
    was, is_now = dict(zip(names, before, strict=True)), dict(zip(names, now, strict=True))
    changes, _kept = merged_fields(held, was, is_now, together=names)
    assert (vars(held) | changes) in (vars(held), is_now)


@given(ours=SETS, before=SETS, now=SETS)
def test_what_we_added_to_a_set_is_never_taken_away(ours: frozenset[str], before: frozenset[str], now: frozenset[str]) -> None:
    changes, kept = merged_sets({"needs": (ours, before, now)})
    becomes = changes.get("needs", ours)
    assert ours - before <= becomes
    if before <= ours:
        assert now <= becomes or before == now
        assert not kept


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where each edition of the file is written."""
    return tmp_path / "edition.csv"


def import_again(app: Flask, file: Path, **cells: str) -> str:
    """Reads the next edition, in which the row says something else; what the command printed."""
    result = run_import(app, *CARE, write_sheet(file, [care_row(**cells)]))
    assert counts_of(result)["changed"] == 1
    return str(result.stdout)


def change_here(fields: dict[str, Any], **parts: Any) -> Service:
    """A coordinator's change to the service."""
    with saved(by="coordinator"):
        service = service_of("CS1")
        directory.change_service(service, fields, **parts)
    return service


@pytest.fixture
def imported(app: Flask, file: Path) -> Flask:
    """A site that has read the first edition."""
    run_import(app, *CARE, write_sheet(file, [care_row()]))
    return app


def test_a_change_of_the_source_reaches_fields_that_nobody_here_touched(imported: Flask, file: Path) -> None:
    change_here({"url": "https://quayside.example"})
    stdout = import_again(
        imported,
        file,
        ServiceName="Quayside Plus",
        ServiceStatus="Inactive",
        ServiceProvider="Quayside Trust SCIO",
        Address_line_1="9 Ferry Road",
        Service_Phone_Number="01632 960002",
        CareService="Nurse Agency",
        Council_Area_Name="Fife",
    )
    service = service_of("CS1")
    assert (service.name, service.status, service.url) == ("Quayside Plus", ServiceStatus.PAUSED, "https://quayside.example")
    assert service.organisation.name == "Quayside Trust SCIO"
    assert [place.location.address_1 for place in service.places] == ["9 Ferry Road"]
    assert [phone.number for phone in service.phones] == ["01632 960002"]
    assert [need.code for need in service.needs] == ["nurse-agencies"]
    assert len(service.areas_served) == 1
    assert KEPT not in stdout


def test_an_edit_of_ours_is_kept_and_reported_while_the_rest_of_the_row_is_written(imported: Flask, file: Path) -> None:
    change_here({"name": "Quayside, by the bridge"}, phones=["01632 960999"], needs=[])
    stdout = import_again(
        imported,
        file,
        ServiceName="Quayside Plus",
        Service_Phone_Number="01632 960002",
        CareService="Nurse Agency",
        Registered_Places="40",
    )
    service = service_of("CS1")
    assert service.name == "Quayside, by the bridge"
    assert [phone.number for phone in service.phones] == ["01632 960999"]
    assert service.needs == []
    assert "Registered for 40 places." in service.description
    assert f"{KEPT}\n  line 2: Quayside, by the bridge: name, needs, phones\n" in stdout


def test_an_edit_of_ours_that_the_source_has_caught_up_with_is_not_reported(imported: Flask, file: Path) -> None:
    change_here({"name": "Quayside Plus"})
    assert KEPT not in import_again(imported, file, ServiceName="Quayside Plus")


def test_an_edit_of_ours_survives_a_source_that_says_the_same_as_before(imported: Flask, file: Path) -> None:
    change_here({"name": "Quayside, by the bridge"})
    assert KEPT not in import_again(imported, file, Registered_Places="40")
    assert service_of("CS1").name == "Quayside, by the bridge"


def test_numbers_and_needs_that_we_added_stay_beside_what_the_source_says_now(imported: Flask, file: Path) -> None:
    change_here({}, phones=["01632 960001", "01632 960999"])
    import_again(imported, file, Service_Phone_Number="01632 960002")
    assert {phone.number for phone in service_of("CS1").phones} == {"01632 960002", "01632 960999"}


def test_an_address_that_we_corrected_is_kept(imported: Flask, file: Path) -> None:
    with saved():
        directory.change_location(service_of("CS1").places[0].location, {"address_1": "1a Harbour Road"})
    stdout = import_again(imported, file, Address_line_1="9 Ferry Road")
    assert [place.location.address_1 for place in service_of("CS1").places] == ["1a Harbour Road"]
    assert "  line 2: Quayside Support CS1: address\n" in stdout


def test_a_place_that_we_marked_confidential_stays_so_when_its_address_changes(imported: Flask, file: Path) -> None:
    with saved():
        directory.change_location(service_of("CS1").places[0].location, {"is_confidential": True})
    import_again(imported, file, Address_line_1="9 Ferry Road")
    places = [place.location for place in service_of("CS1").places]
    assert [(place.address_1, place.is_confidential) for place in places] == [("9 Ferry Road", True)]


def test_a_newcomer_at_an_address_that_we_marked_confidential_is_confidential_too(imported: Flask, file: Path) -> None:
    with saved():
        directory.change_location(service_of("CS1").places[0].location, {"is_confidential": True})
    run_import(imported, *CARE, write_sheet(file, [care_row(), care_row("CS2")]))
    assert service_of("CS2").places[0].location.is_confidential


def test_a_service_that_we_paused_is_not_closed_over_our_heads(imported: Flask, file: Path) -> None:
    run_import(imported, *CARE, write_sheet(file, [care_row(), care_row("CS2")]))
    change_here({"status": ServiceStatus.PAUSED})
    result = run_import(imported, *CARE, write_sheet(file, [care_row("CS2")]))
    assert service_of("CS1").status is ServiceStatus.PAUSED
    assert "  CS1: Quayside Support CS1: status\n" in result.stdout


def test_every_change_of_an_import_is_in_the_log_from_what_to_what(imported: Flask, file: Path) -> None:
    import_again(imported, file, ServiceName="Quayside Plus", Address_line_1="9 Ferry Road", PublicList="Yes")
    logged = db.session.scalars(sa.select(Change).where(Change.action == "changed").order_by(Change.id)).all()
    assert {(change.by, change.record_type): change.fields for change in logged} == {
        ("command line", "service"): {"name": ["Quayside Support CS1", "Quayside Plus"]},
        ("command line", "location"): {"address_1": ["1 Harbour Road", "9 Ferry Road"]},
    }


def test_a_place_that_an_import_removes_is_in_the_log(imported: Flask, file: Path) -> None:
    import_again(imported, file, PublicList="No")
    removed = db.session.scalars(sa.select(Change.record_type).where(Change.action == "removed")).all()
    assert {"location", "service_at_location"} <= set(removed)
