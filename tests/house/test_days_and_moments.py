"""Days end in `_on` and moments in `_at`, so that nobody compares one with the other."""

import pytest
import sqlalchemy as sa

from partnerdir.database import Moment
from partnerdir.tables import Base
from tests.house.findings import assert_none


def misnamed_days_and_moments(tables: sa.MetaData) -> list[str]:
    """Columns whose name and kind of time do not agree; a time of day, such as opens_at, may end in `_at` too."""
    return [
        f"{table.name}.{column.name} holds {column.type!r}; {problem}"
        for table in tables.sorted_tables
        for column in table.columns
        if (problem := _problem(column))
    ]


def _problem(column: sa.Column) -> str | None:
    kind = column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type
    is_day, is_moment, is_time = (isinstance(kind, known) for known in (sa.Date, sa.DateTime, sa.Time))
    if is_day and not column.name.endswith("_on"):
        return "a day ends in _on"
    if is_moment and not column.name.endswith("_at"):
        return "a moment ends in _at"
    if is_moment and not isinstance(column.type, Moment):
        return "a moment is kept as Moment, which knows its time zone"
    if column.name.endswith("_on") and not is_day:
        return "only a day ends in _on"
    if column.name.endswith("_at") and not (is_moment or is_time):
        return "only a moment ends in _at"
    return None


def test_every_day_ends_in_on_and_every_moment_in_at():
    assert_none(misnamed_days_and_moments(Base.metadata))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("end_date", sa.Date()),
        ("ends_at", sa.Date()),
        ("sent", Moment()),
        ("sent_on", Moment()),
        ("sent_at", sa.DateTime()),
        ("sent_at", sa.TIMESTAMP(timezone=True)),
        ("ends_on", sa.String()),
        ("sent_at", sa.Integer()),
    ],
)
def test_a_day_or_moment_with_the_wrong_name_is_caught(name, kind):
    tables = sa.MetaData()
    sa.Table("window", tables, sa.Column(name, kind))
    assert len(misnamed_days_and_moments(tables)) == 1


def test_days_moments_and_times_with_their_own_names_are_left_alone():
    tables = sa.MetaData()
    sa.Table("window", tables, sa.Column("ends_on", sa.Date), sa.Column("sent_at", Moment), sa.Column("opens_at", sa.Time))
    assert misnamed_days_and_moments(tables) == []
