"""What a mail says, and what it must never say."""

import dataclasses
import re
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from html5lib import parse

from partnerdir.alerts.email import MailServer
from partnerdir.alerts.hearers import find_watcher
from partnerdir.alerts.notices import Notice, notice_of
from partnerdir.alerts.queries import find_watch
from partnerdir.alerts.unsubscribing import opened_watch
from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.directory.rules import Taking
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import EndKind, Renewal
from partnerdir.geography.models import Area
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, deliver_on, scan_on, the_delivery
from tests.alerts.post import Post

END = TODAY + timedelta(25)


def noticed(settings: Settings, day: date = TODAY) -> Notice:
    """The notice of the one delivery there is."""
    delivery = the_delivery()
    service_id = delivery.alert.service_id
    assert service_id is not None
    assert delivery.account_id is not None
    watcher = find_watcher(delivery.account_id, service_id)
    assert watcher is not None
    return notice_of(delivery, watcher, list_outlooks([service_id], day, settings.threshold_days)[service_id], day, settings)


def text_of(mail: EmailMessage) -> str:
    """The plain part, on one line."""
    return " ".join(part(mail, "plain").split())


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def the_mail(settings: Settings) -> EmailMessage:
    scan_on(settings, TODAY)
    return MailServer(settings).mail_of(noticed(settings))


