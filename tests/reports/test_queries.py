"""Which services end within a year, and of which nobody knows."""

from datetime import date, timedelta
from itertools import product

from flask import Flask

from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Certainty, EndKind, OutlookState, Renewal
from partnerdir.reports.queries import count_undated, list_endings, list_undated
from tests import make

TODAY = date(2027, 1, 15)
LAST = TODAY + timedelta(365)
END = date(2027, 3, 31)


def _names() -> list[str]:
    return sorted(ending.service_name for ending in list_endings(TODAY, LAST))


def test_only_confirmed_money_that_nothing_follows_ends(app: Flask) -> None:
    fund = make.a_fund
    with make.saved():
        make.a_window(make.a_service("Ends"), END, fund("1", "1"))
        followed = make.a_service("Followed")
        make.a_window(followed, END, fund("2", "2"))
        make.a_window(followed, LAST + timedelta(9), fund("3", "3"), starts_on=END + timedelta(1))
        make.a_window(make.a_service("Hoped"), END, fund("4", "4"), certainty=Certainty.APPLIED_FOR)
        make.a_window(make.a_service("Closed", status=ServiceStatus.CLOSED), END, fund("5", "5"))
        make.a_window(make.a_service("Over"), TODAY - timedelta(1), fund("6", "6"))
        make.a_window(make.a_service("Far"), LAST + timedelta(1), fund("7", "7"))
    assert _names() == ["Ends"]


def test_an_ending_says_who_said_so_and_what_comes_next(app: Flask) -> None:
    with make.saved():
        area, need = make.an_area(), make.a_need()
        service = make.a_service("Ends", area_ids=[area.id], needs=[need])
        make.a_window(
            service, END, end_kind=EndKind.ESTIMATED, renewal=Renewal.APPLIED, decision_due_on=TODAY,
            confirmed_by="Project lead", confirmed_on=TODAY, starts_on=TODAY,
        )  # fmt: skip
        hoped = make.a_fund("Hope", "Hope Foundation")
        make.a_window(service, END + timedelta(100), hoped, starts_on=END + timedelta(1), certainty=Certainty.AGREED_VERBALLY)
    (ending,) = list_endings(TODAY, LAST)
    assert (ending.ends_on, ending.is_estimated, ending.said_by, ending.said_on) == (END, True, "Project lead", TODAY)
    assert (ending.renewals, ending.decision_due_on, ending.expected_until) == ((Renewal.APPLIED,), TODAY, END + timedelta(100))
    assert (ending.funds, ending.area_ids, ending.need_ids) == (("Communities Fund (National Funder)",), {area.id}, {need.id})


def test_nobody_knows_exactly_where_the_outlook_says_so(app: Flask) -> None:
    """Every pair of windows there can be, against what the rules say of them."""
    kinds = [(EndKind.FIXED, END), (EndKind.OPEN_ENDED, None), (EndKind.UNKNOWN, None)]
    shapes = list(product(kinds, (True, False), (Certainty.CONFIRMED, Certainty.APPLIED_FOR)))
    services: list[Service] = []
    with make.saved():
        organisation = make.an_organisation()
        fund = make.a_fund()
        for pair in [(), *((shape,) for shape in shapes), *product(shapes, repeat=2)]:
            services.append(make.a_service(f"Service {len(services)}", organisation))
            for (kind, ends_on), is_essential, certainty in pair:
                fields = {"end_kind": kind, "is_essential": is_essential, "certainty": certainty}
                make.a_window(services[-1], ends_on, fund, **fields)
    outlooks = list_outlooks([service.id for service in services], TODAY, ())
    unknown = {service.name for service in services if outlooks[service.id].state is OutlookState.UNKNOWN}
    assert {service.service_name for service in list_undated(1000)} == unknown
    assert count_undated() == len(unknown) > 50


def test_unknown_ones_are_narrowed_and_paged(app: Flask) -> None:
    with make.saved():
        area = make.an_area()
        make.a_service("Here", area_ids=[area.id])
        make.a_service("Elsewhere")
        make.a_service("Gone", status=ServiceStatus.CLOSED)
    assert [service.service_name for service in list_undated(1, 1)] == ["Here"]
    assert [service.service_name for service in list_undated(9, area_ids={area.id})] == ["Here"]
    assert (count_undated(), count_undated(area_ids=set()), count_undated(area_ids={area.id})) == (2, 0, 1)


def test_it_asks_the_database_as_often_for_many_as_for_few(app: Flask, statements: list[str]) -> None:
    counts = []
    for number in (1, 9):
        with make.saved():
            for each in range(number):
                make.a_window(make.a_service(f"{number} {each}"), END, make.a_fund(f"{number} {each}", f"{number} {each}"))
        statements.clear()
        list_endings(TODAY, LAST)
        counts.append(len(statements))
    assert counts[0] == counts[1]
