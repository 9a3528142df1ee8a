"""The calendar and the news feed of what somebody watches, and the page that makes their address."""

from datetime import UTC, date, datetime, time

from flask import Response, current_app, make_response, render_template, request
from flask_security import current_user

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import feeds
from partnerdir.alerts.models import Delivery
from partnerdir.dates import spoken_day
from partnerdir.errors import Missing
from partnerdir.settings import Settings
from partnerdir.web.access import changes_records, open_to, open_to_everyone
from partnerdir.web.alert_words import alert_words


@open_to(RoleName.FRONTLINE)
@changes_records
def renew_feeds() -> tuple[str, int]:
    """Whether there are feeds; a button makes a new address, shown this once, and the old one ends."""
    is_made = request.method == "POST" and "close" not in request.form
    token = feeds.renew_address(current_user.id) if is_made else ""
    if request.method == "POST" and not is_made:
        feeds.retire_address(current_user.id)
    page = render_template(
        "frontline/renew_feeds.html",
        token=token,
        site=_settings().site_url.rstrip("/"),
        has_address=bool(token) or feeds.find_address(current_user.id) is not None,
    )
    return page, 201 if is_made else 200


@open_to_everyone
def show_calendar(token: str) -> Response:
    """End dates and decision days as a calendar; the address is the key."""
    reader, settings = _require_reader(token), _settings()
    entries = feeds.list_entries(reader.id, clock.today())
    file = feeds.calendar_of(entries, settings.site_name, settings.site_url, clock.now())
    return _sent(file, "text/calendar")


@open_to_everyone
def show_news(token: str) -> Response:
    """What its owner was told, as an Atom feed; the address is the key."""
    reader, settings = _require_reader(token), _settings()
    deliveries = feeds.list_news(reader.id)
    news = [
        {"id": one.id, "title": _title(one), "url": _url(one, settings), "updated": _midnight(one.alert.found_on)}
        for one in deliveries
    ]
    updated = _midnight(deliveries[0].alert.found_on if deliveries else clock.today())
    return _sent(render_template("frontline/news.xml", news=news, updated=updated, reader_id=reader.id), "application/atom+xml")


def _title(delivery: Delivery) -> str:
    said = alert_words(delivery.alert)
    day = f" {spoken_day(said.day)}" if said.day else ""
    return f"{feeds.neutral_name(delivery.alert.service)}: {said.before}{day}"


def _url(delivery: Delivery, settings: Settings) -> str:
    site, service_id = settings.site_url.rstrip("/"), delivery.alert.service_id
    return f"{site}/services/{service_id}" if service_id else f"{site}/alerts"


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()


def _require_reader(token: str) -> Account:
    reader = feeds.find_reader(token)
    if reader is None:
        raise Missing("There is no such feed.")
    return reader


def _sent(body: str | bytes, kind: str) -> Response:
    response = make_response(body)
    response.mimetype = kind
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
