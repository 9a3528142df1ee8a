"""The addresses for everyone."""

from flask import Blueprint, Flask

from partnerdir.web.csrf import csrf
from partnerdir.web.public import home, information, results, services

PAGES = (
    ("/", home.home),
    ("/results/<question>", results.results),
    ("/services/<uuid:service_id>", services.show_service),
    ("/about", information.about),
    ("/privacy", information.privacy),
    ("/accessibility", information.accessibility),
    ("/leaving-quickly", information.leaving_quickly),
    ("/robots.txt", information.robots),
)


def init_app(app: Flask) -> None:
    """Adds the addresses."""
    public = Blueprint("public", __name__)
    for address, view in PAGES:
        public.add_url_rule(address, view_func=view)
    public.add_url_rule("/search", view_func=results.search, methods=["GET", "POST"])
    app.register_blueprint(public)
    # A search changes nothing and its visitor has no cookie, so there is nothing that a forged one could use.
    csrf.exempt(app.view_functions["public.search"])
