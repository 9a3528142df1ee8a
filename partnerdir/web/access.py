"""Who may come through a door, and which doors write: marks on the view functions."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, redirect, request, url_for
from flask_security import current_user

from partnerdir.accounts.rules import RoleName, has_rank
from partnerdir.database import writing

View = TypeVar("View", bound=Callable[..., Any])
EVERYONE = "everyone"


def open_to_everyone(view: View) -> View:
    """Marks a view that needs no sign-in."""
    return _marked(view, EVERYONE)


def open_to(role: RoleName) -> Callable[[View], View]:
    """Marks a view for people who sign in with this role or a higher one, and keeps others out."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **named: Any) -> Any:
            if not current_user.is_authenticated:
                back = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("security.login", next=back))
            if not has_rank(current_user.role_names, role):
                abort(403)
            return view(*args, **named)

        return _marked(guarded, role)  # type: ignore[return-value]  # a wrapper with the view's own signature

    return mark


def _marked(view: View, access: str) -> View:
    view.__access__ = access  # type: ignore[attr-defined]  # the mark that tests/house looks for
    return view


def changes_records(view: View) -> View:
    """Marks a view that writes on POST: its change is one transaction, signed with who is signed in."""

    @wraps(view)
    def door(*args: Any, **named: Any) -> Any:
        if request.method != "POST":
            return view(*args, **named)
        with writing(by=who_is_signed_in()):
            return view(*args, **named)

    door.__changes_records__ = True  # type: ignore[attr-defined]  # the mark that tests/house looks for
    return door  # type: ignore[return-value]  # a wrapper with the view's own signature


def who_is_signed_in() -> str:
    """The words that the change log signs this request with."""
    return str(current_user.email) if current_user.is_authenticated else "a visitor"


def post_of_reader() -> str:
    """The post of who is signed in, which may be shown to others; never their address."""
    return str(current_user.title or current_user.role_names[0])


def is_staff() -> bool:
    """Whether the reader of this page is signed in with any role."""
    return bool(current_user.is_authenticated and current_user.role_names)
