"""The fictional district loads whole, once, with days that follow the day of loading."""

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Contact, Phone, Service
from partnerdir.errors import Conflict
from partnerdir.exchange.demonstration import add_demonstration, people
from partnerdir.exchange.demonstration_days import day_of, days_from
from partnerdir.funding.models import FundingWindow
from tests.exchange.files import count_rows
from tests.make import saved

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("offset", "today", "day"),
    [
        ({"days": -200}, date(2026, 11, 22), date(2026, 5, 6)),
        ({"march": 0}, date(2026, 11, 22), date(2027, 3, 31)),
        ({"march": 0}, date(2027, 3, 31), date(2027, 3, 31)),
        ({"march": 0}, date(2027, 4, 1), date(2028, 3, 31)),
        ({"march": -1, "days": 1}, date(2026, 11, 22), date(2026, 4, 1)),
        ({"march": 1}, date(2027, 1, 1), date(2028, 3, 31)),
        (None, date(2026, 11, 22), None),
    ],
)
def test_a_day_is_counted_from_the_day_of_loading_or_from_the_next_31_march(
    offset: dict[str, int] | None, today: date, day: date | None
) -> None:
    assert day_of(offset, today) == day


def test_no_number_of_days_is_no_day() -> None:
    assert days_from(TODAY, None) is None
    assert days_from(TODAY, -1) == date(2026, 11, 21)


def test_the_whole_district_is_loaded_with_everything_that_belongs_to_a_service(app_on_both: Flask) -> None:
    with saved():
        counts = add_demonstration(TODAY)
    rows = count_rows()
    assert counts["services"] == rows["service"] >= 140
    assert counts["organisations"] == rows["organisation"] >= 35
    assert counts["funding windows"] == rows["funding_window"]
    assert all(rows[table] for table in ("contact", "schedule", "service_at_location", "postcode", "service_need", "phone"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact).where(Contact.successor_id.is_not(None)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Phone).where(Phone.description != ""))


def test_the_next_31_march_is_a_cliff(app: Flask) -> None:
    with saved():
        add_demonstration(TODAY)
    ends = Counter(db.session.scalars(sa.select(FundingWindow.ends_on).where(FundingWindow.ends_on.is_not(None))))
    assert ends.most_common(1)[0][0] == date(2027, 3, 31)


def test_the_district_is_loaded_into_an_empty_directory_only(app: Flask) -> None:
    with saved():
        add_demonstration(TODAY)
    rows = count_rows()
    with pytest.raises(Conflict), saved():
        add_demonstration(TODAY)
    assert count_rows() == rows


def test_the_people_of_the_demonstration_watch_services_that_are_there(app: Flask) -> None:
    with saved():
        add_demonstration(TODAY)
    cast = people()
    assert {person.role for person in cast} == {"frontline", "coordinator", "steward"}
    watched = {service_id for person in cast for service_id in person.watched_service_ids}
    assert watched
    assert watched <= set(db.session.scalars(sa.select(Service.id)))
