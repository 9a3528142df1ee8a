"""The addresses for frontline workers."""

from flask import Blueprint, Flask

from partnerdir.web.csrf import csrf
from partnerdir.web.frontline import (
    alerts,
    choices,
    compare,
    feeds,
    inbox,
    news,
    print_pack,
    saved_searches,
    sharing,
    shortlists,
    suggestions,
    watches,
)

# What a worker puts aside, beside what they watch: address, view and ways in.
READ, CHANGE, BOTH = ["GET"], ["POST"], ["GET", "POST"]
KEPT = (
    ("/lists", shortlists.add_shortlist, BOTH),
    ("/lists/services", shortlists.add_entries, CHANGE),
    ("/lists/<uuid:shortlist_id>", shortlists.show_shortlist, READ),
    ("/lists/<uuid:shortlist_id>/name", shortlists.change_shortlist, CHANGE),
    ("/lists/<uuid:shortlist_id>/delete", shortlists.retire_shortlist, CHANGE),
    ("/lists/<uuid:shortlist_id>/watch", shortlists.watch_shortlist, CHANGE),
    ("/lists/<uuid:shortlist_id>/services/<uuid:service_id>/remove", shortlists.retire_entry, CHANGE),
    ("/lists/<uuid:shortlist_id>/share", sharing.add_share, CHANGE),
    ("/lists/<uuid:shortlist_id>/share/<uuid:share_id>/stop", sharing.retire_share, CHANGE),
    ("/compare", compare.choose_compared, CHANGE),
    ("/compare/<chosen>", compare.compare, READ),
    ("/saved-searches", saved_searches.list_saved_searches, READ),
    ("/saved-searches/save/<question>", saved_searches.add_search, BOTH),
    ("/saved-searches/<uuid:search_id>/delete", saved_searches.retire_search, CHANGE),
    ("/news", news.list_news, READ),
    ("/news/read", news.change_read, CHANGE),
)


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
    frontline.add_url_rule("/services/<uuid:service_id>/sorted", view_func=suggestions.add_suggestion, methods=["GET", "POST"])
    frontline.add_url_rule("/alerts", view_func=inbox.list_alerts)
    frontline.add_url_rule("/alerts/<uuid:alert_id>", view_func=alerts.show_alert)
    frontline.add_url_rule("/alerts/<uuid:alert_id>/acknowledge", view_func=inbox.acknowledge, methods=["POST"])
    frontline.add_url_rule("/alerts/<uuid:alert_id>/snooze", view_func=inbox.snooze, methods=["POST"])
    frontline.add_url_rule("/alerts/<uuid:alert_id>/hand-over", view_func=inbox.hand_over, methods=["POST"])
    frontline.add_url_rule("/alerts/choices", view_func=choices.change_choices, methods=["GET", "POST"])
    frontline.add_url_rule("/alerts/choices/test", view_func=choices.send_test, methods=["POST"])
    frontline.add_url_rule("/alerts/feeds", view_func=feeds.renew_feeds, methods=["GET", "POST"])
    frontline.add_url_rule("/feeds/<token>.ics", view_func=feeds.show_calendar)
    frontline.add_url_rule("/feeds/<token>.atom", view_func=feeds.show_news)
    frontline.add_url_rule("/pause/<token>", view_func=choices.pause, methods=["GET", "POST"])
    for address, view, methods in KEPT:
        frontline.add_url_rule(address, view_func=view, methods=methods)
    frontline.add_url_rule("/print", view_func=print_pack.choose_services, methods=["POST"])
    frontline.add_url_rule("/print/<paper>", view_func=print_pack.print_pack)
    app.register_blueprint(frontline)
    # A mail program posts here by itself, without our page or a cookie (RFC 8058); the sealed link is the proof.
    csrf.exempt(app.view_functions["frontline.unsubscribe"])
    # Whoever comes from a mail has no cookie of ours either.
    csrf.exempt(app.view_functions["frontline.pause"])
