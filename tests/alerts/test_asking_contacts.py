"""A service's own contact is asked whether what we say is right, and answers without signing in."""

import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.alerts.asking_contacts import sealed_request
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.directory.actions import add_contact, add_location, add_service_at_location
from partnerdir.directory.models import Contact, Service, Suggestion
from partnerdir.directory.rules import Audience, SuggestionOrigin
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.rules import EndKind
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, days, deliver_on, noon, scan_on
from tests.alerts.post import Post

POST = "duty@harbour.example"
SECRET_POST = "night@harbour.example"
LAST_CONFIRMED = TODAY - days(200)


def a_stale_service(**contact: Any) -> Service:
    """A service that was confirmed 200 days ago, with a duty worker to ask."""
    service = make.a_service(assured_on=LAST_CONFIRMED, assured_by="Somebody")
    add_contact(service, "Duty worker", email=POST, **contact)
    make.a_window(service, None, end_kind=EndKind.OPEN_ENDED, note="Keep this among staff", amount=12500)
    return service


def asked() -> list[Delivery]:
    """What goes to contacts."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Delivery).where(Delivery.contact_id.is_not(None))))


def text_of(mail: Any) -> str:
    """The words of a mail, plain and HTML."""
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def asked_on_the_day(settings: Settings, server: Post, **contact: Any) -> str:
    """The path of the link in the mail that the duty worker gets."""
    with make.saved():
        a_stale_service(**contact)
    scan_on(settings, TODAY)
    assert deliver_on(settings) == {"sent": 1}
    found = re.search(r"https://directory.example(/confirm/\S+)", text_of(server.mails[0]))
    assert found
    return found.group(1).rstrip('"')


def test_the_post_is_asked_once_in_words_that_staff_alone_know_nothing_of(
    app_on_both: Flask, settings_on_both: Settings, mail_server: Post
) -> None:
    with make.saved():
        service = a_stale_service()
        add_contact(service, "Night desk", email="", phones=["0131 496 0009"], audience=Audience.STAFF)
    scan_on(settings_on_both, TODAY, TODAY + days(1))
    assert deliver_on(settings_on_both, TODAY + days(1)) == {"sent": 1}
    (mail,) = mail_server.mails
    assert mail["To"] == POST
    assert "Harbour" not in str(mail["Subject"])
    said = text_of(mail)
    assert "You get this because you are named as a contact of this service at partnerdir." in " ".join(said.split())
    for secret in ("Keep this among staff", "12500", "0131 496 0009", "Night desk", "pause/", "unsubscribe/"):
        assert secret not in said


@pytest.mark.parametrize(
    "contact",
    [{"is_confidential": True}, {"last_on": TODAY - days(1)}, {"first_on": TODAY + days(1)}],
    ids=["confidential", "has left", "not there yet"],
)
def test_a_post_that_may_not_be_asked_is_not(app: Flask, settings: Settings, contact: dict[str, Any]) -> None:
    with make.saved():
        a_stale_service(**contact)
    scan_on(settings, TODAY)
    assert asked() == []


def test_a_post_without_an_address_and_a_fresh_service_are_not_asked(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_stale_service()
        db.session.flush()
        db.session.scalars(sa.select(Contact)).one().email = ""
        fresh = make.a_service("Fresh", assured_on=TODAY)
        add_contact(fresh, "Duty worker", email=POST)
    scan_on(settings, TODAY)
    assert asked() == []


def test_a_post_that_leaves_before_sending_gets_nothing(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        a_stale_service()
    scan_on(settings, TODAY)
    with make.saved() as session:
        session.delete(session.scalars(sa.select(Contact)).one())
    assert deliver_on(settings) == {"dropped": 1}
    reason = db.session.scalar(sa.select(Delivery.reason))
    assert reason == "The post was left, or has no address any more."
    assert mail_server.mails == []


def test_yes_marks_the_service_and_its_money_as_confirmed_by_the_post(
    app: Flask, settings: Settings, visitor: FlaskClient, mail_server: Post
) -> None:
    path = asked_on_the_day(settings, mail_server)
    with noon(TODAY + days(2)):
        page = visitor.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.text
        assert "Set-Cookie" not in page.headers
        assert "Keep this among staff" not in page.text
        assert db.session.scalars(sa.select(Service.assured_on)).one() == LAST_CONFIRMED, "a GET confirms nothing"
        assert "Thank you" in visitor.post(path, data={"is_right": "yes"}).text
    db.session.rollback()
    service = db.session.scalars(sa.select(Service)).one()
    assert (service.assured_on, service.assured_by) == (TODAY + days(2), "Duty worker")
    window = db.session.scalars(sa.select(FundingWindow)).one()
    assert (window.confirmed_on, window.confirmed_by) == (TODAY + days(2), "Duty worker")


def test_what_is_wrong_waits_for_coordinators_and_a_link_takes_one_answer(
    app: Flask, settings: Settings, visitor: FlaskClient, mail_server: Post
) -> None:
    path = asked_on_the_day(settings, mail_server)
    fields = {"kind": "wrong_dates", "text": "The money goes on", "ends_on": ["31", "3", "2028"]}
    with noon(TODAY + days(1)):
        for bad in ({}, fields | {"kind": "nonsense"}, fields | {"ends_on": ["31", "3", "9999"]}, {"kind": "other"}):
            assert visitor.post(path, data=bad).status_code == 422, bad
        assert visitor.post(path, data=fields).status_code == 200
        assert "answered already" in visitor.get(path).text
        assert "answered already" in visitor.post(path, data={"is_right": "yes"}).text
    db.session.rollback()
    suggestion = db.session.scalars(sa.select(Suggestion)).one()
    assert (suggestion.origin, suggestion.made_by) == (SuggestionOrigin.CONTACT, "Duty worker")
    assert suggestion.ends_on == date(2028, 3, 31)
    assert db.session.scalars(sa.select(Service.assured_on)).one() == LAST_CONFIRMED


def test_the_page_keeps_a_secret_address_and_staff_contacts(
    app: Flask, settings: Settings, visitor: FlaskClient, mail_server: Post
) -> None:
    path = asked_on_the_day(settings, mail_server)
    with make.saved():
        service = db.session.scalars(sa.select(Service)).one()
        service.is_confidential = True
        add_service_at_location(service, add_location(name="Refuge", address_1="9 Hidden Lane"))
        add_contact(service, "Night desk", email=SECRET_POST, audience=Audience.STAFF)
    with noon(TODAY):
        page = visitor.get(path).text
    assert "kept secret" in page
    for secret in ("Hidden Lane", "Night desk", SECRET_POST):
        assert secret not in page


def test_a_link_ends_after_30_days_with_the_post_and_when_it_is_tampered_with(
    app: Flask, settings: Settings, visitor: FlaskClient, mail_server: Post
) -> None:
    path = asked_on_the_day(settings, mail_server)
    for when in (TODAY + days(31), TODAY + days(400)):
        with noon(when):
            answer = visitor.post(path, data={"is_right": "yes"})
            assert (answer.status_code, "This link has ended" in answer.text) == (410, True)
    with noon(TODAY + days(29)):
        assert visitor.get(path).status_code == 200
        assert visitor.get(f"{path}x").status_code == 410
        assert visitor.get("/confirm/nonsense").status_code == 410
        with make.saved() as session:
            session.scalars(sa.select(Contact)).one().last_on = TODAY
        assert visitor.get(path).status_code == 410
    db.session.rollback()
    assert db.session.scalars(sa.select(Service.assured_on)).one() == LAST_CONFIRMED


def test_a_link_made_with_another_secret_or_for_a_person_opens_nothing(
    app: Flask, settings: Settings, visitor: FlaskClient, mail_server: Post
) -> None:
    asked_on_the_day(settings, mail_server)
    (delivery,) = asked()
    with noon(TODAY):
        assert visitor.get(f"/confirm/{sealed_request(delivery.id, 'another secret')}").status_code == 410
        alert_id = db.session.scalar(sa.select(Alert.id).where(Alert.kind == AlertKind.REVIEW_DUE))
        assert alert_id
        assert visitor.get(f"/confirm/{sealed_request(alert_id, str(settings.secret_key))}").status_code == 410
