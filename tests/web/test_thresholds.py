"""How many days before an end people are warned of one service: a form on its page."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.thresholds import change_thresholds, thresholds_of
from partnerdir.database import db
from partnerdir.directory.models import Service
from tests import make
from tests.web.reading import words_of

Client = Callable[[RoleName], FlaskClient]


@pytest.fixture
def service(app: Flask) -> Service:
    """A service like every other."""
    with make.saved():
        return make.a_service("Harbour")


@pytest.fixture
def coordinator(client_as: Client) -> FlaskClient:
    """A coordinator's browser."""
    return client_as(RoleName.COORDINATOR)


def _kept(service: Service) -> tuple[int, ...]:
    db.session.rollback()
    return thresholds_of([service.id]).get(service.id, ())


def _typed(days: str, seen: str = "") -> dict[str, str]:
    return {"warn-days": days, "warn-seen": seen}


@pytest.mark.parametrize("days", ["90, 30, 7", "7 30 90", "30, 90 and 7", "7;7;30\n90"])
def test_days_are_kept_however_they_are_written(coordinator: FlaskClient, service: Service, days: str) -> None:
    page = coordinator.post(f"/manage/services/{service.id}/thresholds", data=_typed(days), follow_redirects=True)
    assert "People are warned of Harbour 90, 30, 7 days before an end." in words_of(page)
    assert 'value="90, 30, 7"' in page.text
    assert _kept(service) == (90, 30, 7)


def test_an_empty_field_makes_it_like_every_other(coordinator: FlaskClient, service: Service) -> None:
    with make.saved():
        change_thresholds(service.id, [3])
    page = coordinator.post(f"/manage/services/{service.id}/thresholds", data=_typed("", "3"), follow_redirects=True)
    assert "as of every other service" in words_of(page)
    assert _kept(service) == ()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("soon", "whole numbers"),
        ("-5", "whole numbers"),
        ("1.5", "whole numbers"),
        ("٣", "whole numbers"),
        ("5000", "from 0 to 1000"),
        (", ".join(map(str, range(13))), "no more than 12"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_kept_as_typed(
    coordinator: FlaskClient, service: Service, days: str, said: str
) -> None:
    page = coordinator.post(f"/manage/services/{service.id}/thresholds", data=_typed(days))
    assert page.status_code == 422
    assert said in words_of(page)
    assert f'value="{days}"' in page.text
    assert "There is a problem" in page.text
    assert 'value="Harbour"' in page.text
    assert _kept(service) == ()


def test_what_somebody_else_chose_meanwhile_is_not_overwritten(coordinator: FlaskClient, service: Service) -> None:
    with make.saved():
        change_thresholds(service.id, [60])
    page = coordinator.post(f"/manage/services/{service.id}/thresholds", data=_typed("30"))
    assert page.status_code == 422
    assert "it is 60 days now. Save again to replace it." in words_of(page)
    assert _kept(service) == (60,)
    coordinator.post(f"/manage/services/{service.id}/thresholds", data=_typed("30", "60"))
    assert _kept(service) == (30,)


def test_it_is_for_coordinators(client_as: Client, visitor: FlaskClient, service: Service) -> None:
    for client, status in ((client_as(RoleName.FRONTLINE), 403), (visitor, 302)):
        assert client.post(f"/manage/services/{service.id}/thresholds", data=_typed("30")).status_code == status
    assert _kept(service) == ()
