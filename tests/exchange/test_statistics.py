"""After an import the database knows how large its tables have become, so that it looks things up by their indexes."""

from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db, refresh_statistics, writing
from partnerdir.exchange.layouts import CARE_INSPECTORATE
from tests.exchange.files import care_row, write_sheet


def test_the_change_log_is_followed_by_its_number_after_an_import_into_a_directory_that_was_empty(
    app: Flask, tmp_path: Path
) -> None:
    with writing(by="a test") as session:
        refresh_statistics(session)
    path = write_sheet(tmp_path / "edition.csv", [care_row(f"CS{number}") for number in range(50)])
    done = app.test_cli_runner().invoke(args=["import", "listings", CARE_INSPECTORATE.name, str(path)])
    assert done.exit_code == 0, done.output
    counted = db.session.scalars(sa.text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'change'")).all()
    assert {stat.split()[0] for stat in counted} == {str(db.session.scalar(sa.text("SELECT count(*) FROM change")))}
