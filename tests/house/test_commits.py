"""Rule 4: only doors commit. What is done below is kept or undone as a whole by whoever let it in."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.floors import DOORS, floor_of
from tests.house.source import HOUSE, Source, list_functions, list_sources

# Where the one writing context is, and the exception that the rule itself names: the outbox commits before it sends.
CONTEXT = ("partnerdir/database.py", "writing")
OUTBOX = "partnerdir/alerts/outbox.py"
DOOR_MAKERS = {"partnerdir.database.writing", "partnerdir.database.begin_writing"}
COMMITS = {"commit", "begin", "begin_twophase"}  # `with session.begin():` commits when it ends
SQL_COMMIT = re.compile(r"^\s*((?i:commit)|END)(\s+(?i:work|transaction))?\s*;?\s*$|\bAUTOCOMMIT\b")


def commits_below_the_doors(root: Path) -> list[str]:
    """Commits outside the one writing context, and uses of that context below the doors."""
    findings = []
    for source in list_sources(root):
        if source.path == OUTBOX:
            continue
        for use in source.uses:
            if use.name in DOOR_MAKERS and floor_of(source) < DOORS:
                findings.append(f"{source.at(use.line)} opens a transaction with {use.name}; only doors do")
            elif use.name.rpartition(".")[2] in COMMITS and _is_of_the_database(source, use.node):
                findings.append(f"{source.at(use.line)} commits with {use.name}; only doors do, through 'writing'")
        findings += [
            f"{source.at(line)} commits with the SQL {text!r}; only doors do, through 'writing'"
            for text, line in source.strings
            if SQL_COMMIT.search(text)
        ]
    return findings


def _is_of_the_database(source: Source, node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute | ast.Call):
        return False
    if source.path == CONTEXT[0] and _is_within(source, node, CONTEXT[1]):
        return False
    receiver = node.value if isinstance(node, ast.Attribute) else node.args[0]
    return not _is_index_writer(source, receiver)


def _is_within(source: Source, node: ast.AST, function: str) -> bool:
    return any(node in ast.walk(found) for found, owner in list_functions(source) if found.name == function and owner is None)


def _is_index_writer(source: Source, receiver: ast.expr) -> bool:
    """Whether this name only ever holds what `.writer()` of a search index gave; that is no transaction of records."""
    if not isinstance(receiver, ast.Name) or not any(brought.name.startswith("whoosh.") for brought in source.imports):
        return False
    given = [
        node.value
        for node in source.nodes
        if isinstance(node, ast.Assign) and any(isinstance(name, ast.Name) and name.id == receiver.id for name in node.targets)
    ]
    return bool(given) and all(source.whole_name(value).endswith(".writer()") for value in given)


def test_only_doors_commit():
    assert_none(commits_below_the_doors(HOUSE))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("partnerdir/funding/actions.py", "from partnerdir.database import db\ndb.session.commit()"),
        ("partnerdir/funding/actions.py", "def add_fund(session):\n    session.commit()"),
        ("partnerdir/funding/actions.py", "def add_fund(session):\n    finish = session.commit\n    finish()"),
        ("partnerdir/funding/actions.py", "def add_fund(session):\n    getattr(session, 'commit')()"),
        ("partnerdir/funding/actions.py", "def add_fund(session):\n    with session.begin():\n        pass"),
        ("partnerdir/funding/actions.py", "from partnerdir.database import db\nwith db.engine.begin() as c:\n    pass"),
        ("partnerdir/funding/actions.py", "def add_fund(session, text):\n    session.execute(text('COMMIT'))"),
        ("partnerdir/funding/actions.py", "def add_fund(c):\n    c.execution_options(isolation_level='AUTOCOMMIT')"),
        ("partnerdir/funding/actions.py", "from partnerdir.database import writing\nwith writing(by='me'):\n    pass"),
        ("partnerdir/funding/actions.py", "from partnerdir import database as d\nwith d.writing(by='me'):\n    pass"),
        ("partnerdir/alerts/actions.py", "from partnerdir.database import begin_writing as b\nb(by='me')"),
        ("partnerdir/search/index.py", "import whoosh.index\ndef add_service(session):\n    session.commit()"),
        ("partnerdir/search/index.py", "def add_service(pool):\n    writer = pool.writer()\n    writer.commit()"),
        ("partnerdir/web/coordinator/windows.py", "from partnerdir.database import db\ndb.session.commit()"),
        ("partnerdir/cli/people.py", "from partnerdir.database import db\ndb.session.commit()"),
        ("partnerdir/database.py", "def begin_writing(session):\n    session.commit()"),
        ("partnerdir/database.py", "class Record:\n    def writing(self, session):\n        session.commit()"),
    ],
)
def test_a_commit_below_the_doors_is_caught(plant: Plant, path, code):
    assert any(finding.startswith(f"{path} line ") for finding in commits_below_the_doors(plant(path, f"{code}\n")))


def test_the_writing_context_the_outbox_and_the_doors_are_left_alone(plant: Plant):
    plant("partnerdir/database.py", "def writing(by):\n    session.commit()\n")
    plant("partnerdir/alerts/outbox.py", "from partnerdir.database import db\ndb.session.commit()\n")
    plant("partnerdir/web/access.py", "from partnerdir.database import writing\n")
    plant("partnerdir/web/forms/saving.py", "from partnerdir.database import db\nwith db.session.begin_nested():\n    pass\n")
    plant("partnerdir/cli/doors.py", "from partnerdir.database import writing\nwords = 'Commit to the end.'\n")
    root = plant("partnerdir/search/index.py", "from whoosh.index import open_dir\nw = open_dir('a').writer()\nw.commit()\n")
    assert commits_below_the_doors(root) == []
