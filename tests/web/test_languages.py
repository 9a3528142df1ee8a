"""A page speaks the language of its address, else the account's, else one the browser asks for; mails speak the account's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask.testing import FlaskClient

from partnerdir import languages
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.kept import said_again
from partnerdir.database import writing
from partnerdir.errors import BadSetting
from partnerdir.web.headers import HEADERS
from tests import make

SAID = {
    "Find help": "Znajdź pomoc",
    "Privacy": "Prywatność",
    "You look after %(area)s.": "Pod opieką: %(area)s.",
    "You are a steward.": "Jesteś opiekunem.",
    "We tell you as you chose.": "Piszemy tak, jak wybrano.",
}


@pytest.fixture
def offered(app, tmp_path: Path) -> Iterator[None]:
    """English, a little Polish and a little Arabic."""
    for code, words in (("pl", SAID), ("ar", {"Find help": "مساعدة"})):
        catalogue = Catalog(locale=code)
        for english, said in words.items():
            catalogue.add(english, said)
        folder = tmp_path / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "messages.mo").open("wb") as file:
            write_mo(file, catalogue)
    languages.offer(("en", "pl", "ar"), tmp_path)
    yield
    languages.offer(("en",))
    languages.speak("en")


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client()


@pytest.mark.usefixtures("offered")
def test_the_address_decides_and_every_link_stays_in_it(client: FlaskClient):
    page = client.get("/pl/", headers={"Accept-Language": "en"}).text
    assert "Znajdź pomoc" in page
    assert '<html lang="pl" dir="ltr"' in page
    assert 'href="/pl/privacy"' in page
    assert 'href="/en/" lang="en"' in page
    assert 'href="/privacy"' not in page


@pytest.mark.usefixtures("offered")
def test_without_an_address_the_browser_is_heard_and_nothing_is_kept(client: FlaskClient):
    answer = client.get("/", headers={"Accept-Language": "pl, en;q=0.5"})
    assert "Znajdź pomoc" in answer.text
    assert answer.headers["Content-Language"] == "pl"
    assert "Accept-Language" in answer.vary
    assert "Set-Cookie" not in answer.headers
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "Find help" in client.get("/", headers={"Accept-Language": "xx"}).text


@pytest.mark.usefixtures("offered")
def test_a_language_that_runs_from_right_to_left_says_so(client: FlaskClient):
    assert '<html lang="ar" dir="rtl"' in client.get("/ar/").text


@pytest.mark.usefixtures("offered")
def test_an_account_reads_its_own_language_unless_the_address_names_another(app, client_as):
    client = client_as(RoleName.STEWARD)
    with writing(by="a test") as session:
        for account in session.scalars(sa.select(Account)):
            account.language = "pl"
    assert "Znajdź pomoc" in client.get("/").text
    assert "Find help" in client.get("/en/").text


def test_a_language_that_is_not_offered_is_no_address(client: FlaskClient):
    languages.offer(("en",))
    assert client.get("/pl/").status_code == 404
    assert "hreflang" not in client.get("/").text


@pytest.mark.usefixtures("offered")
def test_what_is_kept_in_english_is_said_again():
    with languages.speaking("pl"):
        assert said_again("You look after Eastport.") == "Pod opieką: Eastport."
        assert said_again("You are a steward.") == "Jesteś opiekunem."
        assert said_again("Something nobody knows.") == "Something nobody knows."
        assert said_again("") == ""
    assert said_again("You look after Eastport.") == "You look after Eastport."


@pytest.mark.parametrize("code", ["nonsense-language", "de"])
def test_a_language_that_cannot_be_offered_names_the_setting(code, tmp_path):
    with pytest.raises(BadSetting, match="PARTNERDIR_LANGUAGES"):
        languages.offer(("en", code), tmp_path)
    languages.offer(("en",))


@pytest.mark.usefixtures("offered")
def test_somebody_chooses_the_language_of_their_pages_and_mail(app, client_as):
    client = client_as(RoleName.FRONTLINE)
    assert "Polski" in client.get("/alerts/choices").text
    chosen = {"urgent_pace": "at_once", "pace": "weekly", "quiet_from": "", "quiet_until": "", "wants_mail": "y"}
    page = client.post("/alerts/choices", data=chosen | {"language": "pl"}, follow_redirects=True).text
    assert "Piszemy tak, jak wybrano." in page
    assert 'value="pl" checked' in page
    client.post("/alerts/choices", data=chosen)
    assert '<html lang="pl"' in client.get("/").text


@pytest.mark.usefixtures("offered")
def test_what_is_recorded_in_english_is_marked_as_english_on_a_page_that_is_not(client: FlaskClient):
    with make.saved():
        service = make.a_service("Harbour Support", description="First.\n\nSecond.")
    page = client.get(f"/ar/services/{service.id}").text
    assert '<span lang="en" dir="ltr">Harbour Support</span>' in page
    assert '<p class="govuk-body" lang="en" dir="ltr">Second.</p>' in page
    assert 'lang="en" dir="ltr"' not in client.get(f"/en/services/{service.id}").text.partition("<main")[2]
