"""Whether the site is well, for whatever watches over it."""

from flask import Response, jsonify

from partnerdir import clock, runs
from partnerdir.alerts.unsent import count_failed
from partnerdir.web.access import open_to_everyone


@open_to_everyone
def health() -> Response:
    """Green when the database answers and the worker has looked lately for what people must be told.

    `failed` counts the warnings that could not be sent; a dead address somewhere is no reason to wake anybody.
    """
    since = runs.late_since(clock.now())
    failed = count_failed()
    if since is None:
        return jsonify(status="ok", failed=failed)
    red = jsonify(status="late", job=runs.SCAN, since=since.isoformat(timespec="seconds"), failed=failed)
    red.status_code = 503
    return red
