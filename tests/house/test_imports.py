"""Rule 1: imports fall from floor to floor, and every one of them is said at the top of its file."""

import sys
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.floors import NEIGHBOURS, REST, STEPS, find_floor, room_of
from tests.house.source import HOUSE, Import, Source, list_sources

LOADERS = (
    *(f"importlib.{name}" for name in ("import_module", "__import__", "reload", "util", "machinery")),
    *(f"builtins.{name}" for name in ("__import__", "exec", "eval")),
    *("pkgutil", "runpy", "sys.modules", "werkzeug.utils.import_string"),
)


def rising_imports(root: Path) -> list[str]:
    """Imports of a floor above, or of a room beside."""
    return [
        f"{source.at(brought.line)} imports {brought.name}, {problem}"
        for source in list_sources(root)
        for brought in source.imports
        if (problem := _rise(source, brought))
    ]


def _rise(source: Source, brought: Import) -> str | None:
    here, there = room_of(source.module), room_of(brought.name)
    if there is None or here == there != "":
        return None
    floor, other = find_floor(here), find_floor(there)
    if other is None:
        return "which is no room of the house"
    if floor is None:
        return "from a file that is on no floor"
    if other > floor:
        return "a floor above its own"
    return "a room beside its own" if other == floor and (here, there) not in NEIGHBOURS else None


def hidden_imports(root: Path) -> list[str]:
    """Imports that the top of the file does not tell of."""
    findings = []
    for source in list_sources(root):
        for brought in source.imports:
            if brought.is_inside:
                findings.append(f"{source.at(brought.line)} imports {brought.name} inside a function or class")
            elif brought.name.endswith(".*"):
                findings.append(f"{source.at(brought.line)} imports everything of {brought.name[:-2]}, whatever that is")
            elif brought.is_for_types_only and room_of(brought.name) not in (None, room_of(source.module)):
                findings.append(f"{source.at(brought.line)} imports {brought.name} under TYPE_CHECKING")
        for use in source.uses:
            if any(f"{use.name}.".startswith(f"{loader}.") for loader in LOADERS):
                findings.append(f"{source.at(use.line)} uses {use.name}, which imports without saying so")
    return findings


def imports_against_the_order_of_the_room(root: Path) -> list[str]:
    """Inside a room: models, rules and what is as pure as they, then queries, then actions, then the rest."""
    findings, pure = [], list_pure_modules(root)
    for source in list_sources(root):
        room = room_of(source.module)
        step = STEPS.get(source.stem, REST)
        for brought in source.imports:
            parts = brought.name.split(".")
            is_later = room and room_of(brought.name) == room and len(parts) > 2 and STEPS.get(parts[2], REST) > step
            if is_later and ".".join(parts[:3]) not in pure:
                findings.append(f"{source.at(brought.line)} imports {brought.name}, which comes after {source.stem}")
    return findings


def list_pure_modules(root: Path) -> set[str]:
    """Files that use the standard library only, or files of ours that do so all the way down."""
    sources = {source.module: source for source in list_sources(root)}
    pure = set(sources)
    while impure := {name for name in pure if any(_is_impure(brought, pure) for brought in sources[name].imports)}:
        pure -= impure
    return pure


# Rules say sentences, in the language spoken: the one file that rests on a library and that they may rest on.
SAID_BY_RULES = "partnerdir.languages"


def _is_impure(brought: Import, pure: set[str]) -> bool:
    if SAID_BY_RULES in (brought.name, brought.name.rpartition(".")[0]):
        return False
    is_ours = brought.name in pure or brought.name.rpartition(".")[0] in pure
    return not is_ours and brought.name.partition(".")[0] not in sys.stdlib_module_names


def impure_rules(root: Path) -> list[str]:
    """What rules import beyond the standard library and files that are as pure."""
    pure = list_pure_modules(root)
    return [
        f"{source.at(brought.line)} imports {brought.name}; rules use the standard library, and files of ours that do so too"
        for source in list_sources(root)
        if source.stem == "rules"
        for brought in source.imports
        if _is_impure(brought, pure)
    ]


