"""Who hears instead when something could not be sent for good."""

import dataclasses
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.accounts.actions import add_account, change_areas
from partnerdir.accounts.models import Account
from partnerdir.accounts.queries import require_account_of
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts import outbox
from partnerdir.alerts.choices import change_choice
from partnerdir.alerts.fallbacks import FOR_A_COLLEAGUE, FOR_A_CONTACT, FOR_A_WEBHOOK, add_fallbacks
from partnerdir.alerts.models import Alert, AlertChoice, Delivery
from partnerdir.alerts.rules import AlertKind, ChannelName, DeliveryState, Pace
from partnerdir.alerts.unsent import try_again
from partnerdir.database import db
from partnerdir.directory.actions import add_contact
from partnerdir.settings import Settings
from tests import make
from tests.alerts import receiver
from tests.alerts.cast import END, TODAY, WORKER, a_watcher, deliver_on, scan_on, the_delivery, watch
from tests.alerts.post import Post

GONE = "550 No such mailbox"
COLLEAGUE, YOUNGER_COLLEAGUE = "zoe@housing.example", "adam@housing.example"
COORDINATOR, STEWARD = "coordinator@partnership.example", "steward@partnership.example"


@pytest.fixture
def waiting(app: Flask, settings: Settings) -> Settings:
    """A worker of Housing waits for one warning about a service in Saltness; nobody else is there yet."""
    with make.saved():
        service = make.a_service(area_ids=[make.an_area().id])
        make.a_window(service, END)
        watch(service)
        a_watcher().organisation_id = make.an_organisation("Housing").id
    scan_on(settings, TODAY)
    return settings


def joins(email: str, role: RoleName = RoleName.FRONTLINE, looks_after: bool = False) -> None:
    """Somebody new, told of everything at once: of Housing too, or one who looks after Saltness."""
    with make.saved():
        worker, service = require_account_of(WORKER), db.session.scalars(sa.select(Alert)).first().service  # type: ignore[union-attr]  # there is one
        organisation_id = worker.organisation_id if email.endswith("@housing.example") else None
        account = add_account(email, role, organisation_id=organisation_id)
        db.session.flush()
        change_choice(account.id, Pace.AT_ONCE, None, None)
        if looks_after:
            change_areas(account, [served.area_id for served in service.areas_served], TODAY)


def told() -> set[tuple[str, str, str]]:
    """Every delivery: to whom, how it stands, and why where it stands in for another."""
    db.session.rollback()
    query = sa.select(Account.email, Delivery.state, Delivery.why, Delivery.stands_in_for_id)
    rows = db.session.execute(query.join(Account, Account.id == Delivery.account_id))
    return {(email, str(state), why if stands_in_for_id else "") for email, state, why, stands_in_for_id in rows}


def test_a_colleague_hears_what_could_not_be_delivered(waiting: Settings, mail_server: Post) -> None:
    """The one who has been there for longest, and no other."""
    joins(COLLEAGUE)
    joins(YOUNGER_COLLEAGUE)
    joins("stranger@police.example")
    mail_server.answer_to[WORKER] = GONE
    assert deliver_on(waiting) == {"failed": 1, "sent": 1}
    assert told() == {(WORKER, "failed", ""), (COLLEAGUE, "sent", FOR_A_COLLEAGUE)}
    mail = mail_server.mails[0].get_body(("plain",))
    assert mail is not None
    assert "a mail to a colleague could not be delivered" in " ".join(mail.get_content().split())
    assert deliver_on(waiting) == {}


def test_a_fallback_that_fails_goes_to_who_looks_after_the_area_and_then_to_the_stewards(
    waiting: Settings, mail_server: Post
) -> None:
    joins(COLLEAGUE)
    joins(YOUNGER_COLLEAGUE)
    joins(COORDINATOR, RoleName.COORDINATOR, looks_after=True)
    joins("far@partnership.example", RoleName.COORDINATOR)
    joins(STEWARD, RoleName.STEWARD)
    expected = {(WORKER, "failed", "")}
    for dead in (WORKER, COLLEAGUE, COORDINATOR, STEWARD):
        mail_server.answer_to[dead] = GONE
        expected.add((dead, "failed", "" if dead == WORKER else FOR_A_COLLEAGUE))
    deliver_on(waiting)
    assert told() == expected  # after the stewards it stays shown
    assert deliver_on(waiting) == {}


def test_without_a_colleague_it_goes_to_who_looks_after_the_area(waiting: Settings, mail_server: Post) -> None:
    joins(COORDINATOR, RoleName.COORDINATOR, looks_after=True)
    joins(STEWARD, RoleName.STEWARD)
    mail_server.answer_to[WORKER] = GONE
    assert deliver_on(waiting) == {"failed": 1, "sent": 1}
    assert told() == {(WORKER, "failed", ""), (COORDINATOR, "sent", FOR_A_COLLEAGUE)}


def test_without_anybody_the_failure_is_kept(waiting: Settings, mail_server: Post) -> None:
    mail_server.answer_to[WORKER] = GONE
    assert deliver_on(waiting) == {"failed": 1}
    assert told() == {(WORKER, "failed", "")}


def test_nobody_is_told_what_somebody_beside_them_knows(waiting: Settings, mail_server: Post) -> None:
    joins(COLLEAGUE)
    joins(YOUNGER_COLLEAGUE)
    with make.saved():
        watch(the_delivery().alert.service, YOUNGER_COLLEAGUE)
    scan_on(waiting, TODAY)
    mail_server.answer_to[WORKER] = GONE
    assert deliver_on(waiting) == {"failed": 1, "sent": 1}
    assert told() == {(WORKER, "failed", ""), (YOUNGER_COLLEAGUE, "sent", "")}


