"""What a grant of a 360Giving package becomes."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Location, Organisation
from partnerdir.exchange.grants import project_name
from partnerdir.funding.actions import change_window
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_windows
from partnerdir.funding.rules import Certainty, EndKind
from tests.exchange.files import count_changes, counts_of, grant, run_import, service_of, write_package
from tests.make import a_service, a_window, saved

NONE = {"added": 0, "changed": 0, "unchanged": 0, "gone": 0, "returned": 0, "refused": 0}
RECIPIENT = grant()["recipientOrganization"][0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where each edition of the package is written."""
    return tmp_path / "grants.json"


def window_of(key: str) -> FundingWindow:
    """The one window of the service that a grant pays for."""
    (window,) = list_windows(service_of(key).id)
    return window


def test_a_grant_becomes_a_service_of_its_recipient_with_a_window_of_its_fund(app_on_both: Flask, file: Path) -> None:
    assert counts_of(run_import(app_on_both, "grants", write_package(file, [grant()]))) == NONE | {"added": 1}
    service, window = service_of("360G-EXAMPLE-1"), window_of("360G-EXAMPLE-1")
    assert service.name == "Quayside Trust: the salary of the Community Development Worker"
    assert service.organisation.name == "Quayside Trust"
    assert [number.identifier for number in service.organisation.identifiers] == ["GB-SC-SC990001"]
    place = service.places[0]
    assert place.location.address_1 == "1 Harbour Road, The Quay"
    assert place.location.organisation_id == service.organisation_id
    assert place.description == "The organisation's address; the project may be somewhere else."
    assert (window.starts_on, window.ends_on, window.end_kind) == (date(2025, 7, 1), date(2026, 6, 30), EndKind.FIXED)
    assert (window.amount, window.currency, window.certainty) == (Decimal("15000.00"), "GBP", Certainty.CONFIRMED)
    assert (window.confirmed_by, window.confirmed_on) == ("National Funder", date(2025, 6, 10))
    assert (window.source, window.grant_id) == ("360Giving", "360G-EXAMPLE-1")
    assert (window.fund.name, window.fund.funder.identifier) == ("Stronger Places", "GB-SC-SC990002")
    changes = count_changes()
    assert counts_of(run_import(app_on_both, "grants", file)) == NONE | {"unchanged": 1}
    assert count_changes() == changes


def test_a_duration_without_an_end_gives_no_end(app: Flask, file: Path) -> None:
    run_import(
        app, "grants", write_package(file, [grant(plannedDates=[{"duration": 36}], dateModified="2025-12-01T09:00:00Z")])
    )
    window = window_of("360G-EXAMPLE-1")
    assert (window.starts_on, window.ends_on, window.end_kind) == (None, None, EndKind.UNKNOWN)
    assert window.confirmed_on == date(2025, 12, 1)


@pytest.mark.parametrize(
    ("planned", "days"),
    [
        ([], (None, None)),
        ([{"startDate": "2025-07-01", "endDate": "2026-07"}], (date(2025, 7, 1), None)),
        (
            [{"startDate": "2025-07-01", "endDate": "2025-12-31"}, {"startDate": "2026-01-01", "endDate": "2026-06-30"}],
            (date(2025, 7, 1), date(2026, 6, 30)),
        ),
        ([{"startDate": "2025-07-01", "endDate": "2025-12-31"}, {"startDate": "2026-01-01"}], (date(2025, 7, 1), None)),
        ([{"startDate": "2026-03-31", "endDate": "2026-03-31"}], (date(2026, 3, 31), date(2026, 3, 31))),
    ],
)
def test_planned_dates_give_the_days_that_they_say_and_no_other(
    app: Flask, file: Path, planned: list[dict[str, str]], days: tuple[date | None, date | None]
) -> None:
    run_import(app, "grants", write_package(file, [grant(plannedDates=planned)]))
    window = window_of("360G-EXAMPLE-1")
    assert (window.starts_on, window.ends_on) == days


def test_a_grant_from_no_programme_is_from_the_funders_general_fund(app: Flask, file: Path) -> None:
    bare = grant()
    del bare["grantProgramme"]
    run_import(app, "grants", write_package(file, [bare, grant(2, grantProgramme=[{"title": " "}])]))
    assert {window_of(f"360G-EXAMPLE-{number}").fund.name for number in (1, 2)} == {"General"}


def without(part: str) -> dict[str, Any]:
    """A second grant that lacks this part."""
    return {name: value for name, value in grant(2).items() if name != part}


