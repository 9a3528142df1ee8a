"""A mail is said in the language of whoever gets it, with the real catalogue and over a real mail server."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir import languages
from partnerdir.accounts.models import Account
from partnerdir.database import db
from partnerdir.settings import Settings
from tests.alerts.cast import TODAY, a_watched_service, deliver_on, scan_on
from tests.alerts.post import Post
from tests.alerts.test_notices import part

ENGLISH_ONLY = ("Funding for", "Funded until", "You get this", "Stop watching", "in 3 weeks", "November")


@pytest.fixture
def polish() -> Iterator[None]:
    languages.offer(("en", "pl"))
    yield
    languages.speak("en")


@pytest.mark.usefixtures("polish")
def test_a_warning_comes_in_polish_to_whoever_chose_it(app: Flask, settings: Settings, mail_server: Post) -> None:
    a_watched_service(TODAY + timedelta(25))
    for account in db.session.scalars(sa.select(Account)):
        account.language = "pl"
    db.session.commit()
    scan_on(settings, TODAY)
    deliver_on(settings, TODAY)
    (mail,) = mail_server.mails
    assert mail["Content-Language"] == "pl"
    assert "finansowanie obserwowanej usługi kończy się" in str(mail["Subject"])
    for kind in ("plain", "html"):
        said = part(mail, kind)
        assert "Obserwujesz tę usługę" in said or "obserwujesz tę usługę" in said
        assert [words for words in ENGLISH_ONLY if words in said] == []


@pytest.mark.usefixtures("polish")
def test_whoever_chose_no_language_is_told_in_the_first(app: Flask, settings: Settings, mail_server: Post) -> None:
    a_watched_service(TODAY + timedelta(25))
    db.session.commit()
    scan_on(settings, TODAY)
    with languages.speaking("pl"):
        deliver_on(settings, TODAY)
    (mail,) = mail_server.mails
    assert mail["Content-Language"] == "en"
    assert "Funding for" in part(mail, "plain")
