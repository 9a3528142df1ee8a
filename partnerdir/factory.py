"""Puts the house together: settings, database, rooms and doors. The only file that does."""

import logging
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from partnerdir import clock
from partnerdir.cli import alerts as alerts_commands
from partnerdir.cli import auditing, geography, imports, installation, people
from partnerdir.cli import search as search_commands
from partnerdir.database import db
from partnerdir.search.finder import Finder
from partnerdir.settings import Settings, load_settings
from partnerdir.tables import Base  # noqa: F401  # importing it makes every table known
from partnerdir.web import csrf, formats, headers, languages, pages, problems, sign_in, static_files
from partnerdir.web.api import doors as api
from partnerdir.web.coordinator import doors as coordinator
from partnerdir.web.frontline import doors as frontline
from partnerdir.web.public import doors as public

HOUSE = Path(__file__).parent
ROOT = HOUSE.parent

# In this order: what is said of every answer, then the words, then the doors.
PARTS = (
    static_files, headers, languages, problems, csrf, pages, formats, sign_in, public, frontline, coordinator, api,
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """Makes the site, ready to serve, from the settings given or those of the environment."""
    settings = settings or load_settings()
    app = Flask("partnerdir", root_path=str(HOUSE), template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.resolved_database_url,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=1_000_000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our pages never send; the token and SameSite guard
    )
    if settings.behind_proxies:
        hops = settings.behind_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # as Flask's manual does
    app.extensions["settings"] = settings
    app.extensions["search"] = Finder(settings.resolved_index_folder)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    clock.use_time_zone(settings.time_zone)
    db.init_app(app)
    Migrate(app, db, directory=str(HOUSE / "migrations"), compare_type=True)
    for part in PARTS:
        part.init_app(app)
    for commands in (installation, people, imports, geography, search_commands, alerts_commands, auditing):
        commands.init_app(app)
    return app
