"""Listings that nobody has confirmed: whoever looks after the area is told and the service is asked, once each period."""

import dataclasses
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.accounts.actions import add_account, change_areas
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import due, narrowing
from partnerdir.alerts.choices import change_choice
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, Pace
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.models import FundingWindow
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, days, deliver_on, noon, scan_on, watch
from tests.alerts.post import Post
from tests.alerts.test_kinds import last_words

KEEPER = "coordinator@partnership.example"
DESK = "desk@harbour.example"
LAST_CONFIRMED = TODAY - days(180)


def an_old_listing(confirmed_on: date | None = LAST_CONFIRMED, email: str = "") -> Service:
    """A watched service in an area that a coordinator looks after, last confirmed on that day."""
    with noon(TODAY - days(180)), make.saved():
        service = a_watched_service(TODAY + days(900), day=TODAY - days(180))
        directory.change_service(service, {"assured_on": confirmed_on}, area_ids=[make.an_area().id])
        if email:
            directory.add_contact(service, "Desk", email=email)
        keeper = add_account(KEEPER, RoleName.COORDINATOR)
        db.session.flush()
        change_areas(keeper, [area.area_id for area in service.areas_served], TODAY)
        change_choice(keeper.id, Pace.AT_ONCE, None, None)
    return service


def asked(state: str = "") -> list[tuple[str, int | None]]:
    """Who was told of a review, or asked, and of which period."""
    query = sa.select(Delivery, Alert.threshold).join(Alert).where(Alert.kind == AlertKind.REVIEW_DUE)
    found = []
    for delivery, period in db.session.execute(query):
        who = delivery.account.email if delivery.account else delivery.contact.email if delivery.contact else ""
        if state in ("", delivery.state):
            found.append((who, period))
    return sorted(found, key=lambda one: (-(one[1] or 0), one[0]))


def test_whoever_looks_after_the_area_is_told_and_the_service_asked_but_no_frontline_worker(
    settings_on_both: Settings, mail_server: Post
) -> None:
    an_old_listing(email=DESK)
    scan_on(settings_on_both, TODAY, TODAY + days(1), TODAY + days(60))
    assert asked() == [(KEEPER, -1), (DESK, -1)]
    deliver_on(settings_on_both, TODAY + days(60))
    assert sorted(mail_server.recipients) == [KEEPER, DESK]


def test_the_mail_says_since_when_and_names_nobody_in_its_subject(app: Flask, settings: Settings, mail_server: Post) -> None:
    an_old_listing()
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert mail_server.mails[0]["Subject"] == "partnerdir: is what we say about a service still right?"
    words = last_words(mail_server)
    assert words.startswith("What we say about Harbour Family Support was last confirmed on 19 July 2026, 5 months ago.")
    assert "confirm them on its page" in words
    assert "You get this because you look after Saltness at partnerdir." in words
    assert "We know of no other" not in words


def test_what_nobody_ever_confirmed_counts_from_the_day_it_was_added(app: Flask, settings: Settings, mail_server: Post) -> None:
    an_old_listing(confirmed_on=None)
    scan_on(settings, TODAY - days(1))
    assert asked() == []
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert "Nobody has confirmed what we say about Harbour Family Support since it was added on 19 July 2026" in last_words(
        mail_server
    )


def test_it_is_told_again_in_each_period_and_once_after_several(app: Flask, settings: Settings) -> None:
    an_old_listing()
    scan_on(settings, TODAY, TODAY + days(179), TODAY + days(180), TODAY + days(200), TODAY + days(180 * 4))
    assert asked() == [(KEEPER, -1), (KEEPER, -2), (KEEPER, -5)]


def test_a_confirmed_listing_or_window_starts_the_period_anew(app: Flask, settings: Settings) -> None:
    service = an_old_listing()
    scan_on(settings, TODAY)
    with make.saved():
        window = db.session.scalars(sa.select(FundingWindow)).one()
        window.confirmed_on = TODAY
    assert deliver_on(settings) == {"dropped": 1}
    assert db.session.scalars(sa.select(Delivery.reason)).one() == "Somebody confirmed it before this was sent."
    scan_on(settings, TODAY + days(179))
    assert asked("waiting") == []
    with make.saved():
        directory.verify_service(db.session.get_one(Service, service.id), "Coordinator", TODAY + days(100))
    scan_on(settings, TODAY + days(279))
    assert asked("waiting") == []
    scan_on(settings, TODAY + days(280))
    assert asked("waiting") == [(KEEPER, -1)]


def test_a_closed_service_needs_no_review(app: Flask, settings: Settings) -> None:
    service = an_old_listing()
    with make.saved():
        directory.change_service(service, {"status": ServiceStatus.CLOSED})
    scan_on(settings, TODAY)
    assert asked() == []


def test_the_setting_says_after_how_many_days(app: Flask, settings: Settings) -> None:
    an_old_listing()
    scan_on(dataclasses.replace(settings, review_after_days=181), TODAY)
    assert asked() == []
    scan_on(dataclasses.replace(settings, review_after_days=90), TODAY)
    assert asked() == [(KEEPER, -2)]


def test_a_coordinator_who_also_watches_is_told_once(app: Flask, settings: Settings) -> None:
    service = an_old_listing()
    with make.saved():
        watch(service, KEEPER)
    scan_on(settings, TODAY)
    assert asked() == [(KEEPER, -1)]


def test_a_narrowing_that_forgets_reviews_is_caught(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    service = an_old_listing()
    assert narrowing.list_services_in_question(TODAY, settings.threshold_days) == [service.id]
    monkeypatch.setattr(narrowing, "list_reviews_in_question", lambda *_: ())
    assert due.list_due(TODAY, settings.threshold_days) == []
    found = due.list_due(TODAY, settings.threshold_days, among=[service.id])
    assert [item.fact.kind for item in found] == [AlertKind.REVIEW_DUE]


def test_once_told_nothing_is_asked_again(app: Flask, settings: Settings) -> None:
    an_old_listing(email=DESK)
    scan_on(settings, TODAY)
    assert narrowing.list_services_in_question(TODAY + days(100), settings.threshold_days) == []
