"""Several facts of one service on one day: each is told once, and none stops the scan."""

from flask import Flask

from partnerdir import jobs
from partnerdir.funding.models import Fund
from partnerdir.funding.rules import Renewal
from partnerdir.settings import Settings
from tests import make
from tests.alerts.cast import TODAY, a_watched_service, days, ledger, noon


def test_a_service_with_two_facts_is_told_of_both_and_stops_nobody_elses(app: Flask, settings: Settings) -> None:
    with make.saved():
        fund: Fund = make.a_fund()
        two = a_watched_service(TODAY + days(25), "Two Facts", day=TODAY - days(60))
        make.a_window(
            two, TODAY + days(25), fund=fund, renewal=Renewal.APPLIED, decision_due_on=TODAY - days(9), is_essential=True
        )
        a_watched_service(TODAY + days(6), "One Fact", day=TODAY - days(60))
    with noon(TODAY):
        jobs.scan(settings)
        told = ledger()
        jobs.scan(settings)
    assert sorted(kind for _, kind, *_ in told) == ["decision_late", "ending", "ending"]
    assert ledger() == told
