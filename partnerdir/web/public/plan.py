"""A plan for a family: the form that asks for it, and the list that answers. What is asked is kept nowhere."""

import uuid
from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.directory.models import Location, Schedule, Service
from partnerdir.directory.queries import list_needs, list_whole_services
from partnerdir.directory.rules import Circumstance
from partnerdir.errors import BadInput
from partnerdir.funding.queries import list_outlooks
from partnerdir.funding.rules import Outlook
from partnerdir.geography.queries import list_area_names_and_parents
from partnerdir.geography.rules import miles_between
from partnerdir.search.family import Pick, Plan
from partnerdir.search.rules import DISTANCES, Place
from partnerdir.web.access import open_to_everyone
from partnerdir.web.public import plan_words, seen
from partnerdir.web.public.asking import finder
from partnerdir.web.public.choices import list_branches
from partnerdir.web.public.drafts import (
    Asked,
    Draft,
    asked_in,
    drafted,
    extended,
    opened_draft,
    sealed_draft,
    shortened,
    with_words_read,
)
from partnerdir.web.public.near import list_said, said_apart


class Card(NamedTuple):
    """One service of a plan, in words."""

    service: Service
    needs: list[tuple[str, str]]  # each with whom it is for
    why: list[str]
    cautions: list[str]
    hindrances: str
    near: list[str]
    number: str
    outlook: Outlook
    addresses: list[str]
    hours: list[Schedule]


class Part(NamedTuple):
    """One need, with the services that are said of it."""

    need: str
    whose: str
    cards: list[Card]


@open_to_everyone
def plan() -> Response | str | tuple[str, int]:
    """The form; a row added or removed, and the list that is asked for, are addresses of their own, so that Back works."""
    if request.method != "POST":
        return _form(Draft())
    draft = drafted(request.form)
    for name, change in {"add": extended, "remove": shortened}.items():
        if name in request.form:
            changed, field = change(draft, request.form[name])
            return redirect(url_for("public.plan_again", family=sealed_draft(changed), _anchor=field), 303)
    read = with_words_read(draft) if draft.words else draft
    if "read" in request.form and not read.words:
        return redirect(url_for("public.plan_again", family=sealed_draft(read), _anchor="need-1"), 303)
    try:
        asked_in(read)
    except BadInput as wrong:
        return _form(read, wrong.sentences), 422
    return redirect(url_for("public.show_plan", family=sealed_draft(read)), 303)


@open_to_everyone
def plan_again(family: str) -> str:
    """The form as it was filled in before."""
    return _form(opened_draft(family))


@open_to_everyone
def show_plan(family: str) -> str | tuple[str, int]:
    """The plan: the services that together cover the needs, the gaps, and the next best of each need."""
    draft = opened_draft(family)
    try:
        asked = asked_in(draft)
    except BadInput as wrong:  # a need or a place that was known when the address was made
        return _form(draft, wrong.sentences), 422
    found = finder().plan(asked.family)
    writer = _Writer(asked, found)
    return render_template(
        "public/show_plan.html",
        asked=asked,
        draft=draft,
        plan=found,
        cards=writer.list_cards(found.picks),
        gaps=[writer.part(number, picks) for number, picks in found.gaps.items()],
        instead=[writer.part(number, picks) for number, picks in found.instead.items() if picks],
        people=writer.people,
        apart=said_apart(found.apart) if found.apart is not None else "",
        together_words=plan_words.nearness,
        is_together=found.apart is not None and found.apart <= 2 * max(DISTANCES),
        today=clock.today(),
        change=url_for("public.plan_again", family=family),
        heading_words=plan_words.heading,
    )


def _form(draft: Draft, wrong: Mapping[str, str] | None = None) -> str:
    return render_template(
        "public/plan.html",
        draft=draft,
        wrong=wrong or {},
        branches=list_branches(list_needs()),
        circumstances=[(code, plan_words.OF_ONE[code]) for code in Circumstance],
        distances=DISTANCES,
    )


class _Writer:
    """Writes the cards of one plan; everything is read from the records at once."""

    def __init__(self, asked: Asked, found: Plan) -> None:
        self.asked, self.found = asked, found
        self.names = [need.name for need in asked.needs]
        self.people = plan_words.list_people(asked.family.people, asked.rows)
        rest = [pick for picks in (*found.instead.values(), *found.gaps.values()) for pick in picks]
        ids = list(dict.fromkeys(pick.service_id for pick in (*found.picks, *rest)))
        self.services: dict[uuid.UUID, Service] = {service.id: service for service in list_whole_services(ids)}
        self.areas = {area.id: area for area in list_area_names_and_parents()}
        self.today = clock.today()
        self.outlooks = list_outlooks(ids, self.today, current_app.extensions["settings"].threshold_days)

    def part(self, number: int, picks: Sequence[Pick]) -> Part:
        """One need with its services."""
        return Part(self.names[number], plan_words.whose(number, self.asked.family, self.people), self.list_cards(picks))

    def list_cards(self, picks: Sequence[Pick]) -> list[Card]:
        """The cards of those services that still exist."""
        return [self.card(pick) for pick in picks if pick.service_id in self.services]

    def card(self, pick: Pick) -> Card:
        """One service, as the public may see it: the list is handed on."""
        service, family = self.services[pick.service_id], self.asked.family
        return Card(
            service=service,
            needs=[(self.names[one], plan_words.whose(one, family, self.people, pick.people)) for one in pick.covers],
            why=plan_words.why(pick, self.found, family, service, self.names) if not pick.hindrances else [],
            cautions=plan_words.list_cautions(pick, service, family),
            hindrances=plan_words.hindrances(pick, service, self._above(pick)),
            near=list_said(pick.reached, seen.area_ids(service), family.place, self.areas)
            if pick.reached and family.place
            else [],
            number=seen.first_number(service, self.today),
            outlook=self.outlooks[service.id],
            addresses=_list_addresses(service, family.place),
            hours=[hours for hours in service.schedules if hours.service_at_location_id is None],
        )

    def _above(self, pick: Pick) -> str:
        """The need above the one that a service is close to."""
        above = self.asked.needs[pick.covers[0]].parent if pick.hindrances else None
        return above.name if above else ""


def _list_addresses(service: Service, place: Place | None) -> list[str]:
    """The public addresses, the nearest first where it is known how near they are."""
    places = [shown.location for shown in seen.list_places(service, seen.Reader()) if shown.location]
    if place and place.latitude is not None and place.longitude is not None:
        here = place.latitude, place.longitude
        places.sort(
            key=lambda one: miles_between(*here, one.latitude, one.longitude) if one.latitude and one.longitude else inf
        )
    lines = [(place.name, place.address_1, place.city, place.postal_code) for place in places]
    return [", ".join(filter(None, line)) for line in lines if any(line)]


def _miles(location: Location, latitude: float, longitude: float) -> float:
    if location.latitude is None or location.longitude is None:
        return inf
    return miles_between(latitude, longitude, location.latitude, location.longitude)
