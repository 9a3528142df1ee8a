"""Rule 9, as far as reading tells: every template and every macro is used, and each template that is named exists."""

from importlib.resources import files
from pathlib import Path

import jinja2
import pytest
from flask import Flask
from jinja2 import nodes

from tests.house.conftest import Plant
from tests.house.findings import assert_none
from tests.house.source import HOUSE, list_sources

LIBRARIES = ("govuk_frontend_jinja/", "govuk_frontend_wtf/")
# Flask-Security renders its mails by name; a template of ours with that name takes its place.
RENDERED_BY_A_LIBRARY = files("flask_security") / "templates"
Reference = nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport


def unused_templates(root: Path) -> list[str]:
    """Templates that no code reaches, and references to templates that are not there."""
    templates = _read(root)
    findings = []
    reached = {text for source in list_sources(root) for text, _ in source.strings if text in templates}
    reached |= {path for path in templates if RENDERED_BY_A_LIBRARY.joinpath(path).is_file()}
    waiting = sorted(reached)
    while waiting:
        path = waiting.pop()
        for reference in _references(templates[path]):
            named = _named(reference)
            if named is None:
                findings.append(f"templates/{path} line {reference.lineno} names a template that only running tells")
            elif named in templates and named not in reached:
                reached.add(named)
                waiting.append(named)
            elif named not in templates and not named.startswith(LIBRARIES):
                findings.append(f"templates/{path} line {reference.lineno} names {named}, which is not there")
    return findings + [f"templates/{path} is not used" for path in sorted(templates) if path not in reached]


def templates_not_there(root: Path) -> list[str]:
    """Templates that code renders and that do not exist."""
    return [
        f"{source.at(line)} names the template {text}, which is not there"
        for source in list_sources(root, "app.py", "partnerdir")
        for text, line in source.strings
        if text.endswith(".html") and not (root / "templates" / text).is_file()
    ]


def unused_macros(root: Path) -> list[str]:
    """Macros that nothing calls, and macros brought in for nothing."""
    templates = _read(root)
    called = {path: _names_read(tree) for path, tree in templates.items()}
    used: set[tuple[str, str]] = {(path, name) for path, names in called.items() for name in names}
    findings = []
    for path, tree in templates.items():
        for brought in tree.find_all(nodes.FromImport):
            for name in brought.names:
                original, here = name if isinstance(name, tuple) else (name, name)
                if here in called[path]:
                    used.add((_named(brought) or "", original))
                else:
                    findings.append(f"templates/{path} line {brought.lineno} brings in {original} and does not use it")
        for module in tree.find_all(nodes.Import):
            for part in tree.find_all(nodes.Getattr):
                if isinstance(part.node, nodes.Name) and part.node.name == module.target:
                    used.add((_named(module) or "", part.attr))
    return findings + [
        f"templates/{path} line {macro.lineno}: nothing calls the macro {macro.name}"
        for path, tree in templates.items()
        for macro in tree.find_all(nodes.Macro)
        if (path, macro.name) not in used
    ]


def _read(root: Path) -> dict[str, nodes.Template]:
    folder = root / "templates"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    return {path.relative_to(folder).as_posix(): environment.parse(path.read_text(encoding="utf-8")) for path in paths}


def _references(tree: nodes.Template) -> list[Reference]:
    return [statement for statement in tree.find_all(nodes.Stmt) if isinstance(statement, Reference)]


def _named(reference: Reference) -> str | None:
    return reference.template.value if isinstance(reference.template, nodes.Const) else None


