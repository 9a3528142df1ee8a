"""Rule 6: what follows from a change is found from above, never called from below."""

import re
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.floors import DOORS, GROUND, floor_of, room_of
from tests.house.source import HOUSE, Source, list_sources

RECORDS = ("directory", "geography", "accounts", "funding")
FOLLOWERS = ("search", "alerts")
SIGNALS = ("blinker", "flask.signals", "flask_sqlalchemy.track_modifications")
LISTENERS = ("event.listen", "event.listens_for", "event.Events", "orm.events")


def consequences_named_below(root: Path) -> list[str]:
    """Places where records import or name what follows from them: modules, models and tables of search and alerts."""
    models = _names_of_models(root)
    findings = []
    for source in list_sources(root, *(f"partnerdir/{room}" for room in RECORDS)):
        told = {(brought.line, brought.name) for brought in source.imports if room_of(brought.name) in FOLLOWERS}
        for text, line in source.strings:
            if room_of(text) in FOLLOWERS or text.partition(".")[0] in models:
                told.add((line, text))
        told |= {(use.line, use.name) for use in source.uses if use.name.startswith("here.") and use.name[5:] in models}
        findings += [f"{source.at(line)} names {name}, which follows from it" for line, name in sorted(told)]
    return findings


def _names_of_models(root: Path) -> set[str]:
    """The classes that search and alerts store, and their tables."""
    found = re.findall(r"^class (\w+)\(", "\n".join(s.text for s in _list_models(root)), re.MULTILINE)
    return {*found, *(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in found)}


def _list_models(root: Path) -> list[Source]:
    return [s for s in list_sources(root, *(f"partnerdir/{room}" for room in FOLLOWERS)) if s.stem == "models"]


def listeners_upstairs(root: Path) -> list[str]:
    """Listeners on records outside the ground floor, and signals below the doors."""
    findings = []
    for source in list_sources(root):
        floor = floor_of(source)
        for use in source.uses:
            if floor > GROUND and _listens(use.name):
                findings.append(f"{source.at(use.line)} listens to records with {use.name}; only the ground floor does")
            elif floor < DOORS and any(f"{use.name}.".startswith(f"{signal}.") for signal in SIGNALS):
                findings.append(f"{source.at(use.line)} uses the signals of {use.name}; only doors do")
    return findings


def _listens(name: str) -> bool:
    return f".{name}".endswith(tuple(f".{listener}" for listener in LISTENERS)) or name.endswith(".listens_for")


def test_records_name_nothing_that_follows_from_them():
    assert_none(consequences_named_below(HOUSE))


def test_nothing_listens_to_records_above_the_ground_floor():
    assert_none(listeners_upstairs(HOUSE))


def test_the_models_that_follow_are_known(plant: Plant):
    root = plant("partnerdir/alerts/models.py", "class ContactWatch(Record, db.Model):\n    pass\n")
    assert _names_of_models(root) == {"ContactWatch", "contact_watch"}


@pytest.mark.parametrize(
    "code",
    [
        "from partnerdir.search.following import follow_changes",
        "from partnerdir import alerts",
        "from ..alerts import actions",
        "def retire_window():\n    from partnerdir.alerts.actions import add_alert",
        "import importlib\nalerts = importlib.import_module('partnerdir.alerts.actions')",
        "watches = relationship('Watch')",
        "watch_id = mapped_column(ForeignKey('watch.id'))",
        "class Service:\n    watches: list[Watch]",
    ],
)
def test_records_that_name_what_follows_are_caught(plant: Plant, code):
    plant("partnerdir/alerts/models.py", "class Watch(Record, db.Model):\n    pass\n")
    assert len(consequences_named_below(plant("partnerdir/funding/actions.py", f"{code}\n"))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import event\nevent.listen(Service, 'after_update', print)",
        "from sqlalchemy import event as e\n@e.listens_for(Service, 'after_update')\ndef tell(*_):\n    pass",
        "from sqlalchemy.event import listens_for",
        "import sqlalchemy as sa\nsa.event.listen(Service, 'after_update', print)",
        "from partnerdir.database import db\ndb.event.listens_for(Service, 'after_update')",
        "from blinker import Namespace\nchanged = Namespace().signal('changed')",
        "import blinker",
        "from flask.signals import request_finished",
    ],
)
def test_a_listener_upstairs_is_caught(plant: Plant, code):
    assert listeners_upstairs(plant("partnerdir/search/following.py", f"{code}\n"))


def test_the_ground_floor_may_listen_and_the_doors_may_signal(plant: Plant):
    plant("partnerdir/changes.py", "from sqlalchemy import event\n@event.listens_for(S, 'before_flush')\ndef f(s):\n    pass\n")
    assert listeners_upstairs(plant("partnerdir/web/pages.py", "from blinker import signal\n")) == []
