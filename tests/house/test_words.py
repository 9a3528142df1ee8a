"""One thing, one word: our nouns and verbs as names of functions, classes, tables and files."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, OTHERS, Function, Source, list_functions, list_sources

# Our word for it -> what it is never called.
NEVER_CALLED = {
    "Organisation": ("partner", "provider", "company"),
    "Service": ("programme", "listing", "resource"),
    "Location": ("venue", "site"),
    "Contact or Account": ("user",),
    "Area": ("region", "zone"),
    "Need": ("category", "tag"),
    "Eligibility": ("criteria",),
    "Suggestion": ("edit request",),
    "Funder or Fund": ("donor", "grant"),
    "FundingWindow": ("grant period", "contract"),
    "Outlook": ("outlook status", "funding status"),
    "Route": ("coverage cell",),
    "Watch": ("subscription", "follow"),
    "Alert": ("trigger", "notification"),
    "Delivery or Channel": ("queue item", "transport"),
    "ImportRun or Layout": ("import job", "mapping"),
    "Role": ("permission group",),
}
ASKING = ("find", "require", "list", "count", "is", "has", "may")
DOING = ("add", "change", "verify", "retire", "accept", "decline", "renew")
BANNED_VERBS = ("get", "process", "handle", "manage", "do")
BANNED_FILES = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
# 360Giving's own number of a grant, which is neither a funder nor a fund.
ANOTHERS_OWN = "grant_id"
# What follows one of these says which one, not what.
WHICH_ONE = {"by", "of", "at", "in", "on", "for", "about", "with", "to", "from", "per", "as"}


def words_we_do_not_use(root: Path) -> list[str]:
    """Models, tables and functions named after a word that is not ours."""
    findings = []
    for source in list_sources(root):
        for line, name in _names_of_nouns(source):
            findings += [
                f"{source.at(line)}: {name} says '{banned}'; our word is {ours}"
                for ours, never in NEVER_CALLED.items()
                for banned in never
                if f"_{_singular(banned.replace(' ', '_'))}_" in f"_{_noun(name)}_"
            ]
    return findings


def _names_of_nouns(source: Source) -> list[tuple[int, str]]:
    models = [node for node in source.nodes if isinstance(node, ast.ClassDef) and source.stem == "models"]
    functions = [function for function, _ in list_functions(source) if _verb(function) in (*ASKING, *DOING)]
    return [(node.lineno, node.name) for node in (*models, *functions)] + _tables(source)


def _verb(function: Function) -> str:
    return function.name.strip("_").partition("_")[0]


def _tables(source: Source) -> list[tuple[int, str]]:
    """Tables named by hand: `__tablename__ = "..."` and `sa.Table("...", ...)`."""
    named = []
    for node in source.nodes:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__tablename__" for t in node.targets):
            named.append(node.value)
        elif isinstance(node, ast.Call) and source.whole_name(node.func).endswith(".Table") and node.args:
            named.append(node.args[0])
    return [(value.lineno, value.value) for value in named if isinstance(value, ast.Constant) and isinstance(value.value, str)]


def _noun(name: str) -> str:
    """What a name is about, in the singular: `list_services_by_site` is about a `list_service`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower().split("_")
    end = next((number for number, word in enumerate(words) if word in WHICH_ONE), len(words))
    return _singular("_".join(words[:end])).replace(ANOTHERS_OWN, "")