def _names_read(tree: nodes.Template) -> set[str]:
    """The names that a template uses; a macro's own body does not count as a use of it."""
    own = {id(name): macro.name for macro in tree.find_all(nodes.Macro) for name in macro.find_all(nodes.Name)}
    return {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load" and own.get(id(name)) != name.name}


@pytest.mark.parametrize("check", [unused_templates, templates_not_there, unused_macros])
def test_every_template_and_macro_is_there_and_used(check):
    assert_none(check(HOUSE))


PAGE = "def show():\n    return render_template('page.html')\n"


@pytest.mark.parametrize(
    ("templates", "finding"),
    [
        ({"page.html": "", "stray.html": ""}, "templates/stray.html is not used"),
        ({"page.html": "", "security/email/stray.txt": ""}, "templates/security/email/stray.txt is not used"),
        ({"page.html": "", "a.html": "{% extends 'b.html' %}", "b.html": ""}, "templates/b.html is not used"),
        ({"page.html": "{# stray.html #}", "stray.html": ""}, "templates/stray.html is not used"),
        ({"page.html": "{% extends 'gone.html' %}"}, "templates/page.html line 1 names gone.html, which is not there"),
        ({"page.html": "{% include part %}"}, "templates/page.html line 1 names a template that only running tells"),
    ],
)
def test_a_template_that_is_not_used_or_not_there_is_caught(plant: Plant, templates, finding):
    for path, text in templates.items():
        plant(f"templates/{path}", text)
    assert finding in unused_templates(plant("partnerdir/web/pages.py", PAGE))


def test_code_that_renders_what_is_not_there_is_caught(plant: Plant):
    assert len(templates_not_there(plant("partnerdir/web/pages.py", PAGE))) == 1


MACRO = "{% macro line(day) %}{{ day }}{% endmacro %}"


@pytest.mark.parametrize(
    "templates",
    [
        {"page.html": MACRO},
        {"page.html": "{% macro line(day) %}{{ line(day) }}{% endmacro %}"},
        {"parts.html": MACRO, "page.html": "{% from 'parts.html' import line %}"},
        {"parts.html": MACRO, "page.html": "{% from 'parts.html' import line as spoken %}{{ line(1) }}"},
        {"parts.html": MACRO, "page.html": "{% import 'parts.html' as parts %}{{ parts.other(1) }}"},
        {"parts.html": MACRO, "page.html": "{{ line(1) }}"},
        {"page.html": "{% from 'govuk_frontend_jinja/components/button/macro.html' import govukButton %}"},
    ],
)
def test_a_macro_that_is_not_used_is_caught(plant: Plant, templates):
    for path, text in templates.items():
        root = plant(f"templates/{path}", text)
    assert unused_macros(root)


def test_templates_and_macros_that_are_used_are_left_alone(plant: Plant):
    plant("partnerdir/web/pages.py", PAGE)
    plant("templates/security/email/reset_notice.txt", "Your password was changed.")
    plant("templates/frame.html", "{% block content %}{% endblock %}")
    plant("templates/parts.html", f"{MACRO}{{% macro two(day) %}}{{{{ line(day) }}}}{{% endmacro %}}")
    root = plant(
        "templates/page.html",
        "{% extends 'frame.html' %}{% import 'parts.html' as parts %}"
        "{% from 'govuk_frontend_jinja/components/button/macro.html' import govukButton as b %}{{ parts.two(1) }}{{ b({}) }}",
    )
    assert unused_templates(root) == unused_macros(root) == templates_not_there(root) == []


@pytest.mark.parametrize("template", ["{{ nobody_gave_it }}", "{% if not nobody_gave_it %}open{% endif %}"])
def test_a_name_that_nobody_gave_a_template_is_a_fault_wherever_a_page_is_tested(app: Flask, template):
    with pytest.raises(jinja2.UndefinedError, match="nobody_gave_it"):
        app.jinja_env.from_string(template).render()


def test_what_a_record_or_the_macro_of_a_library_does_not_have_is_nothing(app: Flask):
    button = "{% from 'govuk_frontend_jinja/components/button/macro.html' import govukButton as b %}{{ b({'text': 'Go'}) }}"
    assert "Go" in app.jinja_env.from_string(button + "{{ {}.phone }}").render()
