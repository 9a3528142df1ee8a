"""Saved searches: a question that is asked again every day, so that its owner is told of what matches newly."""

import uuid
from collections.abc import Iterator

from flask import flash, redirect, render_template, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.directory.queries import list_need_names_and_parents
from partnerdir.geography.queries import list_area_names_and_parents
from partnerdir.languages import gettext
from partnerdir.lists import actions
from partnerdir.lists.queries import list_searches, require_search
from partnerdir.lists.rules import MOST_MATCHES, MOST_SEARCHES
from partnerdir.search.carrying import carried, unpacked
from partnerdir.search.index import NoIndex
from partnerdir.search.rules import Question
from partnerdir.web.access import changes_records, open_to
from partnerdir.web.forms.lists import NameForm
from partnerdir.web.forms.saving import tried
from partnerdir.web.public.asking import finder
from partnerdir.web.public.narrowing import list_chosen
from partnerdir.web.questions import opened, sealed


@open_to(RoleName.FRONTLINE)
def list_saved_searches() -> str:
    """The reader's searches, what each asks, and a way to run it again."""
    searches = [(search, unpacked(search.question, 1)) for search in list_searches(current_user.id)]
    said = dict(zip([search.id for search, _ in searches], said_of([question for _, question in searches]), strict=True))
    return render_template(
        "frontline/list_saved_searches.html",
        searches=[(search, said[search.id], sealed(question)) for search, question in searches],
        most=MOST_SEARCHES,
        most_matches=MOST_MATCHES,
    )


@open_to(RoleName.FRONTLINE)
@changes_records
def add_search(question: str) -> Response | tuple[str, int]:
    """Saves the question of a page of results; what matches it now is remembered, so that only what is new is told."""
    form, asked = NameForm(), _first_page(opened(question))
    if form.validate_on_submit() and tried(form, lambda: _save(str(form.name.data), asked)):
        flash(gettext("The search is saved. We ask it every day and tell you of what matches newly."), "success")
        return redirect(url_for("frontline.list_saved_searches"), 303)
    page = render_template("frontline/add_search.html", form=form, said=next(said_of([asked])), question=question)
    return page, 422 if form.is_submitted() else 200


@open_to(RoleName.FRONTLINE)
@changes_records
def retire_search(search_id: uuid.UUID) -> Response:
    """Deletes a saved search, and the words in it."""
    actions.retire_search(require_search(search_id, current_user.id))
    flash(gettext("The search is deleted."), "success")
    return redirect(url_for("frontline.list_saved_searches"), 303)


def _first_page(question: Question) -> Question:
    return unpacked({name: value for name, value in carried(question).items() if name != "page"}, question.page_size)


def _save(name: str, question: Question) -> None:
    search = actions.add_search(current_user.id, name, carried(question))
    try:
        answer = finder().find(unpacked(search.question, MOST_MATCHES))
    except NoIndex:
        return  # the first look of the day remembers what matches then
    actions.add_matches(search, answer.service_ids, answer.total, clock.today())


def said_of(questions: list[Question]) -> Iterator[list[str]]:
    """What each question asks for, in words."""
    needs = {need.id: need.name for need in list_need_names_and_parents()}
    areas = {area.id: area.name for area in list_area_names_and_parents()}
    for question in questions:
        area = areas.get(question.area_id, "") if question.area_id else ""
        need = needs.get(question.need_id, "") if question.need_id else ""
        chosen = [option.words for option in list_chosen(question, need, gettext("In %(area)s", area=area) if area else "")]
        yield ([f"“{question.words}”"] if question.words else []) + chosen or [gettext("Every service")]