def _singular(name: str) -> str:
    return "_".join(re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s") for word in name.split("_"))


def verbs_we_do_not_use(root: Path) -> list[str]:
    """Functions of ours that get, process, handle, manage or do; a library's own methods keep its names."""
    return [
        f"{source.at(function.lineno)}: {function.name} does not say what it does"
        for source in list_sources(root, "app.py", "partnerdir", "tests")
        for function, owner in list_functions(source)
        if _verb(function) in BANNED_VERBS
        and function.name.islower()  # another case, such as handle_DATA, is a name that a library calls
        and not (owner and _is_foreign(source, owner))
    ]


def _is_foreign(source: Source, owner: ast.ClassDef) -> bool:
    """Whether a class inherits, here or further up in its file, from one that is not ours."""
    classes = {node.name: node for node in source.nodes if isinstance(node, ast.ClassDef) and node is not owner}
    for base in owner.bases:
        name = source.whole_name(base)
        start, _, rest = name.partition(".")
        if start == "here" and rest in classes:
            if _is_foreign(source, classes[rest]):
                return True
        elif start not in ("here", "partnerdir", "tests"):
            return True
    return False


def queries_and_actions_by_other_verbs(root: Path) -> list[str]:
    """Public functions of queries.py and actions.py that begin with none of our verbs."""
    findings = []
    for source in list_sources(root, "partnerdir"):
        verbs = {"queries": ASKING, "actions": DOING}.get(source.stem)
        if verbs:
            findings += [
                f"{source.at(node.lineno)}: {node.name} begins with none of {', '.join(verbs)}"
                for node in source.tree.body
                if isinstance(node, Function)
                and not node.name.startswith("_")
                and not node.name.startswith(tuple(f"{verb}_" for verb in verbs))
            ]
    return findings


def files_named_after_nothing(root: Path) -> list[str]:
    """Files and folders named after a technique or after nothing."""
    return [
        f"{path.relative_to(root).as_posix()} is not named after what it holds"
        for place in ("partnerdir", "tests", "templates")
        for path in sorted((root / place).rglob("*"))
        if BANNED_FILES & set(re.split(r"[_.-]", path.name.lower())) and not {"__pycache__", OTHERS} & {*path.parts}
    ]


CHECKS = [words_we_do_not_use, verbs_we_do_not_use, queries_and_actions_by_other_verbs, files_named_after_nothing]


@pytest.mark.parametrize("check", CHECKS)
def test_the_house_is_named_in_its_own_words(check):
    assert_none(check(HOUSE))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("partnerdir/directory/models.py", "class Provider(Record): ..."),
        ("partnerdir/directory/models.py", "class ServiceListing(Record): ..."),
        ("partnerdir/directory/models.py", "class NeedCategories(Record): ..."),
        ("partnerdir/accounts/models.py", "class User(Record): ..."),
        ("partnerdir/funding/models.py", "class GrantPeriod(Record): ..."),
        ("partnerdir/funding/models.py", "class FundingStatus(StrEnum): ..."),
        ("partnerdir/alerts/models.py", "class Watch(Record):\n    __tablename__ = 'subscription'"),
        ("partnerdir/alerts/models.py", "import sqlalchemy as sa\nt = sa.Table('account_region', sa.MetaData())"),
        ("partnerdir/exchange/models.py", "class ImportJob(Record): ..."),
        ("partnerdir/directory/queries.py", "def list_companies(): ..."),
        ("partnerdir/funding/actions.py", "def add_grant(): ..."),
        ("partnerdir/web/frontline/watches.py", "def retire_subscription(): ..."),
        ("partnerdir/web/public/search.py", "def _find_edit_requests(): ..."),
        ("partnerdir/cli/people.py", "class People:\n    def list_users(self): ..."),
    ],
)
def test_a_word_that_is_not_ours_is_caught(plant: Plant, path, code):
    assert words_we_do_not_use(plant(path, f"{code}\n"))


@pytest.mark.parametrize(
    "code",
    [
        "def get_service(): ...",
        "def _get_service(): ...",
        "async def handle_request(): ...",
        "def process(): ...",
        "def do_it(): ...",
        "class Window:\n    def manage_funds(self): ...",
        "class Base: ...\nclass Window(Base):\n    def get_fund(self): ...",
        "from partnerdir.database import Record\nclass Window(Record):\n    def get_fund(self): ...",
        "def add_fund():\n    def get_name(): ...",
    ],
)
def test_a_verb_that_says_nothing_is_caught(plant: Plant, code):
    assert verbs_we_do_not_use(plant("partnerdir/funding/actions.py", f"{code}\n"))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("partnerdir/funding/queries.py", "def windows_of(): ..."),
        ("partnerdir/funding/queries.py", "def add_window(): ..."),
        ("partnerdir/funding/queries.py", "def finding(): ..."),
        ("partnerdir/funding/actions.py", "def create_window(): ..."),
        ("partnerdir/funding/actions.py", "async def delete_window(): ..."),
        ("partnerdir/alerts/actions.py", "def list_due(): ..."),
    ],
)
def test_a_query_or_action_by_another_verb_is_caught(plant: Plant, path, code):
    assert len(queries_and_actions_by_other_verbs(plant(path, f"{code}\n"))) == 1


@pytest.mark.parametrize(
    "path",
    ["partnerdir/web/utils.py", "partnerdir/funding/date_helpers.py", "partnerdir/common/words.py", "tests/misc.py",
     "partnerdir/alerts/manager.py", "templates/common.html"],
)  # fmt: skip
def test_a_file_named_after_nothing_is_caught(plant: Plant, path):
    assert len(files_named_after_nothing(plant(path, ""))) == 1


def test_our_own_words_are_left_alone(plant: Plant):
    plant("partnerdir/directory/models.py", "class Service(Record): ...\nclass ServiceStatus(StrEnum): ...\n")
    plant("partnerdir/funding/queries.py", "def find_fund_by_grant(): ...\ndef _windows(): ...\ndef list_grant_ids(): ...\n")
    plant("partnerdir/funding/actions.py", "class Fields: ...\ndef add_window(): ...\ndef retire_window(): ...\n")
    plant("partnerdir/web/forms/fields.py", "from wtforms import Field\nclass Day(Field):\n    def process(self): ...\n")
    plant("tests/post.py", "class Post:\n    async def handle_DATA(self): ...\n")
    plant(
        "partnerdir/web/forms/days.py", "import wtforms as w\nclass A(w.Field): ...\nclass B(A):\n    def get_day(self): ...\n"
    )
    root = plant("partnerdir/dates.py", "def distance(): ...\ndef documented(): ...\n")
    assert [finding for check in CHECKS for finding in check(root)] == []
