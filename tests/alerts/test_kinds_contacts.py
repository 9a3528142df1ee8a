"""Whom to ring has changed: told once for each burst of changes, by what they came to, and never of a confidential post."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.alerts import due, narrowing
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Contact, Service
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, days, deliver_on, noon, scan_on, unwatch, watch
from tests.alerts.post import Post
from tests.alerts.test_kinds import kinds, last_words

OLD, NEW = "0141 496 0001", "0141 496 0002"


def a_service_with_a_post(**fields: object) -> tuple[Service, Contact]:
    """A watched service with a duty worker whom one rings, both there for long."""
    with noon(TODAY - days(100)), make.saved():
        service = a_watched_service(TODAY + days(900), day=TODAY - days(100))
        contact = directory.add_contact(service, "Duty worker", [OLD], **fields)
    return service, contact


def change(contact: Contact, day: date = TODAY, phones: list[str] | None = None, **fields: object) -> None:
    """Changes the post at noon of the day."""
    with noon(day), make.saved():
        directory.change_contact(contact, fields, phones or [OLD])


def told(server: Post, settings: Settings, day: date = TODAY) -> str:
    """What the one mail of the day says."""
    scan_on(settings, day)
    assert deliver_on(settings, day) == {"sent": 1}
    return last_words(server)


def test_a_new_number_is_told_once_with_the_number(settings_on_both: Settings, mail_server: Post) -> None:
    _, contact = a_service_with_a_post()
    change(contact, phones=[NEW])
    words = told(mail_server, settings_on_both)
    assert words.startswith("Whom to ring at Harbour Family Support has changed.")
    assert f"Changed: Duty worker: its telephone number. Now: {NEW}." in words
    assert OLD not in words
    assert mail_server.mails[0]["Subject"] == "partnerdir: whom to ring at a service you watch has changed"
    scan_on(settings_on_both, TODAY, TODAY + days(1), TODAY + days(29))
    assert kinds() == ["contact_changed"]


def test_a_burst_of_changes_on_a_day_is_one_mail(app: Flask, settings: Settings, mail_server: Post) -> None:
    service, contact = a_service_with_a_post()
    change(contact, title="Family worker", email="family@harbour.example")
    with noon(TODAY), make.saved():
        directory.add_contact(service, "Team lead", [NEW], first_on=TODAY + days(3))
    words = told(mail_server, settings)
    assert (
        f"Changed: Family worker, called Duty worker before: its e-mail address. Now: {OLD}, family@harbour.example." in words
    )
    assert f"New: Team lead, from 18 January 2027. Now: {NEW}." in words
    assert len(mail_server.mails) == 1


def test_what_changes_after_that_is_told_again(app: Flask, settings: Settings, mail_server: Post) -> None:
    _, contact = a_service_with_a_post()
    change(contact, phones=[NEW])
    told(mail_server, settings)
    change(contact, phones=[NEW], email="new@harbour.example")
    assert "new@harbour.example" in told(mail_server, settings)
    assert kinds() == ["contact_changed", "contact_changed"]


def test_a_post_that_is_gone_is_named(app: Flask, settings: Settings, mail_server: Post) -> None:
    _, contact = a_service_with_a_post()
    with noon(TODAY), make.saved():
        directory.retire_contact(contact)
    assert "No longer there: Duty worker." in told(mail_server, settings)


def test_the_number_of_the_service_itself_counts(app: Flask, settings: Settings, mail_server: Post) -> None:
    service, _ = a_service_with_a_post()
    with noon(TODAY), make.saved():
        directory.change_service(service, {}, phones=[NEW])
    assert f"The service's own number: {NEW}" in told(mail_server, settings)


def put_back(contact: Contact) -> None:
    """Another number, and the old one again."""
    change(contact, phones=[NEW])
    change(contact, phones=[OLD])


def come_and_go(contact: Contact) -> None:
    """A post that is added and removed on one day."""
    with noon(TODAY), make.saved():
        passing = directory.add_contact(db.session.get_one(Service, contact.service_id), "Passing", [NEW])
    with noon(TODAY), make.saved():
        directory.retire_contact(passing)


def change_what_is_not_told(contact: Contact) -> None:
    """Fields that say nothing of how to reach the post."""
    change(contact, last_on=TODAY + days(300), department="Families")


def long_ago(contact: Contact) -> None:
    """A change of which nobody waits to hear any more."""
    change(contact, TODAY - timedelta(31), phones=[NEW])


@pytest.mark.parametrize("edit", [put_back, come_and_go, change_what_is_not_told, long_ago])
def test_what_came_to_nothing_is_not_told(app: Flask, settings: Settings, edit: Callable[[Contact], None]) -> None:
    _, contact = a_service_with_a_post()
    edit(contact)
    scan_on(settings, TODAY)
    assert kinds() == []


def test_a_new_service_with_its_contacts_is_no_news(app: Flask, settings: Settings) -> None:
    with noon(TODAY), make.saved():
        directory.add_contact(a_watched_service(TODAY + days(900)), "Duty worker", [OLD])
    scan_on(settings, TODAY)
    assert kinds() == []


def test_a_confidential_post_is_never_spoken_of(app: Flask, settings: Settings, mail_server: Post) -> None:
    service, secret = a_service_with_a_post(is_confidential=True)
    change(secret, title="SECRETDESK", phones=[NEW])
    scan_on(settings, TODAY)
    assert kinds() == []
    with noon(TODAY), make.saved():
        directory.add_contact(service, "Team lead", [OLD])
        directory.retire_contact(secret)
    words = told(mail_server, settings)
    assert "Team lead" in words
    assert "SECRETDESK" not in words
    assert NEW not in words


def test_staff_are_told_of_a_post_for_staff(app: Flask, settings: Settings, mail_server: Post) -> None:
    _, contact = a_service_with_a_post(audience="staff")
    change(contact, phones=[NEW])
    assert NEW in told(mail_server, settings)


def test_of_a_confidential_service_no_number_is_in_the_mail(app: Flask, settings: Settings, mail_server: Post) -> None:
    service, contact = a_service_with_a_post()
    with make.saved():
        service.is_confidential = True
    change(contact, phones=[NEW])
    words = told(mail_server, settings)
    assert NEW not in words
    assert "The service's page says how to reach them." in words


def test_whoever_began_to_watch_later_saw_it(app: Flask, settings: Settings) -> None:
    service, contact = a_service_with_a_post()
    change(contact, TODAY - days(2), phones=[NEW])
    with make.saved():
        unwatch(service)
    with make.saved():
        watch(service, "late@housing.example", TODAY - days(1))
    scan_on(settings, TODAY)
    assert kinds("late@housing.example") == []


def test_another_change_before_the_mail_goes_makes_one_mail_of_both(app: Flask, settings: Settings, mail_server: Post) -> None:
    _, contact = a_service_with_a_post()
    change(contact, phones=[NEW])
    scan_on(settings, TODAY)
    change(contact, phones=["0141 496 0003"])
    assert deliver_on(settings) == {"dropped": 1}
    reason = db.session.scalars(sa.select(Delivery.reason)).one()
    assert reason == "Whom to ring changed again, or it was too long ago, before this was sent."
    words = told(mail_server, settings)
    assert "0141 496 0003" in words
    assert NEW not in words


def test_nine_days_of_downtime_lose_no_day_of_changes(app: Flask, settings: Settings) -> None:
    _, contact = a_service_with_a_post()
    change(contact, phones=[NEW])
    change(contact, TODAY + days(4), phones=["0141 496 0003"])
    scan_on(settings, TODAY + days(9), TODAY + days(10))
    assert kinds() == ["contact_changed", "contact_changed"]


def test_a_narrowing_that_forgets_contacts_is_caught(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    service, contact = a_service_with_a_post()
    change(contact, phones=[NEW])
    monkeypatch.setattr(narrowing, "contacts_in_question", lambda *_: ())
    everything = due.list_due(TODAY, settings.threshold_days, among=[service.id])
    assert [item.fact.kind for item in everything] == [AlertKind.CONTACT_CHANGED]
    assert due.list_due(TODAY, settings.threshold_days) == []


def test_once_told_nothing_is_asked_again(app: Flask, settings: Settings) -> None:
    service, contact = a_service_with_a_post()
    change(contact, phones=[NEW])
    assert narrowing.list_services_in_question(TODAY, settings.threshold_days) == [service.id]
    scan_on(settings, TODAY)
    assert db.session.scalars(sa.select(Alert.kind)).all() == [AlertKind.CONTACT_CHANGED]
    assert narrowing.list_services_in_question(TODAY, settings.threshold_days) == []
