"""A check that is told to be silent is told why, on the same line: `# noqa: S608  # the table's name is our own`."""

import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, list_sources

# Put together from halves, so that neither these tests nor the checkers mistake them for orders.
QUIET, LOOSE = "no" + "qa", "type" + ": ignore"
SILENCER = re.compile(rf"#\s*(ruff:\s*{QUIET}|{QUIET}|{LOOSE}|mypy: ignore-errors)", re.IGNORECASE)
WITH_REASON = re.compile(
    rf"#\s*(?:(?:ruff: )?{QUIET}: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|{LOOSE}\[[\w-]+(?:, ?[\w-]+)*\])\s+(?:# |- )?[^\s#-]\S* \S+"
)


def silenced_without_reason(root: Path) -> list[str]:
    """Silenced checks that do not say which check, or not why."""
    findings = []
    for source in list_sources(root, "app.py", "partnerdir", "tests"):
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT and SILENCER.search(token.string) and not WITH_REASON.search(token.string):
                findings.append(f"{source.at(token.start[0])} silences a check without a code and a reason: {token.string}")
    return findings


def test_every_silenced_check_says_why():
    assert_none(silenced_without_reason(HOUSE))


@pytest.mark.parametrize(
    "comment",
    [
        f"# {QUIET}",
        f"# {QUIET}: E501",
        f"#{QUIET}:E501",
        f"# {QUIET.upper()}: E501",
        f"# {QUIET} because it is long",
        f"# {QUIET}: E501  #",
        f"# {QUIET}: E501  # long",
        f"# {LOOSE}",
        f"# {LOOSE}[misc]",
        f"# {LOOSE}  # the mixin is untyped",
        f"# ruff: {QUIET}",
        "# mypy: ignore-errors",
        f"# a remark  # {LOOSE}[misc]",
    ],
)
def test_a_check_silenced_without_a_reason_is_caught(plant: Plant, comment):
    assert len(silenced_without_reason(plant("partnerdir/clock.py", f"x = 1  {comment}\n"))) == 1


@pytest.mark.parametrize(
    "comment",
    [
        f"# {LOOSE}[misc]  # the mixin is untyped",
        f"# {LOOSE}[misc, arg-type]  # the mixin is untyped",
        f"# {QUIET}: S608  # the table's name is our own",
        f"# {QUIET}: S608, E501 the table's name is our own",
        f'; text = "# {QUIET}"',
    ],
)
def test_a_reason_is_left_alone(plant: Plant, comment):
    assert silenced_without_reason(plant("partnerdir/clock.py", f"x = 1  {comment}\n")) == []
