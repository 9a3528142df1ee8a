"""What ends when, for staff."""

from flask import current_app, render_template

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.receipts import list_who_knows
from partnerdir.reports.queries import list_endings
from partnerdir.reports.rules import by_month
from partnerdir.web.access import open_to


@open_to(RoleName.FRONTLINE)
def ending_soon() -> str:
    """The services whose funding ends within the first threshold, month by month."""
    thresholds = current_app.extensions["settings"].threshold_days
    endings = list_endings(clock.today(), thresholds)
    who_knows = list_who_knows(ending.service_id for ending in endings)
    return render_template("coordinator/ending_soon.html", months=by_month(endings), who_knows=who_knows)