def test_a_mail_says_what_ends_when_how_far_away_who_said_so_and_where_to_look(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(
            END, confirmed_by="Project lead", confirmed_on=TODAY - timedelta(30), renewal=Renewal.APPLIED
        )
    text = text_of(the_mail(settings))
    assert text.startswith("Funding for Harbour Family Support ends on 9 February 2027, in 3 weeks.")
    assert "run by Harbour Family Support Trust" in text
    assert "Paid for by: Communities Fund (National Funder)" in text
    assert "The money is confirmed up to this date. Project lead said so on 16 December 2026." in text
    assert "More money is applied for." in text
    assert f"https://directory.example/services/{service.id}" in text
    assert "You get this because you watch this service at partnerdir." in text


def test_a_date_that_nobody_confirmed_or_that_is_an_estimate_is_said_to_be_so(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(END, end_kind=EndKind.ESTIMATED, source="360Giving grant 360G-X-1")
    text = text_of(the_mail(settings))
    assert "ends on about 9 February 2027" in text
    assert "This date is an estimate. No person has confirmed it yet; it comes from 360Giving grant 360G-X-1." in text


def test_the_mail_after_the_end_says_that_it_ended_and_when_money_is_there_again(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(TODAY - timedelta(3), day=TODAY - timedelta(30))
        make.a_window(service, TODAY + timedelta(400), fund=make.a_fund("Next", "Other"), starts_on=TODAY + timedelta(9))
    mail = the_mail(settings)
    assert mail["Subject"] == "partnerdir: funding of a service you watch ended on 12 January 2027"
    assert "ended on 12 January 2027, 3 days ago." in text_of(mail)
    assert "Money is confirmed again from 24 January 2027, in 9 days." in text_of(mail)


def test_a_decision_that_is_late_is_said(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(
            TODAY - timedelta(3), day=TODAY - timedelta(30), renewal=Renewal.APPLIED, decision_due_on=TODAY - timedelta(8)
        )
    assert "The decision was due on 7 January 2027, 8 days ago." in text_of(the_mail(settings))


def test_the_subject_names_the_fact_and_no_service(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(END)
    assert the_mail(settings)["Subject"] == "partnerdir: funding of a service you watch ends on 9 February 2027"


def test_the_html_part_says_the_same_words_as_the_plain_one(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(END, "Fish & <Chips>")
        others_for(service)
    mail = the_mail(settings)
    document = parse(part(mail, "html"), namespaceHTMLElements=False)
    body = document.find("body")
    assert body is not None
    addresses = re.compile(r":? https://\S+")
    assert " ".join("".join(body.itertext()).split()) == addresses.sub("", text_of(mail))
    assert [link.get("href") for link in body.iter("a")] == re.findall(r"https://\S+", text_of(mail))
    assert document.findtext("head/title") == mail["Subject"]
    assert "<Chips>" not in part(mail, "html")


def others_for(service: Service) -> dict[str, Service]:
    """Other services for the same need, one of each sort that matters."""
    need, ward, council = make.a_need(), make.an_area(), make.an_area("Council", "council")
    elsewhere = make.an_area("Elsewhere", "elsewhere")
    ward.parent_id = council.id
    fund = make.a_fund("Others' Fund", "Others' Funder")
    directory.change_service(service, {}, needs=[need], area_ids=[ward.id])
    sorts: dict[str, tuple[Area, date, dict[str, Any]]] = {
        "Until 2028": (ward, TODAY + timedelta(400), {}),
        "Council wide": (council, TODAY + timedelta(500), {}),
        "Waiting list": (ward, TODAY + timedelta(900), {"taking": Taking.WAITING_LIST}),
        "Too short": (ward, END, {}),
        "Full": (ward, TODAY + timedelta(900), {"taking": Taking.NOT_NOW}),
        "Elsewhere": (elsewhere, TODAY + timedelta(900), {}),
        "Confidential": (ward, TODAY + timedelta(900), {"is_confidential": True}),
    }
    made = {}
    for name, (area, ends_on, fields) in sorts.items():
        made[name] = make.a_service(name, needs=[need], area_ids=[area.id], **({"taking": Taking.NOW} | fields))
        make.a_window(made[name], ends_on, fund=fund)
    return made


def test_up_to_three_others_that_take_people_and_are_funded_for_longer_are_named(app: Flask, settings: Settings) -> None:
    with make.saved():
        others_for(a_watched_service(END))
    scan_on(settings, TODAY)
    others = noticed(settings).others
    assert [other.name for other in others] == ["Until 2028", "Council wide", "Waiting list"]
    assert others[0].words == "Funded until 19 February 2028. Takes people now."
    assert others[1].words == "Funded until 29 May 2028. Takes people now."  # longer, but not for the very same area
    assert others[2].words.endswith("Has a waiting list.")


def test_where_there_are_no_others_the_mail_says_so(app: Flask, settings: Settings) -> None:
    with make.saved():
        a_watched_service(END)
    assert "We know of no other service for the same need and area" in text_of(the_mail(settings))


def test_a_confidential_address_and_a_note_stay_out_of_the_mail(app: Flask, settings: Settings) -> None:
    with make.saved():
        service = a_watched_service(END, note="SECRETNOTE")
        service.is_confidential = True
        place = directory.add_location(address_1="1 SECRETSTREET", postal_code="SE1 1RT", is_confidential=True)
        directory.add_contact(service, "SECRETDESK", email="secret@desk.example", audience="staff")
        db.session.flush()
        directory.add_service_at_location(service, place)
        others_for(service)
    assert not re.search("secret|SE1 1RT", the_mail(settings).as_string(), re.IGNORECASE)


def test_a_newline_in_a_name_adds_no_header_and_no_line(app: Flask, settings: Settings, mail_server: Post) -> None:
    with make.saved():
        a_watched_service(END, "Harbour\r\nBcc: everybody@example.org")
    scan_on(settings, TODAY)
    deliver_on(dataclasses.replace(settings, site_name="Our\r\nBcc: everybody@example.org\r\nlist"))
    mail = mail_server.mails[0]
    assert mail["Bcc"] is None
    assert mail_server.recipients == ["worker@housing.example"]
    assert "Funding for Harbour Bcc: everybody@example.org ends on" in part(mail, "plain")


def test_the_link_to_stop_opens_the_watch_and_is_in_the_headers_for_one_click(
    app: Flask, settings: Settings, mail_server: Post
) -> None:
    with make.saved():
        service = a_watched_service(END)
    scan_on(settings, TODAY)
    deliver_on(settings)
    mail = mail_server.mails[0]
    link = str(mail["List-Unsubscribe"]).strip("<>")
    on_the_wire = MailServer(settings).mail_of(noticed(settings)).as_bytes()
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in on_the_wire
    assert link in part(mail, "plain")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = link.removeprefix("https://directory.example/unsubscribe/")
    account_id = the_delivery().account_id
    assert account_id is not None
    watch = find_watch(account_id, service.id)
    assert watch is not None
    assert opened_watch(token, settings.secret_key or "") == watch.id


@pytest.mark.parametrize("token", ["", "x", "IjEi.bad", "é" * 40])
def test_a_link_that_was_not_made_here_opens_nothing(token: str) -> None:
    assert opened_watch(token, "a secret for tests only, long enough") is None


def test_a_long_name_and_letters_of_other_alphabets_arrive_whole(app: Flask, settings: Settings, mail_server: Post) -> None:
    name = "Cùram Chloinne — " + "ж" * 200
    with make.saved():
        a_watched_service(END, name)
    scan_on(settings, TODAY)
    deliver_on(settings)
    assert name in part(mail_server.mails[0], "plain")
    assert name in part(mail_server.mails[0], "html")
