"""The list that a printed sheet leads to: as it is now, and what has changed since the paper."""

from typing import NamedTuple

from flask import render_template

from partnerdir import clock
from partnerdir.web.access import open_to_everyone
from partnerdir.web.papers import opened_paper
from partnerdir.web.public.sheets import Sheet, list_news, list_sheets


class Now(NamedTuple):
    """A service of the paper as it is now, and what has changed since."""

    sheet: Sheet
    news: list[str]


@open_to_everyone
def show_paper(paper: str) -> str:
    """The services of a printed sheet as they are today."""
    printed = opened_paper(paper)
    found = [Now(sheet, list_news(sheet, printed.printed_at)) for sheet in list_sheets(printed.service_ids)]
    return render_template(
        "public/show_paper.html",
        printed=printed,
        found=found,
        gone=len(printed.service_ids) - len(found),
        is_changed=len(found) < len(printed.service_ids) or any(now.news or now.sheet.closed for now in found),
        is_old=clock.today() > printed.good_until,
    )
