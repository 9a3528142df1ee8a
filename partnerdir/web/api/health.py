"""Whether the site is well, for whatever watches over it."""

import sqlalchemy as sa
from flask import Response, jsonify

from partnerdir.database import db
from partnerdir.web.access import open_to_everyone


@open_to_everyone
def health() -> Response:
    """Green when the database answers."""
    db.session.execute(sa.text("SELECT 1"))
    return jsonify(status="ok")
