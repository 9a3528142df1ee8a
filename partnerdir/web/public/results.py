"""Asking for services, and the list that answers; what is asked travels encrypted in the address and is kept nowhere."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.directory.models import Service
from partnerdir.directory.queries import find_need, list_needs, list_services
from partnerdir.errors import Missing
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook
from partnerdir.geography.queries import find_area, list_areas
from partnerdir.search.rules import Question
from partnerdir.web.access import open_to_everyone
from partnerdir.web.public.choices import list_branches, list_choices
from partnerdir.web.public.seen import area_ids, first_number
from partnerdir.web.questions import opened, sealed

LONGEST_WORDS = 500


class Result(NamedTuple):
    """One service in the list."""

    service: Service
    areas: list[str]
    number: str
    outlook: Outlook


@open_to_everyone
def search() -> Response:
    """Turns what was asked into an opaque address; asked by address (GET), it leads to the first page."""
    if request.method != "POST":
        return redirect(url_for("public.home"))
    code_of_area, code_of_need = request.form.get("area"), request.form.get("need")
    area = find_area(code_of_area) if code_of_area else None
    need = find_need(code_of_need) if code_of_need else None
    if (code_of_area and not area) or (code_of_need and not need):
        raise Missing("There is no such area or need.")
    words = _cleaned(request.form.get("words", ""))
    question = Question(words, need.id if need else None, area.id if area else None)
    return redirect(url_for("public.results", question=sealed(question)), 303)


@open_to_everyone
def results(question: str) -> tuple[str, int]:
    """The services that answer a question, a page at a time."""
    asked = opened(question)
    answer = current_app.extensions["search"].find(asked)
    needs, areas = list_needs(), list_areas()
    pages = -(-answer.total // asked.page_size)
    page = render_template(
        "public/results.html",
        asked=asked,
        total=answer.total,
        results=_list_results(answer.service_ids, {area.id: area.name for area in areas}),
        need=next((need for need in needs if need.id == asked.need_id), None),
        area=next((area for area in areas if area.id == asked.area_id), None),
        areas=list_branches(areas),
        need_choices=list_choices(asked, "need_id", needs, answer.need_counts),
        area_choices=list_choices(asked, "area_id", areas, answer.area_counts),
        pages=pages,
        page_address=lambda number: url_for("public.results", question=sealed(replace(asked, page=number))),
        is_cut=len(asked.words) >= LONGEST_WORDS,
    )
    is_beyond_the_end = asked.page > max(pages, 1)
    return page, 404 if is_beyond_the_end else 200


def _cleaned(words: str) -> str:
    """What was typed, without line breaks and control characters, and no longer than anybody needs."""
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(printable.split())[:LONGEST_WORDS]


def _list_results(service_ids: Sequence[uuid.UUID], area_names: Mapping[uuid.UUID, str]) -> list[Result]:
    services = list_services(service_ids)
    today, thresholds = clock.today(), current_app.extensions["settings"].threshold_days
    outlooks = list_outlooks([service.id for service in services], today, thresholds)
    return [
        Result(
            service=service,
            areas=sorted(area_names[area_id] for area_id in area_ids(service)),
            number=first_number(service, today),
            outlook=outlooks[service.id],
        )
        for service in services
    ]
