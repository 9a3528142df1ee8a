"""The addresses for everyone."""

from flask import Blueprint, Flask

from partnerdir.web.csrf import csrf
from partnerdir.web.public import confirming, home, information, maps, paper, plan, results, services, suggesting

PAGES = (
    ("/", home.home),
    ("/results/<question>", results.results),
    ("/results/<question>/map", maps.show_map),
    ("/plan/<family>", plan.show_plan),
    ("/plan/<family>/change", plan.plan_again),
    ("/services/<uuid:service_id>", services.show_service),
    ("/sheet/<paper>", paper.show_paper),
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
    public.add_url_rule("/plan", view_func=plan.plan, methods=["GET", "POST"])
    public.add_url_rule("/services/<uuid:service_id>/suggest", view_func=suggesting.add_suggestion, methods=["GET", "POST"])
    public.add_url_rule("/suggestions", view_func=suggesting.find_suggestion, methods=["GET", "POST"])
    public.add_url_rule("/confirm/<request_token>", view_func=confirming.confirm_service, methods=["GET", "POST"])
    app.register_blueprint(public)
    # A search changes nothing and its visitor has no cookie, so there is nothing that a forged one could use.
    csrf.exempt(app.view_functions["public.search"])
    csrf.exempt(app.view_functions["public.plan"])
    # Whoever comes from a mail has no cookie of ours; the sealed link is the proof.
    csrf.exempt(app.view_functions["public.confirm_service"])
    # A visitor has no session; what guards these instead stands in web/public/suggesting.py.
    csrf.exempt(app.view_functions["public.add_suggestion"])
    csrf.exempt(app.view_functions["public.find_suggestion"])
