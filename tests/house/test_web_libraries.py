"""Rule 2: the web stays upstairs; only the doors know that there is one."""

from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.floors import DOORS, floor_of
from tests.house.source import HOUSE, list_sources

WEB = ("flask", "wtforms", "werkzeug", "govuk_frontend")
# The exceptions that the rule itself names: one file, one library (for accounts, docs/decisions/0005-accounts.md).
NAMED = {
    "partnerdir/database.py": "flask_sqlalchemy",
    "partnerdir/accounts/models.py": "flask_security",
    "partnerdir/accounts/invitations.py": "flask_security",
}


def web_libraries_downstairs(root: Path) -> list[str]:
    """Libraries of the web, imported below the doors."""
    findings = []
    for source in list_sources(root):
        if floor_of(source) >= DOORS:
            continue
        for brought in source.imports:
            library = brought.name.partition(".")[0].lower()
            if library.startswith(WEB) and NAMED.get(source.path) != library:
                findings.append(f"{source.at(brought.line)} imports {brought.name}, which belongs to the doors")
    return findings


def test_only_the_doors_know_of_the_web():
    assert_none(web_libraries_downstairs(HOUSE))


@pytest.mark.parametrize("path", ["partnerdir/funding/queries.py", "partnerdir/alerts/email.py", "partnerdir/clock.py"])
@pytest.mark.parametrize(
    "code",
    [
        "import flask",
        "import flask as web",
        "from flask import request as r",
        "from flask import current_app",
        "from flask.globals import current_app",
        "from flask_security import UserMixin",
        "from flask_sqlalchemy import SQLAlchemy",
        "from wtforms.validators import Optional",
        "from werkzeug.exceptions import NotFound",
        "from govuk_frontend_wtf.wtforms_widgets import GovTextInput",
        "def find_fund():\n    from flask import g",
    ],
)
def test_the_web_downstairs_is_caught(plant: Plant, path, code):
    assert len(web_libraries_downstairs(plant(path, f"{code}\n"))) == 1


@pytest.mark.parametrize(("path", "library"), NAMED.items())
def test_a_named_exception_may_bring_its_one_library_and_no_other(plant: Plant, path, library):
    root = plant(path, f"from {library} import anything\nfrom flask import current_app\n")
    assert web_libraries_downstairs(root) == [f"{path} line 2 imports flask.current_app, which belongs to the doors"]


def test_the_doors_may_use_the_web(plant: Plant):
    plant("partnerdir/cli/people.py", "from flask import Flask\n")
    assert web_libraries_downstairs(plant("partnerdir/factory.py", "from flask import Flask\n")) == []
