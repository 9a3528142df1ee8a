"""Which language a page speaks: the one in its address, else the account's, else one that the browser asks for.

The choice rides in the address (`/pl/services/…`), because a visitor takes no cookie away. It is moved from the path to
where WSGI keeps the root of a site, so that every address a page makes stays in its language.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request
from flask_babel import Babel
from flask_security import current_user

from partnerdir import languages
from partnerdir.languages import Language, language_spoken, locale_of, offer, offered, spoken
from partnerdir.settings import Settings

IN_ADDRESS = "partnerdir.language"


class LanguageInAddress:
    """Takes the language off the front of the path, for the site behind it."""

    def __init__(self, site: Callable[..., Iterable[bytes]]) -> None:
        self.site = site

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        first, _, rest = environ.get("PATH_INFO", "").removeprefix("/").partition("/")
        if any(first == language.code for language in offered()):
            environ |= {
                IN_ADDRESS: first,
                "SCRIPT_NAME": f"{environ.get('SCRIPT_NAME', '')}/{first}",
                "PATH_INFO": f"/{rest}",
            }
        return self.site(environ, start_response)


def init_app(app: Flask) -> None:
    """Gives pages, forms and Flask-Security's messages their language."""
    settings: Settings = app.extensions["settings"]
    offer(settings.offered_languages)
    # Flask-Babel's own way to a message looks up the request's language each time, which a page of results feels.
    Babel(app, locale_selector=lambda: str(locale_of(spoken())), default_translation_directories=str(languages.FOLDER))
    app.jinja_env.install_gettext_callables(**languages.jinja_callables())  # type: ignore[attr-defined]  # the extension adds it
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.before_request(_speak)
    app.after_request(_say_language)
    app.context_processor(_context)
    app.wsgi_app = LanguageInAddress(app.wsgi_app)  # type: ignore[method-assign]  # as Flask's manual does


def _speak() -> None:
    languages.speak(chosen())


def chosen() -> str:
    """The language of this request's answer."""
    if IN_ADDRESS in request.environ:
        return str(request.environ[IN_ADDRESS])
    if current_user.is_authenticated and current_user.language:
        return str(current_user.language)
    return request.accept_languages.best_match([language.code for language in offered()]) or offered()[0].code


def _say_language(response: Response) -> Response:
    if not request.path.startswith("/static/"):
        response.headers["Content-Language"] = spoken()
        if IN_ADDRESS not in request.environ:
            response.vary.add("Accept-Language")
    return response


def _context() -> dict[str, Any]:
    # Every field of a form is rendered with this context.
    if "language_context" not in g:
        here = language_spoken()
        g.language_context = {
            "language": here,
            "other_languages": [_way_to(language) for language in offered() if language != here],
        }
    context: dict[str, Any] = g.language_context
    return context


def _way_to(language: Language) -> dict[str, str]:
    """The same page in another language; the answer to a form has no address of its own, so from there it is the first page."""
    root = request.script_root.removesuffix(f"/{request.environ.get(IN_ADDRESS, '')}")
    path = request.path if request.method in ("GET", "HEAD") else "/"
    return {"code": language.code, "name": language.name, "href": f"{root}/{language.code}{path}"}
