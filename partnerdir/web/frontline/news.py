"""What changed since somebody's last visit, of the services that they watch or have on lists."""

from datetime import UTC, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.ways import list_service_ids_watched
from partnerdir.directory.queries import list_whole_services
from partnerdir.errors import BadInput
from partnerdir.languages import gettext
from partnerdir.lists.actions import change_read_at
from partnerdir.lists.news import list_changes_since
from partnerdir.lists.queries import find_read_at, list_service_ids_of
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.news_words import news_words

AT_FIRST = timedelta(days=30)  # what is shown to whoever never said that they had read it
MOST_SERVICES = 100


@open_to(RoleName.FRONTLINE)
def list_news() -> str:
    """Service by service, in words, what changed last first."""
    now, read_at = clock.now(), find_read_at(current_user.id)
    since = read_at or now - AT_FIRST
    kept = {*list_service_ids_watched(current_user.id), *list_service_ids_of(current_user.id)}
    changes = list_changes_since(sorted(kept), since)
    newest = sorted(changes, key=lambda service_id: changes[service_id][-1].id, reverse=True)
    told = []
    for service in list_whole_services(newest[:MOST_SERVICES]):
        sentences = news_words(changes[service.id], service)
        if sentences:
            told.append((service, changes[service.id][-1].at, sentences))
    return render_template(
        "frontline/list_news.html",
        told=told,
        since=since,
        has_read=read_at is not None,
        is_empty=not kept,
        is_cut=len(newest) > MOST_SERVICES,
        shown_at=now.isoformat(),
    )


@open_to(RoleName.FRONTLINE)
@changes_records
def change_read() -> Response:
    """'I have read this': what changed after the page was made is news the next time."""
    change_read_at(current_user.id, _moment(request.form.get("shown_at", "")))
    flash(gettext("Next time you see only what changed after this."), "success")
    return redirect(url_for("frontline.list_news"), 303)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise BadInput({"shown_at": gettext("Load the page again.")}) from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
