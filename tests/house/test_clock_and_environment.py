"""Rule 3: the clock is read in clock.py alone, the environment in settings.py alone."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, Source, list_sources

CLOCK_FILE, SETTINGS_FILE = "partnerdir/clock.py", "partnerdir/settings.py"
# Counters that only measure how long something takes (time.monotonic, time.perf_counter) say no time of day.
CLOCKS = {
    *(f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime", "clock_gettime")),
    *("email.utils.formatdate", "email.utils.localtime", "werkzeug.http.http_date"),
}
OUR_CLOCK = {"partnerdir.clock.now", "partnerdir.clock.today"}
ASKING_THE_TIME = {"now", "utcnow", "today", "current_timestamp", "current_date", "localtimestamp", "sysdate"}
SQL_CLOCK = re.compile(r"\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\bLOCALTIME(STAMP)?\b|\bnow\(\)|'now'", re.IGNORECASE)

ENVIRONMENT = (
    *(f"os.{name}" for name in ("environ", "environb", "getenv", "getenvb", "putenv", "unsetenv", "path.expandvars")),
    *("posix.environ", "dotenv"),
)
ENVIRONMENT_OPTIONS = {"envvar", "auto_envvar_prefix", "show_envvar"}
ENVIRONMENT_METHODS = (".from_envvar", ".from_prefixed_env")


def clocks_read(root: Path) -> list[str]:
    """Places outside clock.py that ask what time or what day it is."""
    findings = []
    for source in list_sources(root):
        if source.path != CLOCK_FILE:
            told = {(use.line, use.name) for use in source.uses if use.name in CLOCKS or _asks_the_time(source, use.node)}
            told |= {(line, found.group()) for text, line in source.strings if (found := SQL_CLOCK.search(text))}
            findings += [f"{source.at(line)} reads the clock with {name}; partnerdir.clock does" for line, name in sorted(told)]
    return findings


def _asks_the_time(source: Source, node: ast.AST) -> bool:
    """`anything.today` of what is not followed back to our own clock, such as `type(day).today()` or `func.now()`."""
    if not isinstance(node, ast.Attribute) or node.attr not in ASKING_THE_TIME:
        return False
    is_called = any(isinstance(call, ast.Call) and call.func is node for call in source.nodes)
    return is_called and source.whole_name(node) not in OUR_CLOCK


def environment_read(root: Path) -> list[str]:
    """Places outside settings.py that read or change the environment."""
    findings = []
    for source in list_sources(root):
        if source.path != SETTINGS_FILE:
            told = {(use.line, use.name) for use in source.uses if _is_environment(use.name)}
            told |= {
                (option.value.lineno, option.arg)
                for option in source.nodes
                if isinstance(option, ast.keyword) and option.arg in ENVIRONMENT_OPTIONS
            }
            findings += [f"{source.at(line)} reads the environment with {name}; settings do" for line, name in sorted(told)]
    return findings


def _is_environment(name: str) -> bool:
    return any(f"{name}.".startswith(f"{part}.") for part in ENVIRONMENT) or name.endswith(ENVIRONMENT_METHODS)


def test_only_the_clock_file_reads_the_clock():
    assert_none(clocks_read(HOUSE))


def test_only_the_settings_file_reads_the_environment():
    assert_none(environment_read(HOUSE))


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nmoment = datetime.now()",
        "from datetime import datetime as dt\nmoment = dt.now()",
        "from datetime import datetime\nmoment = datetime.utcnow()",
        "from datetime import datetime\nd = datetime\nmoment = d.now()",
        "from datetime import datetime\nmoment = getattr(datetime, 'now')()",
        "from datetime import datetime\ncolumn = dict(default=datetime.now)",
        "import datetime\nday = datetime.date.today()",
        "import datetime as when\nday = when.date.today()",
        "from datetime import date\nday = date.today()",
        "from datetime import date\ndef age(day):\n    return type(day).today()",
        "import time\nseconds = time.time()",
        "from time import time\nseconds = time()",
        "from time import time_ns as tick",
        "import time\nday = time.strftime('%Y')",
        "from email.utils import formatdate\nheader = formatdate()",
        "import sqlalchemy as sa\nquery = sa.select(sa.func.now())",
        "import sqlalchemy as sa\nquery = sa.select(sa.func.current_date())",
        "import sqlalchemy as sa\nquery = sa.text('SELECT CURRENT_TIMESTAMP')",
        "import sqlalchemy as sa\nquery = sa.text(\"SELECT date('now')\")",
        "class Alert:\n    def is_due(self):\n        return self.dates.today() > 3",
    ],
)
def test_a_clock_read_elsewhere_is_caught(plant: Plant, code):
    assert clocks_read(plant("partnerdir/alerts/actions.py", f"{code}\n"))


@pytest.mark.parametrize(
    "code",
    [
        "import os\nhome = os.environ['HOME']",
        "import os; home = os.environ.get('HOME')",
        "import os as system\nhome = system.environ",
        "from os import environ",
        "from os import environ as e\nhome = e['HOME']",
        "import os\nhome = os.getenv('HOME')",
        "from os import getenv as asked\nhome = asked('HOME')",
        "import os\nos.putenv('HOME', '/')",
        "import os\nhome = getattr(os, 'environ')",
        "import os\nhome = os.path.expandvars('$HOME')",
        "from dotenv import load_dotenv\nload_dotenv()",
        "import click\noption = click.option('--home', envvar='HOME')",
        "def init_app(app):\n    app.config.from_prefixed_env()",
    ],
)
def test_an_environment_read_elsewhere_is_caught(plant: Plant, code):
    assert environment_read(plant("partnerdir/cli/people.py", f"{code}\n"))


def test_our_own_clock_and_counters_are_left_alone(plant: Plant):
    plant("partnerdir/clock.py", "from datetime import date\ndef today():\n    return date.today()\n")
    plant("partnerdir/settings.py", "import os\nhome = os.environ\n")
    plant("partnerdir/jobs.py", "import time\nfrom partnerdir.clock import today as day\ncount = time.monotonic(), day()\n")
    plant("partnerdir/web/pages.py", "from flask import request\nmethod = request.environ['REQUEST_METHOD']\n")
    root = plant("partnerdir/alerts/actions.py", "import datetime\nfrom partnerdir import clock\nday = clock.today()\n")
    assert clocks_read(root) == environment_read(root) == []
