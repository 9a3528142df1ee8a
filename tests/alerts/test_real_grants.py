"""On real grants: what the mail of one day tells is what a few plain lines find in the publisher's own file."""

import json
import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.alerts.models import Alert
from partnerdir.database import db
from partnerdir.dates import spoken_day
from partnerdir.directory.models import Service
from partnerdir.funding.models import FundingWindow
from tests import make
from tests.alerts.cast import WORKER, watch
from tests.alerts.post import Post

DAY = date(2018, 2, 15)
WATCHED = 10


def endings_expected(file: Path, watched: dict[str, str]) -> dict[str, str]:
    """The independent count: of the grants watched, by id, those that end within 180 days, and when."""
    due = {}
    for grant in json.loads(file.read_text())["grants"]:
        if grant["id"] in watched:
            end = date.fromisoformat(grant["plannedDates"][0]["endDate"][:10])
            if 0 <= (end - DAY).days <= 180:
                due[watched[grant["id"]]] = spoken_day(end)
    return due


@pytest.fixture
def grants_file(shared_data: Path) -> Path:
    return shared_data / "grants" / "lloyds-bank-foundation.json"


def test_of_ten_watched_services_those_are_told_that_an_independent_count_finds(
    app: Flask, grants_file: Path, mail_server: Post
) -> None:
    command = app.test_cli_runner().invoke
    assert command(args=["import", "grants", str(grants_file)]).exit_code == 0
    watched = watch_some_around(DAY)
    expected = endings_expected(grants_file, watched)
    assert 3 <= len(expected) < WATCHED
    command(args=["alerts", "scan", "--on", DAY.isoformat(), "--send"])
    assert command(args=["alerts", "deliver"]).output == f"{len(expected)} sent; 0 waiting.\n"
    assert endings_told(mail_server) == expected
    command(args=["alerts", "scan", "--on", DAY.isoformat(), "--send"])
    assert command(args=["alerts", "deliver"]).output == "Nothing to send; 0 waiting.\n"
    assert mail_server.recipients == [WORKER]


def watch_some_around(day: date) -> dict[str, str]:
    """Watches ten services whose money ended lately, ends soon or ends later: grant id to the service's address."""
    query = (
        sa.select(FundingWindow.grant_id, Service)
        .join(Service, Service.id == FundingWindow.service_id)
        .where(FundingWindow.ends_on.between(day - timedelta(200), day + timedelta(400)))
        .order_by(FundingWindow.grant_id)
    )
    watched = {}
    with make.saved() as session:
        found = session.execute(query).all()
        for grant_id, service in found[:: len(found) // WATCHED][:WATCHED]:
            watch(service, day=date(2026, 11, 22))
            watched[str(grant_id)] = f"https://directory.example/services/{service.id}"
    return watched


def endings_told(server: Post) -> dict[str, str]:
    """For each service that the one mail links to by its alert, the day in the line that says the fact."""
    (mail,) = server.mails
    body = mail.get_body(("plain",))
    assert body is not None
    told, day = {}, ""
    for line in body.get_content().splitlines():
        if line.startswith("Funding for "):
            day = line.rsplit(" on ", 1)[1].split(",")[0].removeprefix("about ")
        elif line.startswith("Read more: "):
            alert = db.session.get_one(Alert, uuid.UUID(line.rpartition("#alert-")[2]))
            told[f"https://directory.example/services/{alert.service_id}"] = day
    return told
