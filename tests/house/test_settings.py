"""Rule 7: settings are data, each with a sentence, documented; no secret has a default."""

import ast
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from partnerdir.settings import PREFIX, SETTINGS, Setting
from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, list_sources

SECRET = re.compile(r"SECRET|PASSWORD|SALT|KEY|TOKEN")
ONE_SENTENCE = re.compile(r"[A-Z'](?:[^.!?]|[.!?](?=\S))*\.")
PAGE = "docs/settings.md"


def badly_described(settings: Iterable[Setting]) -> list[str]:
    """Settings without one whole sentence, and secrets that have a default."""
    findings = []
    for setting in settings:
        if not ONE_SENTENCE.fullmatch(setting.sentence):
            findings.append(f"{setting.name} is not described by one sentence: {setting.sentence!r}")
        if SECRET.search(setting.name) and setting.default is not None:
            findings.append(f"{setting.name} is a secret and has a default")
    return findings


def undocumented(settings: Iterable[Setting], root: Path) -> list[str]:
    """Settings that the page of settings does not list as they are, and rows for settings that there are not."""
    page = root / PAGE
    if not page.exists():
        return [f"{PAGE} does not exist; 'flask settings' prints its table"]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    written = {name: (default, sentence) for name, default, sentence in rows}
    wanted = {PREFIX + setting.name: (_said(setting.default), setting.sentence) for setting in settings}
    findings = [f"{PAGE} does not list {name} as it is" for name, row in wanted.items() if written.get(name) != row]
    return findings + [f"{PAGE} lists {name}, which is not a setting" for name in written if name not in wanted]


def _said(default: Any) -> str:
    return "none" if default in (None, "") else f"`{default}`"


def config_read_past_the_settings(root: Path, names: Collection[str]) -> list[str]:
    """Reads of `app.config[...]` by a name that is no setting of ours."""
    findings = []
    for source in list_sources(root):
        for node in source.nodes:
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                holder, key = node.value, node.slice
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
                holder, key = node.func.value, node.args[0]
            else:
                continue
            if not source.whole_name(holder).endswith(".config"):
                continue
            name = str(key.value) if isinstance(key, ast.Constant) else ast.unparse(key)
            if name not in names:
                findings.append(f"{source.at(node.lineno)} reads the config {name}, which is not a setting")
    return findings


def test_every_setting_is_one_sentence_and_no_secret_has_a_default():
    assert_none(badly_described(SETTINGS))


def test_every_setting_is_documented():
    assert_none(undocumented(SETTINGS, HOUSE))


def test_the_page_of_settings_is_what_the_command_prints(app: Flask):
    printed = app.test_cli_runner().invoke(args=["settings"]).output.strip()
    assert printed
    assert printed in (HOUSE / PAGE).read_text(encoding="utf-8")


def test_nothing_reads_config_past_the_settings():
    assert_none(config_read_past_the_settings(HOUSE, {setting.name for setting in SETTINGS}))


@pytest.mark.parametrize(
    "setting",
    [
        Setting("SITE_NAME", "partnerdir", ""),
        Setting("SITE_NAME", "partnerdir", "The name of the site"),
        Setting("SITE_NAME", "partnerdir", "The name of the site. On every page."),
        Setting("SITE_NAME", "partnerdir", "TODO"),
        Setting("SECRET_KEY", "", "Signs sessions."),
        Setting("SMTP_PASSWORD", "changeme", "The password of the mail server."),
        Setting("WEBHOOK_TOKEN", "abc", "Shown to the other side."),
    ],
)
def test_a_badly_described_setting_is_caught(setting):
    assert len(badly_described([setting])) == 1


@pytest.mark.parametrize(
    "row",
    [
        "| `PARTNERDIR_SITE_URL` | `a` | The name of the site. |",
        "| `PARTNERDIR_SITE_NAME` | `b` | The name of the site. |",
        "| `PARTNERDIR_SITE_NAME` | `a` | What the site was called last year. |",
        "| `PARTNERDIR_SITE_NAME` | `a` | The name of the site. |\n| `PARTNERDIR_OLD` | none | Gone. |",
        "",
    ],
)
def test_a_page_of_settings_that_is_out_of_date_is_caught(plant: Plant, row):
    assert undocumented([Setting("SITE_NAME", "a", "The name of the site.")], plant(PAGE, f"{row}\n"))


def test_a_missing_page_of_settings_is_caught(tmp_path: Path):
    assert undocumented([], tmp_path)


@pytest.mark.parametrize(
    "code",
    [
        "def send(app):\n    return app.config['MAIL_FROM']",
        "from flask import current_app\nname = current_app.config.get('MAIL_FROM', 'x')",
        "from flask import current_app as a\nconfig = a.config\nname = config['MAIL_FROM']",
        "from flask import current_app\nKEY = 'MAIL_' + 'FROM'\nname = current_app.config[KEY]",
    ],
)
def test_config_read_past_the_settings_is_caught(plant: Plant, code):
    assert len(config_read_past_the_settings(plant("partnerdir/web/pages.py", f"{code}\n"), {"SITE_NAME"})) == 1


def test_config_that_is_a_setting_or_only_set_is_left_alone(plant: Plant):
    code = "def init_app(app):\n    app.config['MAX'] = 3\n    return app.config['SITE_NAME']\n"
    assert config_read_past_the_settings(plant("partnerdir/factory.py", code), {"SITE_NAME"}) == []
