"""What every page is built with: the built front-end files, the navigation, the GOV.UK components."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from flask import Flask, current_app, g, request, url_for
from flask_security import current_user
from govuk_frontend_wtf.main import WTFormsHelpers

from partnerdir import clock, runs
from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.alerts.unsent import count_unsent
from partnerdir.errors import BadSetting
from partnerdir.languages import gettext, gettext_noop
from partnerdir.settings import Settings
from partnerdir.web.access import is_staff

# (words, endpoint, who needs it; None for everyone)
NAVIGATION: tuple[tuple[str, str, RoleName | None], ...] = (
    (gettext_noop("Find a service"), "public.home", None),
    (gettext_noop("Alerts"), "frontline.list_alerts", RoleName.FRONTLINE),
    (gettext_noop("Watching"), "frontline.list_watches", RoleName.FRONTLINE),
    (gettext_noop("Lists"), "frontline.add_shortlist", RoleName.FRONTLINE),
    (gettext_noop("What changed"), "frontline.list_news", RoleName.FRONTLINE),
    (gettext_noop("Ending soon"), "coordinator.ending_soon", RoleName.FRONTLINE),
    (gettext_noop("Keep services true"), "coordinator.list_services", RoleName.COORDINATOR),
    (gettext_noop("Suggestions"), "coordinator.list_suggestions", RoleName.COORDINATOR),
    (gettext_noop("Accounts"), "coordinator.list_accounts", RoleName.STEWARD),
)
FOOTER = (
    (gettext_noop("About"), "public.about"),
    (gettext_noop("Privacy"), "public.privacy"),
    (gettext_noop("Accessibility statement"), "public.accessibility"),
    (gettext_noop("Leaving this site quickly"), "public.leaving_quickly"),
)


def init_app(app: Flask) -> None:
    """Gives templates their components and their context."""
    app.jinja_loader = jinja2.ChoiceLoader(
        [
            jinja2.FileSystemLoader(app.template_folder or "templates"),
            jinja2.PrefixLoader(
                {
                    "govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": jinja2.PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    WTFormsHelpers(app)
    app.jinja_env.undefined = ShownMustExist
    app.jinja_env.globals["null"] = None  # a name of the language that GOV.UK's macros were first written in
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = _Assets(Path(app.static_folder or "static"))
    app.context_processor(_context)
    app.before_request(app.extensions["settings"].require_secrets)


class ShownMustExist(jinja2.StrictUndefined):
    """What a page shows must exist; asking whether it does is allowed, as GOV.UK's macros do all the time."""

    __bool__ = jinja2.Undefined.__bool__  # type: ignore[assignment]  # they fail in the parent
    __eq__ = jinja2.Undefined.__eq__  # type: ignore[assignment]  # they fail in the parent
    __ne__ = jinja2.Undefined.__ne__  # type: ignore[assignment]  # they fail in the parent
    __hash__ = jinja2.Undefined.__hash__  # type: ignore[assignment]  # they fail in the parent


class _Assets:
    """Finds the built file behind a plain name, such as site-AB12CD34.css for site.css."""

    def __init__(self, static: Path) -> None:
        self.manifest = static / "built" / "manifest.json"
        self.names: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if not self.names:
            try:
                self.names = json.loads(self.manifest.read_text())
            except FileNotFoundError as missing:
                raise BadSetting(str(self.manifest), "is missing; build the front end with 'make front-end'") from missing
        return url_for("static", filename=f"built/{self.names[name]}")


def _context() -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    roles = current_user.role_names if current_user.is_authenticated else []
    return {
        "site_name": settings.site_name,
        "exit_url": settings.exit_url,
        "home_url": url_for("public.home"),
        "navigation": [
            {"text": gettext(words), "href": url_for(endpoint), "current": request.endpoint == endpoint}
            for words, endpoint, needed in NAVIGATION
            if needed is None or has_rank(roles, needed)
        ]
        + _unsent_link(roles),
        "footer_links": [{"text": gettext(words), "href": url_for(endpoint)} for words, endpoint in FOOTER]
        + ([] if roles else [{"text": gettext("Sign in for staff"), "href": url_for("security.login")}]),
        "account": {"text": current_user.title or current_user.email, "href": url_for("security.change_password")}
        if roles
        else None,
        "sign_out_url": url_for("security.logout"),
        "is_staff": is_staff(),
        "late_since": _late_since() if is_staff() else None,
    }


def _unsent_link(roles: list[str]) -> list[dict[str, Any]]:
    """The way to what could not be sent, shown only where there is any."""
    count = _count_unsent() if has_rank(roles, RoleName.COORDINATOR) else 0
    if not count:
        return []
    is_here = request.endpoint == "coordinator.list_unsent"
    return [
        {"text": gettext("Not sent: %(count)s", count=count), "href": url_for("coordinator.list_unsent"), "current": is_here}
    ]


def _count_unsent() -> int:
    """Asked once for each page, as below."""
    if "unsent" not in g:
        g.unsent = count_unsent(clock.today())
    count: int = g.unsent
    return count


def _late_since() -> datetime | None:
    """Asked once for each page, because every field of a form is rendered with this context."""
    if "late_since" not in g:
        g.late_since = runs.late_since(clock.now())
    late_since: datetime | None = g.late_since
    return late_since
