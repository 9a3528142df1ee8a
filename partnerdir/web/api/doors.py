"""The addresses for machines."""

from flask import Blueprint, Flask

from partnerdir.web.api.health import health


def init_app(app: Flask) -> None:
    """Adds the addresses."""
    api = Blueprint("api", __name__)
    api.add_url_rule("/health", view_func=health)
    app.register_blueprint(api)
