"""The guard against forged forms; the few doors without a sign-in say so with `csrf.exempt`."""

from flask import Flask
from flask_wtf import CSRFProtect

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Guards every form."""
    csrf.init_app(app)
