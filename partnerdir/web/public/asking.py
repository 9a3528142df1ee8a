"""What somebody asked for, read from a form: a new question, or one more choice on the question before."""

from dataclasses import dataclass, replace

from flask import current_app, request

from partnerdir.directory.queries import find_need
from partnerdir.errors import Missing
from partnerdir.geography.queries import find_area
from partnerdir.languages import gettext
from partnerdir.search.finder import Finder
from partnerdir.search.rules import ANY_DISTANCE, DISTANCES, Place, Question
from partnerdir.search.whereabouts import NoSuchPlace
from partnerdir.web.public.narrowing import is_trait
from partnerdir.web.questions import opened

LONGEST_WORDS, LONGEST_PLACE, OLDEST = 500, 100, 120


@dataclass(frozen=True)
class Unclear:
    """A field that cannot be used as it was written: what is wrong in words, and what may have been meant."""

    field: str
    written: str
    sentence: str
    meant: tuple[str, ...] = ()


def finder() -> Finder:
    """The site's finder."""
    found: Finder = current_app.extensions["search"]
    return found


def asked_before() -> Question:
    """The question that a form goes on from; a blank one where it begins. Raises: Missing."""
    return opened(request.form["asked"]) if request.form.get("asked") else Question()


def is_choice() -> bool:
    """Whether the form only narrows or widens the question before."""
    return any(name in request.form for name in ("choose", "drop", "within", "order", "age"))


def chosen_next(before: Question) -> Question | Unclear:
    """The question before with one more choice, or one less; what is no choice of ours changes nothing."""
    form, question = request.form, replace(before, page=1)
    choose, drop = form.get("choose", ""), form.get("drop", "")
    if is_trait(choose) and choose not in question.chosen:
        question = replace(question, chosen=(*question.chosen, choose))
    if drop:
        question = replace(question, chosen=tuple(trait for trait in question.chosen if trait != drop))
    if drop in ("age", "need_id", "area_id", "place"):
        question = replace(question, **{drop: None})  # type: ignore[arg-type]  # each of the four may be None
    if form.get("within", "").isdigit() and int(form["within"]) in (*DISTANCES, ANY_DISTANCE):
        question = replace(question, within=int(form["within"]))
    if form.get("order") in ("distance", "match"):
        question = replace(question, by_distance=form["order"] == "distance")
    if years := cleaned(form.get("age", ""), 20):
        if not (years.isdecimal() and int(years) <= OLDEST):
            return Unclear(
                "age",
                years,
                gettext("The age must be a whole number of years from 0 to %(oldest)s, such as 14.", oldest=OLDEST),
            )
        question = replace(question, age=int(years))
    return question


def asked_anew(before: Question) -> Question | Unclear:
    """The question in the search box, narrowed as the one before was. Raises: Missing."""
    form = request.form
    area = find_area(form["area"]) if form.get("area") else None
    need = find_need(form["need"]) if form.get("need") else None
    if (form.get("area") and not area) or (form.get("need") and not need):
        raise Missing("There is no such area or need.")
    question = replace(
        before,
        words=cleaned(form.get("words", ""), LONGEST_WORDS),
        need_id=need.id if need else before.need_id,
        area_id=area.id if area else before.area_id,
        page=1,
        as_written="",
    )
    place = _place(before)
    if isinstance(place, NoSuchPlace):
        return Unclear("place", place.written, why_no_place(place), place.meant)
    if place is None and question.words and "literally" not in form and not area and not before.area_id:
        read = finder().read(question.words)
        return replace(question, words=read.words, place=read.place, within=read.within, as_written=read.as_written)
    return replace(question, place=place)


def _place(before: Question) -> Place | NoSuchPlace | None:
    written = cleaned(request.form.get("place", ""), LONGEST_PLACE)
    if before.place and written == before.place.name:
        return before.place
    return finder().find_place(written)


def why_no_place(place: NoSuchPlace) -> str:
    """What is wrong with a place as it was written, and what to do."""
    if place.is_postcode and place.meant:
        return gettext(
            "We do not know the postcode %(written)s. Check it, or look around %(meant)s.",
            written=place.written,
            meant=place.meant[0],
        )
    if place.is_postcode:
        return gettext("We do not know the postcode %(written)s. Check it, or enter a town or an area.", written=place.written)
    return gettext("We do not know a place called “%(written)s”. Enter a postcode, a town or an area.", written=place.written)


def cleaned(text: str, longest: int) -> str:
    """What was typed, without line breaks and control characters, and no longer than anybody needs."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:longest]
