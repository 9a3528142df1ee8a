"""What the README and the documents lead to is there."""

import re
from pathlib import Path

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE

LINK = re.compile(r"\]\(([^)\s]+)\)")


def dead_links(root: Path) -> list[str]:
    """Links to files that are not there."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return [
        f"{page.relative_to(root)} leads to {link}, which is not there"
        for page in sorted(pages)
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith(("#", "mailto:")) and not (page.parent / link.partition("#")[0]).exists()
    ]


def test_every_link_leads_somewhere():
    assert_none(dead_links(HOUSE))


def test_a_link_to_what_is_not_there_is_caught(plant: Plant):
    plant("docs/places.md", "See [here](../README.md), [there](gone.md) and [far away](https://example.org/x).")
    root = plant("README.md", "![A picture](docs/pictures/gone.png) and [places](docs/places.md#somewhere)")
    assert dead_links(root) == [
        "README.md leads to docs/pictures/gone.png, which is not there",
        "docs/places.md leads to gone.md, which is not there",
    ]
