"""Signing in and out and choosing a password, with Flask-Security and our own pages."""

from datetime import timedelta
from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore

from partnerdir import languages
from partnerdir.accounts import invitations
from partnerdir.accounts.models import Account, Role
from partnerdir.alerts.email import MailServer
from partnerdir.alerts.errors import NotDelivered
from partnerdir.database import begin_writing, db
from partnerdir.languages import gettext_noop
from partnerdir.settings import Settings
from partnerdir.web.access import open_to_everyone

TRIES = "20 per minute; 200 per hour"
# Flask-Security's doors that we open; each is marked for everyone, because who signs in is not signed in yet.
DOORS = ("security.login", "security.logout", "security.forgot_password", "security.reset_password", "security.change_password")
# What Flask-Security calls its fields; it asks our catalogues for them.
LABELS = (
    gettext_noop("Email Address"),
    gettext_noop("Password"),
    gettext_noop("New Password"),
    gettext_noop("Retype Password"),
)
MESSAGES = {
    "SECURITY_MSG_LOGIN": (gettext_noop("You have signed in."), "success"),
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
        gettext_noop("The e-mail address or the password is not right. Check both and try again."),
        "error",
    ),
    "SECURITY_MSG_GENERIC_RECOVERY": (
        gettext_noop("If there is an account with this address, a link is on its way to it."),
        "info",
    ),
    "SECURITY_MSG_PASSWORD_RESET_REQUEST": (
        gettext_noop("If there is an account with this address, a link is on its way to it."),
        "info",
    ),
    "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": (gettext_noop("Your new password is set. Sign in with it."), "success"),
    "SECURITY_MSG_PASSWORD_RESET_EXPIRED": (gettext_noop("That link has run out. Ask for a new one below."), "error"),
    "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": (
        gettext_noop("That link does not work any more. Ask for a new one below."),
        "error",
    ),
    "SECURITY_MSG_UNAUTHENTICATED": (gettext_noop("Sign in to see that page."), "error"),
    "SECURITY_MSG_PASSWORD_CHANGE": (gettext_noop("Your password is changed."), "success"),
    "SECURITY_MSG_EMAIL_NOT_PROVIDED": (gettext_noop("Enter your e-mail address."), "error"),
    "SECURITY_MSG_PASSWORD_NOT_PROVIDED": (gettext_noop("Enter your password."), "error"),
    "SECURITY_MSG_INVALID_EMAIL_ADDRESS": (gettext_noop("Enter an e-mail address like name@example.org."), "error"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": (gettext_noop("The two passwords are not the same. Type them again."), "error"),
    "SECURITY_MSG_PASSWORD_INVALID_LENGTH": (gettext_noop("Use at least %(length)s characters."), "error"),
    "SECURITY_MSG_PASSWORD_TOO_SIMPLE": (gettext_noop("That password is easy to guess. Use a longer one."), "error"),
}


class OutgoingMail(MailUtil):
    """Flask-Security's mail, sent the way that warnings are sent."""

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: str | None, html: str | None, **context: Any
    ) -> None:
        """Sends at once; what could not be sent is logged without the address, and the person can ask again."""
        server = MailServer(current_app.extensions["settings"])
        try:
            server.send_plain(to=str(recipient), subject=str(subject), text=body or "")
        except NotDelivered as error:
            current_app.logger.error("A mail about a password was not sent: %s", error)


def init_app(app: Flask) -> None:
    """Adds sign-in, and slows down those who guess passwords."""
    settings: Settings = app.extensions["settings"]
    app.config.update(_configuration(settings))
    store = SQLAlchemyUserDatastore(db, Account, Role)
    app.extensions["people"] = Security(app, store, mail_util_cls=OutgoingMail)
    app.before_request(_begin_writing_before_the_library_does)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=False)
    for endpoint in DOORS:
        view = open_to_everyone(app.view_functions[endpoint])
        slowed: Any = limiter.limit(TRIES, methods=["POST"])(view)
        app.view_functions[endpoint] = slowed


def _begin_writing_before_the_library_does() -> None:
    if request.blueprint == "security" and request.method == "POST":
        begin_writing(by="sign-in")


def _configuration(settings: Settings) -> dict[str, Any]:
    return MESSAGES | {
        # Its messages are said from our own catalogues, since every one that anybody sees is ours.
        "SECURITY_I18N_DOMAIN": languages.DOMAIN,
        "SECURITY_I18N_DIRNAME": str(languages.FOLDER),
        "SECURITY_PASSWORD_SALT": settings.password_salt,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_RESET_PASSWORD_WITHIN": invitations.LASTS,
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": True,
        "SECURITY_EMAIL_SENDER": settings.mail_from,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_RESET_URL": invitations.PATH,
        "SECURITY_CHANGE_URL": "/password/change",
        "SECURITY_POST_LOGIN_VIEW": "public.home",
        "SECURITY_POST_LOGOUT_VIEW": "public.home",
        "SECURITY_LOGIN_USER_TEMPLATE": "account/sign_in.html",
        "SECURITY_FORGOT_PASSWORD_TEMPLATE": "account/forgot_password.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": "account/new_password.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "account/change_password.html",
        "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET": f"{settings.site_name}: choose a new password",
        "SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE": f"{settings.site_name}: your password was changed",
        "SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": f"{settings.site_name}: your password was changed",
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_FRESHNESS": timedelta(minutes=-1),  # no second door that asks for the password again
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.secure_cookies,
    }
