"""Whether the site is well, for whatever watches over it."""

from flask import Response, jsonify

from partnerdir import clock, runs
from partnerdir.web.access import open_to_everyone


@open_to_everyone
def health() -> Response:
    """Green when the database answers and the worker has looked lately for what people must be told."""
    since = runs.late_since(clock.now())
    if since is None:
        return jsonify(status="ok")
    red = jsonify(status="late", job=runs.SCAN, since=since.isoformat(timespec="seconds"))
    red.status_code = 503
    return red