@pytest.mark.parametrize("check", [rising_imports, hidden_imports, imports_against_the_order_of_the_room, impure_rules])
def test_every_import_of_the_house_falls_and_is_said_at_the_top(check):
    assert_none(check(HOUSE))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("partnerdir/directory/queries.py", "from partnerdir.funding.models import Fund"),
        ("partnerdir/directory/queries.py", "from partnerdir import funding"),
        ("partnerdir/directory/queries.py", "from partnerdir import funding as money"),
        ("partnerdir/directory/queries.py", "import partnerdir.funding.models as models"),
        ("partnerdir/directory/queries.py", "from ..funding import models"),
        ("partnerdir/directory/queries.py", "from .. import funding"),
        ("partnerdir/directory/__init__.py", "from ..funding import models"),
        ("partnerdir/directory/queries.py", "def list_funds():\n    from partnerdir.funding.models import Fund"),
        ("partnerdir/directory/queries.py", "try:\n    from partnerdir.funding import models\nexcept ImportError:\n    pass"),
        ("partnerdir/directory/queries.py", "import partnerdir"),
        ("partnerdir/directory/models.py", "from partnerdir.geography.models import Area"),
        ("partnerdir/accounts/models.py", "from partnerdir.directory.models import Organisation"),
        ("partnerdir/alerts/actions.py", "from partnerdir.search.finder import Finder"),
        ("partnerdir/reports/queries.py", "from partnerdir.exchange import layouts"),
        ("partnerdir/database.py", "from partnerdir.tables import Base"),
        ("partnerdir/migrations/env.py", "from partnerdir.factory import create_app"),
        ("partnerdir/web/pages.py", "from app import app"),
        ("partnerdir/web/pages.py", "from partnerdir.factory import create_app"),
        ("partnerdir/web/pages.py", "from partnerdir.cli import people"),
        ("partnerdir/jobs.py", "from partnerdir.cli import people"),
        ("partnerdir/stray.py", "from partnerdir import clock"),
        ("partnerdir/web/pages.py", "from partnerdir.stray import thing"),
    ],
)
def test_an_import_that_rises_is_caught(plant: Plant, path, code):
    assert any(finding.startswith(f"{path} line ") for finding in rising_imports(plant(path, f"{code}\n")))


@pytest.mark.parametrize(
    "code",
    [
        "def outlook():\n    from partnerdir.directory import rules",
        "class Outlook:\n    import json",
        "async def outlook():\n    import json",
        "def outlook():\n    if True:\n        import json",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from partnerdir.directory.models import Service",
        "from typing import TYPE_CHECKING as asked\nif asked:\n    from partnerdir.directory.models import Service",
        "import typing\nif typing.TYPE_CHECKING:\n    from partnerdir.directory.models import Service",
        "import typing as t\nif t.TYPE_CHECKING:\n    from partnerdir.directory.models import Service",
        "from partnerdir.directory.models import *",
        'import importlib\nalerts = importlib.import_module("partnerdir.alerts")',
        'from importlib import import_module as load\nalerts = load("partnerdir.alerts")',
        'import importlib\nload = importlib.import_module\nalerts = load("partnerdir.alerts")',
        'import importlib\nalerts = getattr(importlib, "import_module")("partnerdir.alerts")',
        'alerts = __import__("partnerdir.alerts")',
        'exec("import partnerdir.alerts")',
        'import sys\nalerts = sys.modules["partnerdir.alerts"]',
        'import pkgutil\nalerts = pkgutil.resolve_name("partnerdir.alerts")',
        'from werkzeug.utils import import_string\nalerts = import_string("partnerdir.alerts")',
    ],
)
def test_an_import_that_hides_is_caught(plant: Plant, code):
    assert hidden_imports(plant("partnerdir/funding/queries.py", f"{code}\n"))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("partnerdir/funding/models.py", "from partnerdir.funding.queries import list_funds"),
        ("partnerdir/funding/queries.py", "from partnerdir.funding import actions"),
        ("partnerdir/funding/queries.py", "from . import actions"),
        ("partnerdir/funding/queries.py", "from .actions import add_fund"),
        ("partnerdir/alerts/actions.py", "from partnerdir.alerts.outbox import claim"),
        ("partnerdir/alerts/queries.py", "import partnerdir.alerts.email"),
    ],
)
def test_an_import_against_the_order_of_the_room_is_caught(plant: Plant, path, code):
    assert len(imports_against_the_order_of_the_room(plant(path, f"{code}\n"))) == 1


@pytest.mark.parametrize(
    "code",
    ["import sqlalchemy", "from partnerdir import clock", "from partnerdir.funding.models import Fund", "from . import models"],
)
def test_rules_that_are_not_pure_are_caught(plant: Plant, code):
    assert len(impure_rules(plant("partnerdir/funding/rules.py", f"{code}\n"))) == 1


def test_rules_that_lean_on_a_file_that_is_not_pure_are_caught(plant: Plant):
    plant("partnerdir/funding/spans.py", "import sqlalchemy\n")
    plant("partnerdir/funding/days.py", "from partnerdir.funding.spans import Span\n")
    root = plant("partnerdir/funding/rules.py", "from partnerdir.funding.days import Day\n")
    assert len(impure_rules(root)) == 1
    plant("partnerdir/funding/spans.py", "import calendar\n")
    assert impure_rules(root) == []


def test_imports_that_fall_are_left_alone(plant: Plant):
    plant("app.py", "from partnerdir.factory import create_app\n")
    plant("partnerdir/cli/work.py", "from partnerdir.jobs import JOBS\n")
    plant("partnerdir/changes.py", "import os.path\nfrom partnerdir import clock\nfrom partnerdir.database import db\n")
    plant("partnerdir/funding/rules.py", "from datetime import date\nimport re\nWORD = re.compile('a')\n")
    root = plant("partnerdir/funding/actions.py", "from partnerdir.directory.models import Service\nfrom . import queries\n")
    for check in (rising_imports, hidden_imports, imports_against_the_order_of_the_room, impure_rules):
        assert check(root) == []
