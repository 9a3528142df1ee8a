"""A year of real grants, lived day by day on a machine that is often down."""

from pathlib import Path

from flask import Flask

from partnerdir.settings import Settings
from tests.alerts.replay import replayed, some_grants


def test_a_year_of_real_grants_tells_each_person_what_an_independent_count_finds(
    app: Flask, settings: Settings, shared_data: Path, tmp_path: Path
) -> None:
    file = some_grants(shared_data / "grants" / "lloyds-bank-foundation.json", 15, tmp_path)
    replay = replayed(app, settings, file, people=3, each=12)
    assert replay.mails == replay.expected
    assert replay.told == replay.told_expected
    assert replay.told.total() > replay.mails.total()
    assert min(replay.mails.values()) > 5
    assert replay.differences == []
    assert 100 <= replay.median_lead <= 180
