"""The addresses for frontline workers."""

from flask import Blueprint, Flask

from partnerdir.web.csrf import csrf
from partnerdir.web.frontline import watches


def init_app(app: Flask) -> None:
    """Adds the addresses."""
    frontline = Blueprint("frontline", __name__)
    frontline.add_url_rule("/watching", view_func=watches.list_watches)
    frontline.add_url_rule("/services/<uuid:service_id>/watch", view_func=watches.add_watch, methods=["POST"])
    frontline.add_url_rule("/services/<uuid:service_id>/unwatch", view_func=watches.retire_watch, methods=["POST"])
    frontline.add_url_rule("/unsubscribe/<token>", view_func=watches.unsubscribe, methods=["GET", "POST"])
    app.register_blueprint(frontline)
    # A mail program posts here by itself, without our page or a cookie (RFC 8058); the sealed link is the proof.
    csrf.exempt(app.view_functions["frontline.unsubscribe"])
