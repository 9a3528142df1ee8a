"""Rule 10: nothing is long without a reason written beside it, as `# long because the table is one thing`."""

import re
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, Function, list_functions, list_sources

FILE, FUNCTION, TEMPLATE = 300, 40, 120
REASON = re.compile(r"#\s*long because\s+\w+")
TEMPLATE_REASON = re.compile(r"\{#-?\s*long because\s+\w+")
TOP = 10  # a reason for a whole file stands in its first lines


def long_parts(root: Path) -> list[str]:
    """Files, functions and templates that are long and do not say why."""
    findings = []
    for source in list_sources(root, "app.py", "partnerdir", "tests"):
        lines = source.text.splitlines()
        if len(lines) > FILE and not any(_is_reason(line) for line in lines[:TOP]):
            findings.append(f"{source.path} has {len(lines)} lines; {FILE} are enough")
        for function, _ in list_functions(source):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > FUNCTION and not _says_why(function, lines):
                findings.append(f"{source.at(function.lineno)}: {function.name} has {length} lines; {FUNCTION} are enough")
    for path in sorted((root / "templates").rglob("*.*")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > TEMPLATE and not any(TEMPLATE_REASON.search(line) for line in lines[:TOP]):
            findings.append(f"{path.relative_to(root).as_posix()} has {len(lines)} lines; {TEMPLATE} are enough")
    return findings


def _says_why(function: Function, lines: list[str]) -> bool:
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    is_said_above = first > 1 and _is_reason(lines[first - 2])
    return is_said_above or bool(REASON.search(lines[function.lineno - 1]))


def _is_reason(line: str) -> bool:
    return bool(REASON.match(line.strip()))


def test_nothing_in_the_house_is_long_without_a_reason():
    assert_none(long_parts(HOUSE))


def _body(count: int) -> str:
    return "    pass\n" * count


@pytest.mark.parametrize("place", ["app.py", "partnerdir/clock.py", "tests/make.py"])
@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * 301,
        "x = 1\n" * 295 + "# long because it grew\n" + "x = 1\n" * 10,
        f"def long():\n{_body(40)}",
        f"async def long():\n{_body(40)}",
        "class Long:\n    def long(self):\n" + "        pass\n" * 40,
        f"# long because\ndef long():\n{_body(40)}",
        f"# it is long\ndef long():\n{_body(40)}",
        f"def long():\n{_body(39)}    # long because nobody cut it\n    pass\n",
    ],
)
def test_what_is_long_without_a_reason_is_caught(plant: Plant, place, text):
    assert len(long_parts(plant(place, text))) == 1


def test_a_long_template_is_caught(plant: Plant):
    assert long_parts(plant("templates/long.html", "<p>\n" * 121)) == ["templates/long.html has 121 lines; 120 are enough"]


def test_what_is_short_or_says_why_it_is_long_is_left_alone(plant: Plant):
    plant("partnerdir/short.py", f"def short():\n{_body(39)}")
    plant("partnerdir/table.py", '"""A table."""\n# long because the table is one thing\n' + "x = 1\n" * 400)
    plant("partnerdir/above.py", f"# long because the steps belong together\n@door\ndef above():\n{_body(60)}")
    plant("partnerdir/beside.py", f"def beside():  # long because the steps belong together\n{_body(60)}")
    plant("templates/short.html", "<p>\n" * 120)
    assert long_parts(plant("templates/table.html", "{# long because the table is one thing #}\n" + "<p>\n" * 150)) == []
