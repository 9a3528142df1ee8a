"""The files of what people say stay such that people can read and extend them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnerdir.search.sayings import THESAURUS
from partnerdir.search.words import terms

MOST_LINES, MOST_TERMS_OF_NAME = 300, 4


def list_faults(folder: Path) -> list[str]:
    """What is wrong in the files, one sentence each."""
    return [f"{path.name}: {fault}" for path in sorted(folder.glob("*.toml")) for fault in _faults(path)]


def _faults(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if len(text.splitlines()) > MOST_LINES:
        yield f"has more than {MOST_LINES} lines"
    for names, said in tomllib.loads(text).get("means", {}).items():
        yield from (f"{name!r} is no name to find services by" for name in names.split(" | ") if not _is_name(name))
        yield from (f"{phrase!r} is said twice of {names!r}" for phrase in set(said) if said.count(phrase) > 1)


def _is_name(name: str) -> bool:
    return 0 < len(terms(name)) <= MOST_TERMS_OF_NAME


def test_nothing_is_said_twice_and_every_name_can_be_found() -> None:
    assert list_faults(THESAURUS) == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ('"debt" = ["skint", "broke", "skint"]', "'skint' is said twice of 'debt'"),
        ('"the of | debt" = ["skint"]', "'the of' is no name to find services by"),
        ('"help for people who owe money" = ["skint"]', "is no name to find services by"),
        ("\n" * 301, "has more than 300 lines"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, planted: str, fault: str) -> None:
    (tmp_path / "planted.toml").write_text(f"[means]\n{planted}\n", encoding="utf-8")
    [found] = list_faults(tmp_path)
    assert fault in found


def test_no_situation_has_two_lines() -> None:
    lines = [
        names
        for path in sorted(THESAURUS.glob("*.toml"))
        for names in tomllib.loads(path.read_text(encoding="utf-8")).get("means", {})
    ]
    assert len(lines) == len(set(lines)) > 400
