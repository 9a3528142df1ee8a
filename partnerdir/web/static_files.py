"""Styles and scripts as the build made them: compressed, and kept by browsers for ever, as their names change with them."""

import re
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

from partnerdir.web.access import open_to_everyone

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


def init_app(app: Flask) -> None:
    """Serves the built files ahead of the site."""
    open_to_everyone(app.view_functions["static"])
    built = Path(app.static_folder or "static") / "built"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the way Flask's own manual wraps a site
        app.wsgi_app,
        root=str(built),
        prefix="/static/built/",
        immutable_file_test=lambda _path, url: bool(HASHED.search(url)),
        add_headers_function=_add_headers,
    )


def _add_headers(headers: Any, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
