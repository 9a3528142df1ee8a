"""Widening: where nothing is found, what may be asked instead, the smallest step first, and what the step was."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from partnerdir.search.rules import ANY_DISTANCE, DISTANCES, Answer, Question
from partnerdir.search.traits import REMOTE


class Step(StrEnum):
    """One way in which a question was made wider."""

    FURTHER = "further"
    LAST_CHOICE = "last_choice"
    AGE = "age"
    WIDER_NEED = "wider_need"
    ANYWHERE = "anywhere"
    HELPLINES = "helplines"


@dataclass(frozen=True)
class Widened:
    """A question that finds something, and how it differs from what was asked; the last step comes last."""

    question: Question
    answer: Answer
    steps: tuple[Step, ...]


def widened(
    asked: Question, find: Callable[[Question], Answer], parents: Mapping[uuid.UUID, uuid.UUID | None]
) -> Widened | None:
    """The nearest question to this one that finds anything; None where even the widest finds nothing."""
    for question, steps in _list_wider(asked, parents):
        answer = find(question)
        if answer.total:
            return Widened(question, answer, steps)
    return None


def _list_wider(asked: Question, parents: Mapping[uuid.UUID, uuid.UUID | None]) -> Iterator[tuple[Question, tuple[Step, ...]]]:
    question, steps = replace(asked, page=1), tuple[Step, ...]()
    further = next((miles for miles in reversed(DISTANCES) if miles > asked.within), None)
    if asked.place and asked.place.latitude is not None and further and asked.within != ANY_DISTANCE:
        question, steps = replace(question, within=further), (Step.FURTHER,)
        yield question, steps
    while question.chosen:
        question = replace(question, chosen=question.chosen[:-1])
        steps = steps if Step.LAST_CHOICE in steps else (*steps, Step.LAST_CHOICE)
        yield question, steps
    if question.age is not None:
        question, steps = replace(question, age=None), (*steps, Step.AGE)
        yield question, steps
    while question.need_id and (above := parents.get(question.need_id)):
        question = replace(question, need_id=above)
        steps = steps if Step.WIDER_NEED in steps else (*steps, Step.WIDER_NEED)
        yield question, steps
    if asked.need_id:
        for way in REMOTE:
            helplines = replace(question, words="", place=None, area_id=None, chosen=(way,))
            yield helplines, (Step.HELPLINES,)
    if (asked.place and asked.within != ANY_DISTANCE) or asked.area_id:
        yield replace(question, place=None, area_id=None), (*steps, Step.ANYWHERE)
