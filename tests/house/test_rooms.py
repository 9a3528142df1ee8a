"""Every room says what it keeps, and every public rule, query and action says what it is."""

import ast
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.floors import STEPS
from tests.house.source import HOUSE, Function, list_sources

SPEAKING = {*STEPS} - {"models"}


def rooms_without_a_sign(root: Path) -> list[str]:
    """Folders of code without `__init__.py`, and `__init__.py` files that are not one docstring and nothing else."""
    findings = []
    sources = list_sources(root, "partnerdir")
    folders = {Path(source.path).parent for source in sources if "migrations" not in source.path}
    signs = {Path(source.path).parent: source for source in sources if source.stem == "__init__"}
    for folder in sorted(folders):
        sign = signs.get(folder)
        if sign is None:
            findings.append(f"{folder.as_posix()} has no __init__.py that says what it keeps")
        elif len(sign.tree.body) != 1 or not (ast.get_docstring(sign.tree) or "").endswith("."):
            findings.append(f"{sign.path} is not one docstring and nothing else")
    return findings


def functions_without_a_sentence(root: Path) -> list[str]:
    """Public functions of rules, queries and actions whose docstring does not begin with a sentence."""
    findings = []
    for source in list_sources(root, "partnerdir"):
        for node in source.tree.body if source.stem in SPEAKING else []:
            if isinstance(node, Function) and not node.name.startswith("_"):
                paragraph = (ast.get_docstring(node) or "").partition("\n\n")[0].strip()
                if not paragraph.endswith((".", ":")):
                    findings.append(f"{source.at(node.lineno)}: {node.name} does not say in a sentence what it is")
    return findings


@pytest.mark.parametrize("check", [rooms_without_a_sign, functions_without_a_sentence])
def test_rooms_and_functions_say_what_they_are(check):
    assert_none(check(HOUSE))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("partnerdir/funding/__init__.py", ""),
        ("partnerdir/funding/__init__.py", "# Keeps funds.\n"),
        ("partnerdir/funding/__init__.py", '"""Keeps funds"""\n'),
        ("partnerdir/funding/__init__.py", '"""Keeps funds."""\nfrom partnerdir.funding.models import Fund\n'),
        ("partnerdir/funding/models.py", ""),
    ],
)
def test_a_room_without_a_sign_is_caught(plant: Plant, path, code):
    plant("partnerdir/__init__.py", '"""The house."""\n')
    assert len(rooms_without_a_sign(plant(path, code))) == 1


@pytest.mark.parametrize("stem", ["rules", "queries", "actions"])
@pytest.mark.parametrize("body", ["...", '""""""', '"""The funds"""', "# The funds."])
def test_a_public_function_without_a_sentence_is_caught(plant: Plant, stem, body):
    code = f"def list_funds():\n    {body}\n    return []\n"
    assert len(functions_without_a_sentence(plant(f"partnerdir/funding/{stem}.py", code))) == 1


def test_signs_and_sentences_are_left_alone(plant: Plant):
    plant("partnerdir/__init__.py", '"""The house."""\n')
    plant("partnerdir/funding/__init__.py", '"""Keeps funds;\nmay import the directory."""\n')
    plant("partnerdir/migrations/versions/0001_first.py", "")
    plant("partnerdir/funding/rules.py", 'def _part():\n    ...\n\ndef is_due():\n    """Whether it is due.\n\n    More"""\n')
    root = plant("partnerdir/funding/models.py", "def anything():\n    ...\n")
    assert rooms_without_a_sign(root) == functions_without_a_sentence(root) == []
