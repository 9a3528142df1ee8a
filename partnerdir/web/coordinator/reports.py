"""What ends when, for staff: on a page, and as a file for a spreadsheet."""

import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, abort, render_template, request

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.hearers import list_watchers
from partnerdir.alerts.receipts import list_who_knows
from partnerdir.dates import spoken_month
from partnerdir.directory.models import Need
from partnerdir.directory.queries import list_needs
from partnerdir.geography.models import Area
from partnerdir.geography.queries import list_areas
from partnerdir.languages import gettext, gettext_noop
from partnerdir.reports import rules
from partnerdir.reports.queries import count_undated, list_endings, list_undated
from partnerdir.reports.rules import Ending, Part, View
from partnerdir.reports.spreadsheets import table
from partnerdir.web.access import open_to
from partnerdir.web.public.seen import public_name
from partnerdir.web.words import words_for

LOOKS_AHEAD = timedelta(days=365)  # so that the next 31 March is always in sight
MOST_ROWS = 200
AT_ONCE = 500  # how many services are asked about in one question
WITHOUT_AREA, WITHOUT_NEED = gettext_noop("No area recorded"), gettext_noop("No need recorded")
COLUMNS = (
    "Service", "Organisation", "Funding ends on", "The day is", "Said by", "Said on", "Hoped for until", "Renewal",
    "Decision due on", "Paid for by", "Areas", "Needs", "How many are told", "Known to",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the reader asked to see, and the areas and needs there are."""

    view: View
    area: Area | None
    need: Need | None
    areas: Sequence[Area]
    needs: Sequence[Need]

    @property
    def arguments(self) -> dict[str, str]:
        """The filter as an address has it."""
        chosen = {"area": self.area, "need": self.need}
        return {name: str(record.id) for name, record in chosen.items() if record}

    @property
    def narrow(self) -> dict[str, Set[uuid.UUID] | None]:
        """The areas and needs that count as the ones asked for."""
        parents = {each.id: each.parent_id for each in self.areas}, {each.id: each.parent_id for each in self.needs}
        return {
            "area_ids": rules.around(self.area.id, parents[0]) if self.area else None,
            "need_ids": rules.below(self.need.id, parents[1]) if self.need else None,
        }


@open_to(RoleName.FRONTLINE)
def ending_soon() -> str:
    """The services whose funding ends within a year, by month, area or need; and those of which nobody knows."""
    asked, today = _asked(), clock.today()
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= 10_000:
        abort(404)
    endings = _list_endings(asked, today)
    is_undated = asked.view is View.UNKNOWN
    parts = _list_parts(asked, endings, today)
    shown = {ending.service_id for part in _first_rows(parts) for ending in part.endings}
    return render_template(
        "coordinator/ending_soon.html",
        asked=asked,
        total=len(endings),
        busiest=rules.busiest_day(endings),
        parts=parts,
        most=max((len(part.endings) for part in parts), default=0),
        shown=_first_rows(parts),
        is_cut=sum(len(part.endings) for part in parts) > MOST_ROWS,
        who_knows=list_who_knows(shown),
        watchers=_count_watchers(sorted(shown)),
        undated_total=count_undated(**asked.narrow),
        undated=list_undated(MOST_ROWS, (page - 1) * MOST_ROWS, **asked.narrow) if is_undated else [],
        page=page,
        page_size=MOST_ROWS,
    )


@open_to(RoleName.FRONTLINE)
def export_endings() -> Response:
    """The same list as a file for a spreadsheet; it names posts, and no addresses of any kind."""
    asked = _asked()
    endings = rules.in_order(_list_endings(asked, clock.today()))
    answer = Response(table(COLUMNS, _rows(asked, endings)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="ending-soon-{clock.today().isoformat()}.csv"'
    return answer


def _asked() -> Asked:
    areas, needs = list_areas(), list_needs()
    area_id, need_id = (request.args.get(name, type=uuid.UUID) for name in ("area", "need"))
    return Asked(
        request.args.get("by", View.MONTH, type=View),
        next((area for area in areas if area.id == area_id), None),
        next((need for need in needs if need.id == need_id), None),
        areas,
        needs,
    )


def _list_endings(asked: Asked, today: date) -> list[Ending]:
    return rules.narrowed(list_endings(today, today + LOOKS_AHEAD), **asked.narrow)


def _list_parts(asked: Asked, endings: list[Ending], today: date) -> list[Part]:
    if asked.view is View.AREA:
        names = {area.id: area.name for area in asked.areas}
        return rules.by_subject(endings, lambda ending: ending.area_ids, names, gettext(WITHOUT_AREA))
    if asked.view is View.NEED:
        names = {need.id: need.name for need in asked.needs}
        return rules.by_subject(endings, lambda ending: ending.need_ids, names, gettext(WITHOUT_NEED))
    return rules.by_month(endings, today, today + LOOKS_AHEAD, spoken_month) if asked.view is View.MONTH else []


def _first_rows(parts: list[Part]) -> list[Part]:
    """As many as a page bears; the bars count all of them."""
    left, shown = MOST_ROWS, []
    for part in parts:
        if part.endings[:left]:
            shown.append(Part(part.name, part.endings[:left]))
            left -= len(shown[-1].endings)
    return shown


def _count_watchers(service_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How many people are told of each of these services."""
    batches = [service_ids[start : start + AT_ONCE] for start in range(0, len(service_ids), AT_ONCE)]
    return {key: len(found) for batch in batches for key, found in list_watchers(batch).items()}


def _rows(asked: Asked, endings: list[Ending]) -> Iterator[list[object]]:
    areas, needs = {each.id: each.name for each in asked.areas}, {each.id: each.name for each in asked.needs}
    for start in range(0, len(endings), AT_ONCE):
        batch = endings[start : start + AT_ONCE]
        service_ids = [ending.service_id for ending in batch]
        watchers, who_knows = _count_watchers(service_ids), list_who_knows(service_ids)
        for ending in batch:
            yield [
                *(ending.service_name, ending.organisation_name, ending.ends_on),
                "an estimate" if ending.is_estimated else "confirmed",
                *(public_name(ending.said_by), ending.said_on, ending.expected_until),
                "; ".join(words_for(stage) for stage in ending.renewals),
                *(ending.decision_due_on, "; ".join(ending.funds)),
                "; ".join(sorted(areas[each] for each in ending.area_ids if each in areas)),
                "; ".join(sorted(needs[each] for each in ending.need_ids if each in needs)),
                watchers.get(ending.service_id, 0),
                "; ".join(who_knows.get((ending.service_id, ending.ends_on), [])),
            ]
