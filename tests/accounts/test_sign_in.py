"""Only invited people sign in, and only as what they are."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.actions import add_account, change_account
from partnerdir.accounts.invitations import invitation_link
from partnerdir.accounts.queries import find_account
from partnerdir.accounts.rules import RoleName
from partnerdir.errors import BadInput
from tests import make, people


def test_a_fresh_installation_lets_nobody_in_until_a_steward_is_invited(app: Flask, visitor: FlaskClient) -> None:
    answer = visitor.post("/sign-in", data={"email": "steward@partnership.example", "password": "anything at all"})
    assert answer.status_code == 200
    assert "is not right" in answer.text
    printed = app.test_cli_runner().invoke(args=["steward", "invite", "steward@partnership.example"]).output
    link = re.search(r"http\S+(/password/new/\S+)", printed)
    assert link is not None, printed
    path = link[1]
    assert visitor.post(path, data={"password": "three dull words", "password_confirm": "three dull words"}).status_code == 302
    signed_in = visitor.post("/sign-in", data={"email": "steward@partnership.example", "password": "three dull words"})
    assert signed_in.status_code == 302
    assert visitor.get("/manage/accounts").status_code == 200
    assert app.test_client().get(path).status_code == 302, "the link works once"


def test_a_wrong_address_and_a_wrong_password_read_the_same(app: Flask, visitor: FlaskClient) -> None:
    people.a_person(RoleName.FRONTLINE)
    pages = [
        visitor.post("/sign-in", data={"email": email, "password": "not the password"}).text
        for email in (people.EMAILS[RoleName.FRONTLINE], "nobody@housing.example")
    ]
    assert all("is not right" in page for page in pages)
    said = [re.sub(r'value="[^"]+"', "", page) for page in pages]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("path", "least"),
    [("/ending", RoleName.FRONTLINE), ("/manage/services", RoleName.COORDINATOR), ("/manage/accounts", RoleName.STEWARD)],
)
def test_each_door_opens_from_its_role_upwards(
    path: str, least: RoleName, visitor: FlaskClient, client_as: Callable[[RoleName], FlaskClient]
) -> None:
    assert visitor.get(path).status_code == 302
    order = list(RoleName)
    for role in order:
        assert client_as(role).get(path).status_code == (200 if order.index(role) >= order.index(least) else 403)


def test_a_person_who_may_no_longer_sign_in_is_out_at_once(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    client = client_as(RoleName.FRONTLINE)
    assert client.get("/ending").status_code == 200
    with make.saved():
        account = find_account(people.EMAILS[RoleName.FRONTLINE])
        assert account is not None
        change_account(account, RoleName.FRONTLINE, is_active=False)
    assert client.get("/ending").status_code == 302


def test_the_last_steward_cannot_be_lost(app: Flask) -> None:
    steward = people.a_person(RoleName.STEWARD)
    with pytest.raises(BadInput, match="only steward"), make.saved():
        change_account(steward, RoleName.FRONTLINE, is_active=True)


def test_guessing_is_slowed_down(app: Flask, visitor: FlaskClient) -> None:
    answers = [visitor.post("/sign-in", data={"email": "a@b.example", "password": "guess"}).status_code for _ in range(22)]
    assert answers[-1] == 429


def test_passwords_are_argon2_and_never_in_the_change_log(app: Flask) -> None:
    account = people.a_person(RoleName.FRONTLINE)
    assert account.password is not None
    assert "argon2" in account.password
    with make.saved():
        link = invitation_link(add_account("new@housing.example", RoleName.FRONTLINE), "https://directory.example")
    assert link.startswith("https://directory.example/password/new/")


def test_a_form_without_its_token_is_refused(app: Flask, client_as: Callable[[RoleName], FlaskClient]) -> None:
    client = client_as(RoleName.STEWARD)
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/manage/accounts/add", data={"email": "new@housing.example", "role": "steward"})
    assert answer.status_code == 400
    assert find_account("new@housing.example") is None
