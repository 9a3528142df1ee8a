"""The services that somebody ticked on a page."""

import uuid

from flask import request

MOST_PICKED = 200


def list_picked() -> list[uuid.UUID]:
    """Their ids, each once, in the order of the page; what is no id is left out."""
    found = []
    for text in request.form.getlist("service")[:MOST_PICKED]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
