"""The addresses for frontline workers."""

from flask import Blueprint, Flask

from partnerdir.web.csrf import csrf
from partnerdir.web.frontline import choices, feeds, inbox, watches


def init_app(app: Flask) -> None:
    """Adds the addresses."""
    frontline = Blueprint("frontline", __name__)
    frontline.add_url_rule("/watching", view_func=watches.list_watches)
    frontline.add_url_rule("/services/<uuid:service_id>/watch", view_func=watches.add_watch, methods=["POST"])
    frontline.add_url_rule("/services/<uuid:service_id>/unwatch", view_func=watches.retire_watch, methods=["POST"])
    frontline.add_url_rule(
        "/services/<uuid:service_id>/watch-organisation", view_func=watches.add_organisation_watch, methods=["POST"]
    )
    frontline.add_url_rule("/watching/routes", view_func=watches.add_route_watch, methods=["POST"])
    frontline.add_url_rule("/watching/stop", view_func=watches.retire_wider_watch, methods=["POST"])
    frontline.add_url_rule("/unsubscribe/<token>", view_func=watches.unsubscribe, methods=["GET", "POST"])
    frontline.add_url_rule("/alerts", view_func=inbox.list_alerts)
    frontline.add_url_rule("/alerts/<uuid:alert_id>/acknowledge", view_func=inbox.acknowledge, methods=["POST"])
    frontline.add_url_rule("/alerts/<uuid:alert_id>/snooze", view_func=inbox.snooze, methods=["POST"])
    frontline.add_url_rule("/alerts/<uuid:alert_id>/hand-over", view_func=inbox.hand_over, methods=["POST"])
    frontline.add_url_rule("/alerts/choices", view_func=choices.change_choices, methods=["GET", "POST"])
    frontline.add_url_rule("/alerts/feeds", view_func=feeds.renew_feeds, methods=["GET", "POST"])
    frontline.add_url_rule("/feeds/<token>.ics", view_func=feeds.show_calendar)
    frontline.add_url_rule("/feeds/<token>.atom", view_func=feeds.show_news)
    frontline.add_url_rule("/pause/<token>", view_func=choices.pause, methods=["GET", "POST"])
    app.register_blueprint(frontline)
    # A mail program posts here by itself, without our page or a cookie (RFC 8058); the sealed link is the proof.
    csrf.exempt(app.view_functions["frontline.unsubscribe"])
    # Whoever comes from a mail has no cookie of ours either.
    csrf.exempt(app.view_functions["frontline.pause"])