@pytest.mark.parametrize(
    ("faulty", "where", "why"),
    [
        ("not a grant", "grant 2 (no id)", "is not an object"),
        (grant(2, id=""), "grant 2 (no id)", "id: is empty"),
        (grant(1), "grant 2 (360G-EXAMPLE-1)", "has the same id as grant 1 (360G-EXAMPLE-1)"),
        (without("recipientOrganization"), "grant 2 (360G-EXAMPLE-2)", "recipientOrganization: is missing"),
        (grant(2, recipientOrganization=[]), "grant 2 (360G-EXAMPLE-2)", "recipientOrganization: names nobody"),
        (
            grant(2, recipientOrganization=[RECIPIENT] * 2),
            "grant 2 (360G-EXAMPLE-2)",
            "recipientOrganization: names more than one, and",
        ),
        (grant(2, amountAwarded=-5), "grant 2 (360G-EXAMPLE-2)", "amountAwarded: is less than 0"),
        (grant(2, amountAwarded=1e300), "grant 2 (360G-EXAMPLE-2)", "amountAwarded: is 1000000000000 or more, which cannot be"),
        (grant(2, currency="pounds"), "grant 2 (360G-EXAMPLE-2)", "currency: is not three capital letters like GBP"),
        (grant(2, amountAwarded="a lot"), "grant 2 (360G-EXAMPLE-2)", "amountAwarded: is not a number"),
        (grant(2, title=7), "grant 2 (360G-EXAMPLE-2)", "title: is not text"),
        (grant(2, description="x" * 100_001), "grant 2 (360G-EXAMPLE-2)", "description: is longer than 100000 characters"),
        (
            without("recipientOrganization") | {"recipientIndividual": {"id": "1", "name": "somebody"}},
            "grant 2 (360G-EXAMPLE-2)",
            "is to a person, and people are never kept here",
        ),
    ],
)
def test_a_faulty_grant_is_refused_with_its_position_its_id_and_the_reason(
    app: Flask, file: Path, faulty: Any, where: str, why: str
) -> None:
    result = run_import(app, "grants", write_package(file, [grant(), faulty, grant(3)]))
    assert counts_of(result) == NONE | {"added": 2, "refused": 1}
    assert f"  {where}: {why}" in result.stdout
    assert "somebody" not in result.output


def test_a_part_that_nobody_has_heard_of_is_reported_and_those_left_out_on_purpose_are_not(app: Flask, file: Path) -> None:
    result = run_import(app, "grants", write_package(file, [grant(mood="fair", fromOpenCall="Y")]))
    assert "were left out: mood.\n" in result.stdout


def test_a_recipient_is_called_and_found_as_in_its_latest_grant(app: Flask, file: Path) -> None:
    older = grant(1, awardDate="2020-01-01", recipientOrganization=[RECIPIENT | {"name": "Quayside Club"}])
    run_import(app, "grants", write_package(file, [older, grant(2)]))
    assert [organisation.name for organisation in db.session.scalars(sa.select(Organisation))] == ["Quayside Trust"]
    assert len(db.session.scalars(sa.select(Location)).all()) == 1


def test_a_grant_that_changed_changes_its_window_unless_somebody_here_has(app: Flask, file: Path) -> None:
    run_import(app, "grants", write_package(file, [grant(1), grant(2)]))
    with saved(by="coordinator"):
        change_window(window_of("360G-EXAMPLE-2"), {"ends_on": date(2026, 9, 30)})
    longer = {"plannedDates": [{"startDate": "2025-07-01", "endDate": "2027-03-31"}], "amountAwarded": 20000}
    other_fund = {"grantProgramme": [{"title": "Core Costs"}]}
    result = run_import(app, "grants", write_package(file, [grant(1, **longer, **other_fund), grant(2, **longer)]))
    assert counts_of(result) == NONE | {"changed": 2}
    first, second = window_of("360G-EXAMPLE-1"), window_of("360G-EXAMPLE-2")
    assert (first.ends_on, first.amount, first.fund.name) == (date(2027, 3, 31), 20000, "Core Costs")
    assert (second.ends_on, second.amount, second.fund.name) == (date(2026, 9, 30), 20000, "Stronger Places")
    assert "grant 2 (360G-EXAMPLE-2): Quayside Trust: the salary" in result.stdout
    assert "starts on, ends on, end kind" in result.stdout


def test_a_window_that_somebody_here_typed_with_the_grants_number_is_left_alone(app: Flask, file: Path) -> None:
    with saved():
        a_window(a_service(), date(2026, 3, 31), grant_id="360G-EXAMPLE-1")
    result = run_import(app, "grants", write_package(file, [grant(1), grant(2)]))
    assert counts_of(result) == NONE | {"added": 1, "refused": 1}
    assert "grant 1 (360G-EXAMPLE-1): somebody here has already entered a funding window" in result.stdout


@pytest.mark.parametrize(
    ("title", "description", "name"),
    [
        ("Grant to Quayside Trust", "Pathfinder  Programme", "Quayside Trust: Pathfinder Programme"),
        ("Grants for Quayside Trust", "", "Quayside Trust"),
        ("Scholarship to Quayside Trust", "the rent", "Quayside Trust: the rent"),
        ("Youth café in Saltness", "the rent", "Youth café in Saltness"),
        ("", "the rent", "Quayside Trust: the rent"),
    ],
)
def test_a_project_is_called_by_its_title_or_by_who_runs_it_and_what_it_is_for(title: str, description: str, name: str) -> None:
    assert project_name("Quayside Trust", title, description) == name


def test_the_name_of_a_project_has_at_most_a_hundred_characters() -> None:
    for recipient in ("Quayside Trust", "Q" * 90, "Q" * 300, "word " * 60):
        name = project_name(recipient, f"Grant to {recipient}", "words and more words " * 20)
        assert len(name) <= 100
        assert name.startswith(recipient[:40])
