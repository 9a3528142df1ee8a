"""The cast: a frontline worker, a coordinator, a steward; whoever has not signed in is a stranger."""

from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password

from partnerdir.accounts.actions import add_account
from partnerdir.accounts.models import Account
from partnerdir.accounts.queries import find_account
from partnerdir.accounts.rules import RoleName
from partnerdir.database import db, writing

PASSWORD = "a password for tests only"
EMAILS = {
    RoleName.FRONTLINE: "worker@housing.example",
    RoleName.COORDINATOR: "coordinator@partnership.example",
    RoleName.STEWARD: "steward@partnership.example",
}


def a_person(role: RoleName, email: str = "") -> Account:
    """An account with this role, made if it is not there yet; commits."""
    email = email or EMAILS[role]
    if find_account(email) is None:
        with writing(by="a test"):
            add_account(email, role, title=f"A {role}", password_hash=hash_password(PASSWORD))
    account = find_account(email)
    assert account is not None
    return account


def signed_in(app: Flask, role: RoleName) -> FlaskClient:
    """A browser in which this person has signed in through the page."""
    account = a_person(role)
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": account.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    db.session.rollback()
    return client
