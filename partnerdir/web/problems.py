"""What went wrong, said to a person as a page and to a machine as a JSON problem (RFC 9457)."""

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from partnerdir.database import db
from partnerdir.errors import BadInput, Conflict, Missing, PartnerdirError, Refused
from partnerdir.languages import gettext, gettext_noop
from partnerdir.search.index import NoIndex

STATUSES: dict[type[Exception], int] = {BadInput: 400, Missing: 404, Refused: 403, Conflict: 409, NoIndex: 503}
TITLES = {
    400: gettext_noop("We could not use that"),
    403: gettext_noop("You cannot see this page"),
    404: gettext_noop("Page not found"),
    405: gettext_noop("That cannot be done here"),
    409: gettext_noop("Somebody else changed this first"),
    413: gettext_noop("That is too much to send"),
    429: gettext_noop("Too many tries"),
    500: gettext_noop("Something went wrong"),
    503: gettext_noop("Searching is not possible just now"),
}
ADVICE = {
    400: gettext_noop("The page may have been open for too long. Go back, load it again and try once more."),
    403: gettext_noop("Your account does not allow this. Ask a steward if you think it should."),
    404: gettext_noop("The address may be mistyped, or the page may have moved. Search for the service instead."),
    405: gettext_noop("Go back to the page you came from and use its buttons."),
    409: gettext_noop("Go back, load the page again and check what changed."),
    413: gettext_noop("Send less text at once."),
    429: gettext_noop("Wait a few minutes and try again."),
    500: gettext_noop("Nothing was saved. Try again in a few minutes."),
    503: gettext_noop("Try again in a few minutes, or choose a need on the first page."),
}


def init_app(app: Flask) -> None:
    """Answers every error with a kind page or a JSON problem, and the right status."""
    kinds: tuple[type[Exception], ...] = (HTTPException, *STATUSES)
    for kind in kinds:
        app.register_error_handler(kind, _answer)


def _answer(error: Exception) -> Response:
    status = STATUSES.get(type(error)) or getattr(error, "code", None) or 500
    db.session.rollback()  # what failed may have left a transaction that answers nothing any more
    if isinstance(error, PartnerdirError) and status >= 500:
        current_app.logger.error("%s", error)  # our own errors name what to do, and never what was asked
    title = TITLES.get(status, TITLES[500])
    advice = ADVICE.get(status, ADVICE[500])
    if request.path.startswith("/api/") or request.path == "/health":
        response = jsonify(type="about:blank", title=title, status=status, detail=advice)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("problem.html", title=gettext(title), advice=gettext(advice)))
    response.status_code = status
    return response
