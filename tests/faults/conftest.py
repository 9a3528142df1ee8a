"""What the fault tests share: the ground they are tried on, the count of what came, and the table that is made of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts import post
from tests.faults.ground import Ground, Tally, prepared
from tests.faults.table import COUNTS, PAGE, Result, page_of
from tests.system_packages import find_faketime

OPTION = "--write-fault-table"
_results: dict[str, Result] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that writes the table."""
    parser.addoption(OPTION, action="store_true", help="write docs/faults.md from how the fault tests come out")


def pytest_configure(config: pytest.Config) -> None:
    """Makes the mark known."""
    config.addinivalue_line("markers", "shows(part, line): the line of docs/faults.md that a test shows")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remembers how a test came out, and what it counted."""
    if "tests/faults/" not in report.nodeid or (report.when != "call" and report.passed):
        return
    result = _results.setdefault(report.nodeid.rpartition("/")[2].partition("[")[0], Result())
    if hasattr(report, "wasxfail"):
        result.words.add(f"does not hold yet: {report.wasxfail}")
    else:
        result.words.add({"passed": "held", "skipped": "not run on this machine", "failed": "FAILED"}[report.outcome])
    for name, value in report.user_properties:
        if name in COUNTS and isinstance(value, int) and report.when == "call":
            result.counts[name] += value


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the table, in the process that saw every test."""
    if session.config.getoption(OPTION, default=False) and not hasattr(session.config, "workerinput"):
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        PAGE.write_text(page_of(_results, before), encoding="utf-8")


class Outcome:
    """What a test counted, and whether that is as it must be."""

    def __init__(self, item: pytest.Item) -> None:
        self.item = item

    def holds(self, tally: Tally, again_at_most: int = 0) -> None:
        """None lost, none doubled, and so many at most again under the same Message-ID."""
        self._record(tally)
        assert tally.due > 0
        assert (tally.lost, tally.doubled) == (0, 0), tally
        assert tally.repeated <= again_at_most, tally

    def catches(self, tally: Tally) -> None:
        """A planted fault shows in the count."""
        self._record(tally)
        assert tally.lost or tally.doubled or tally.repeated, tally

    def _record(self, tally: Tally) -> None:
        self.item.user_properties += [(name, getattr(tally, name)) for name in COUNTS]


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Iterator[Outcome]:
    """Where a test says what it counted; one that asks for it and counts nothing is a fault."""
    outcome = Outcome(request.node)
    yield outcome
    assert outcome.item.user_properties, "this test counted nothing"


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A site on SQLite and a mail server."""
    with post.running() as server, prepared(tmp_path, server) as made:
        yield made


@pytest.fixture
def ground_on_both(database_url: str, tmp_path: Path) -> Iterator[Ground]:
    """The same, once on each database."""
    with post.running() as server, prepared(tmp_path, server, database_url) as made:
        yield made


@pytest.fixture
def fake_clocks() -> None:
    """Asks for the library that gives a process another clock."""
    if find_faketime() is None:
        pytest.skip("libfaketime is not on this machine: install Debian's package 'faketime' to run this test")
