"""Asking for services, and the list that answers; what is asked travels encrypted in the address and is kept nowhere."""

from dataclasses import replace
from typing import Any, NamedTuple

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_services_briefly
from partnerdir.directory.rules import ServiceStatus
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook
from partnerdir.languages import gettext
from partnerdir.search.rules import Answer, Node, Question
from partnerdir.search.widening import widened
from partnerdir.web.access import open_to_everyone
from partnerdir.web.list_choices import list_choices as list_choices_of_lists
from partnerdir.web.public.asking import LONGEST_WORDS, Unclear, asked_anew, asked_before, chosen_next, finder, is_choice
from partnerdir.web.public.choices import list_choices
from partnerdir.web.public.drafts import begun_with, sealed_draft
from partnerdir.web.public.narrowing import distances, list_chosen, list_groups
from partnerdir.web.public.near import list_said
from partnerdir.web.public.seen import areas_of, first_numbers
from partnerdir.web.questions import opened, sealed

MOST_CLOSED = 3


class Result(NamedTuple):
    """One service in the list."""

    service: Service
    areas: list[str]
    number: str
    outlook: Outlook
    near: list[str]


@open_to_everyone
def search() -> Response | tuple[str, int]:
    """Turns what was asked into an opaque address; asked by address (GET), it leads to the first page."""
    if request.method != "POST":
        return redirect(url_for("public.home"))
    before = asked_before()
    question = chosen_next(before) if is_choice() else asked_anew(before)
    if isinstance(question, Unclear):
        words = request.form.get("words", before.words)[:LONGEST_WORDS]
        page = render_template("public/unclear.html", unclear=question, words=words, before=before, asked=sealed(before))
        return page, 422
    return redirect(url_for("public.results", question=sealed(question)), 303)


@open_to_everyone
def results(question: str) -> tuple[str, int]:
    """The services that answer a question, a page at a time; where there are none, those that nearly do."""
    asked = opened(question)
    answer = finder().find(asked)
    shown, wider, closed = asked, None, _list_closed(answer)
    if not answer.total:
        wider = widened(asked, finder().find, {need.id: need.parent_id for need in answer.needs})
        shown, answer = (wider.question, wider.answer) if wider else (asked, answer)
    pages = -(-answer.total // asked.page_size)
    planned = _list_planned(shown, answer)
    page = render_template(
        "public/results.html",
        asked=asked,
        shown=shown,
        wider=wider,
        answer=answer,
        results=_list_results(answer, shown),
        pages=pages,
        has_map=answer.is_any_placed,
        planned=planned,
        plan_address=url_for("public.plan_again", family=sealed_draft(begun_with(shown, [need.code for need in planned]))),
        page_address=lambda number: _address(replace(shown, page=number)),
        as_written=_address(replace(asked, words=asked.as_written, as_written="", place=None)),
        closed=closed if shown.page == 1 else [],
        is_cut=len(asked.words) >= LONGEST_WORDS,
        lists=list_choices_of_lists(),
        saving=sealed(asked),
        **_list_ways_to_narrow(asked, shown, answer),
    )
    is_beyond_the_end = shown.page > max(pages, 1)
    return page, 404 if is_beyond_the_end else 200


def _list_closed(answer: Answer) -> list[Service]:
    """Services that no longer run and have the very name that was asked for; a few, where many had the same."""
    closed = list_services_briefly(answer.closed[:MOST_CLOSED]) if answer.closed else []
    return [service for service in closed if service.status is ServiceStatus.CLOSED]


def _list_ways_to_narrow(asked: Question, shown: Question, answer: Answer) -> dict[str, Any]:
    need = next((need for need in answer.needs if need.id == shown.need_id), None)
    area = next((area for area in answer.areas if area.id == shown.area_id), None)
    return {
        "token": sealed(shown),
        "need": need,
        "area": area,
        "need_choices": list_choices(shown, "need_id", answer.needs, answer.need_counts),
        "area_choices": [] if shown.place else list_choices(shown, "area_id", answer.areas, answer.area_counts),
        "groups": list_groups(shown, answer.trait_counts),
        "distances": distances(shown),
        "chosen": list_chosen(shown, need.name if need else "", gettext("In %(area)s", area=area.name) if area else ""),
        "asked_chosen": list_chosen(asked, "", ""),
    }


def _address(question: Question) -> str:
    return url_for("public.results", question=sealed(question))


def _list_planned(question: Question, answer: Answer) -> list[Node]:
    """What a plan would begin with: the need that was chosen, and those that the words name."""
    known = {need.id: need for need in answer.needs}
    wanted = dict.fromkeys(filter(None, [question.need_id, *answer.needs_meant]))
    return [known[need_id] for need_id in wanted if need_id in known]


def _list_results(answer: Answer, shown: Question) -> list[Result]:
    services = list_services_briefly(answer.service_ids)
    today, thresholds = clock.today(), current_app.extensions["settings"].threshold_days
    outlooks = list_outlooks([service.id for service in services], today, thresholds)
    numbers, area_ids, areas = first_numbers(services, today), areas_of(services), {area.id: area for area in answer.areas}
    return [
        Result(
            service=service,
            areas=sorted(areas[area_id].name for area_id in area_ids[service.id] if area_id in areas),
            number=numbers.get(service.id, ""),
            outlook=outlooks[service.id],
            near=list_said(answer.reached[service.id], area_ids[service.id], shown.place, areas) if shown.place else [],
        )
        for service in services
    ]