def test_nobody_hears_what_their_role_may_not_see(waiting: Settings, mail_server: Post) -> None:
    """A coordinator's mail goes to no frontline colleague; a closed account hears nothing either."""
    joins(COLLEAGUE)
    joins("closed@housing.example", RoleName.STEWARD)
    with make.saved():
        require_account_of("closed@housing.example").active = False
        worker = require_account_of(WORKER)
        worker.roles = list(add_account("somebody@else.example", RoleName.COORDINATOR).roles)
    mail_server.answer_to[WORKER] = GONE
    assert deliver_on(waiting) == {"failed": 1}
    joins(YOUNGER_COLLEAGUE, RoleName.COORDINATOR)
    with make.saved():
        assert [one.account_id for one in add_fallbacks([_failed().id])] == [require_account_of(YOUNGER_COLLEAGUE).id]


def test_what_the_auditor_found_stays_with_the_stewards(waiting: Settings, mail_server: Post) -> None:
    joins(COLLEAGUE)
    joins(STEWARD, RoleName.STEWARD)
    mail_server.answer_to[WORKER] = GONE
    with make.saved():
        delivery = db.session.scalars(sa.select(Delivery)).one()
        delivery.state = DeliveryState.FAILED
        delivery.alert.kind = AlertKind.AUDIT_DIFFERENCE
        db.session.flush()
        assert [one.account_id for one in add_fallbacks([delivery.id])] == [require_account_of(STEWARD).id]


def test_a_mail_to_the_service_itself_falls_back_on_who_looks_after_the_area(waiting: Settings) -> None:
    joins(COORDINATOR, RoleName.COORDINATOR, looks_after=True)
    with make.saved():
        waits = the_delivery()
        contact = add_contact(waits.alert.service, "Duty worker", email="duty@harbour.example")
        db.session.flush()
        asked = Delivery(alert_id=waits.alert_id, contact_id=contact.id, state="failed", next_try_at=waits.next_try_at)
        db.session.add(asked)
        db.session.flush()
        fallback = add_fallbacks([asked.id])[0]
        assert (fallback.account_id, fallback.why) == (require_account_of(COORDINATOR).id, FOR_A_CONTACT)


def test_the_failure_and_what_follows_from_it_are_kept_together_or_not_at_all(
    waiting: Settings, mail_server: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the fallback cannot be written, so the failure is not written either, and it is tried again."""
    joins(COLLEAGUE)
    mail_server.answer_to[WORKER] = GONE

    def cannot(_ids: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as planted:
        planted.setattr(outbox, "add_fallbacks", cannot)
        with pytest.raises(RuntimeError):
            deliver_on(waiting)
    assert told() == {(WORKER, "waiting", "")}
    assert deliver_on(waiting) == {"failed": 1, "sent": 1}


def test_trying_again_after_the_address_was_put_right_tells_the_first_reader_too(waiting: Settings, mail_server: Post) -> None:
    joins(COLLEAGUE)
    mail_server.answer_to[WORKER] = GONE
    deliver_on(waiting)
    mail_server.answer_to.clear()
    with make.saved():
        assert try_again(_failed().id, TODAY) == 1
    assert deliver_on(waiting) == {"sent": 1}
    assert told() == {(WORKER, "sent", ""), (COLLEAGUE, "sent", FOR_A_COLLEAGUE)}


@pytest.mark.parametrize("answer", [404, 410, 301])
def test_whoever_has_a_dead_webhook_is_told_by_mail(waiting: Settings, mail_server: Post, tmp_path: Path, answer: int) -> None:
    joins(COLLEAGUE)
    with receiver.running(tmp_path) as listening:
        listening.answers(answer)
        settings = _with_webhook(waiting, listening)
        assert deliver_on(settings) == {"failed": 1, "sent": 1}
    assert told() == {(WORKER, "failed", ""), (WORKER, "sent", FOR_A_WEBHOOK)}
    assert mail_server.recipients == [WORKER]


def test_a_dead_webhook_and_a_dead_mailbox_lead_to_a_colleague(waiting: Settings, mail_server: Post, tmp_path: Path) -> None:
    joins(COLLEAGUE)
    mail_server.answer_to[WORKER] = GONE
    with receiver.running(tmp_path) as listening:
        listening.answers(410)
        deliver_on(_with_webhook(waiting, listening))
    assert told() == {(WORKER, "failed", ""), (WORKER, "failed", FOR_A_WEBHOOK), (COLLEAGUE, "sent", FOR_A_COLLEAGUE)}


def _failed() -> Delivery:
    db.session.expire_all()
    return db.session.scalars(sa.select(Delivery).where(Delivery.state == DeliveryState.FAILED)).one()


def _with_webhook(settings: Settings, listening: receiver.Receiver) -> Settings:
    """The worker wants a webhook and no mail, and is to be told there."""
    with make.saved():
        choice = db.session.scalars(sa.select(AlertChoice).join(AlertChoice.account).where(Account.email == WORKER)).one()
        choice.wants_mail, choice.webhook_url = False, listening.url
        db.session.execute(sa.update(Delivery).values(channel=ChannelName.WEBHOOK))
    return dataclasses.replace(settings, webhook_hosts=f"localhost:{listening.port}", webhook_ca_file=str(listening.ca_file))
