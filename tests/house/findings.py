"""How a house test ends: with every finding on a line of its own."""

from collections.abc import Iterable

import pytest


def assert_none(findings: Iterable[str]) -> None:
    """Fails when there is anything to tell, and tells all of it."""
    told = list(findings)
    if told:
        pytest.fail("\n".join([f"{len(told)} things break the rule:", *told]), pytrace=False)
