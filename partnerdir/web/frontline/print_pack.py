"""A clear sheet on paper for a family: what anybody may know of some services, and a code that leads to the list as it is."""

import uuid
from dataclasses import dataclass, field

import segno
from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.languages import gettext
from partnerdir.web.access import open_to
from partnerdir.web.papers import MOST_ON_PAPER, Paper, good_until, opened_paper, sealed_list, sealed_paper
from partnerdir.web.picked import list_picked
from partnerdir.web.public.seen import is_sensitive
from partnerdir.web.public.sheets import Sheet, list_sheets


@dataclass
class Pack:
    """What goes on the paper, and what is left off because it has closed."""

    sheets: list[Sheet] = field(default_factory=list)
    left_off: list[Sheet] = field(default_factory=list)


@open_to(RoleName.FRONTLINE)
def choose_services() -> Response:
    """Turns the services that were ticked into the address of their paper."""
    chosen = list_picked()
    if not chosen:
        flash(gettext("Tick the services that you want to print."), "problem")
        return redirect(url_for("frontline.list_watches"), 303)
    if len(chosen) > MOST_ON_PAPER:
        flash(
            gettext(
                "A sheet holds %(most_on_paper)s services. These are the first %(most_on_paper)s that you ticked.",
                most_on_paper=MOST_ON_PAPER,
            ),
            "problem",
        )
    return redirect(url_for("frontline.print_pack", paper=sealed_list(chosen)), 303)


@open_to(RoleName.FRONTLINE)
def print_pack(paper: str) -> str:
    """The sheet, to be printed from the browser; what it shows is what anybody may know, whoever prints it."""
    now, pack = clock.now(), _pack_of(opened_paper(paper))
    today = clock.today()
    until = good_until(today, [sheet.ends_on for sheet in pack.sheets if sheet.ends_on])
    printed = Paper(tuple(sheet.service.id for sheet in pack.sheets), now, until)
    address = _address_of(printed) if pack.sheets else ""
    return render_template(
        "frontline/print_pack.html",
        pack=pack,
        printed=printed,
        address=address,
        code=segno.make(address, error="m", micro=False).svg_data_uri(border=4, omitsize=True) if address else "",
        is_sensitive=any(is_sensitive(sheet.service) for sheet in pack.sheets),
        desk_phone=current_app.extensions["settings"].desk_phone,
    )


def _pack_of(paper: Paper) -> Pack:
    """Those that are open; one that was merged gives its place to the one it is part of now."""
    pack, seen = Pack(), set[uuid.UUID]()
    for sheet in list_sheets(paper.service_ids):
        now = list_sheets([sheet.survivor.id])[0] if sheet.survivor else sheet
        if now.service.id in seen:
            continue
        seen.add(now.service.id)
        (pack.left_off if now.closed else pack.sheets).append(now)
    return pack


def _address_of(paper: Paper) -> str:
    site: str = current_app.extensions["settings"].site_url
    return site.rstrip("/") + url_for("public.show_paper", paper=sealed_paper(paper))
