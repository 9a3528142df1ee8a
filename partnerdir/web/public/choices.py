"""Needs and areas to choose from: their trees, as a page lists them."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from partnerdir.directory.models import Need
from partnerdir.languages import gettext
from partnerdir.search.rules import Question
from partnerdir.web.questions import sealed

MOST_CHOICES = 15


class Node(Protocol):
    """A need or an area, as far as its place in the tree goes."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_id(self) -> uuid.UUID | None: ...


AnyNode = TypeVar("AnyNode", bound=Node)


@dataclass(frozen=True)
class Branch(Generic[AnyNode]):
    """A need or an area with those below it."""

    top: AnyNode
    below: list[AnyNode]


@dataclass(frozen=True)
class Choice:
    """One way to narrow or widen a list: the question it leads to, and how many services answer that."""

    name: str
    question: str
    count: int | None = None
    is_chosen: bool = False


def list_branches(nodes: Sequence[AnyNode]) -> list[Branch[AnyNode]]:
    """Those with nothing above them or something below, each with what is below."""
    below = _by_parent(nodes)
    return [Branch(node, below[node.id]) for node in nodes if node.parent_id is None or below[node.id]]


def list_need_links(needs: Sequence[Need]) -> dict[uuid.UUID, str]:
    """The opaque address part for each need."""
    return {need.id: sealed(Question(need_id=need.id)) for need in needs}


def list_choices(question: Question, field: str, nodes: Sequence[AnyNode], counts: Mapping[uuid.UUID, int]) -> list[Choice]:
    """From 'any', down to what is chosen now, to what is below it: only steps whose counts are sure to be true."""
    known = {node.id: node for node in nodes}
    path = _path_to(getattr(question, field), known)
    choices = [_choice(question, field, node, is_chosen=node is path[-1]) for node in path]
    choices += [_choice(question, field, node, counts[node.id]) for node in _list_below(path, nodes, counts)]
    return [Choice(gettext("Any"), _asked(question, field, None), is_chosen=not path), *choices] if path or choices else []


def _list_below(path: list[AnyNode], nodes: Sequence[AnyNode], counts: Mapping[uuid.UUID, int]) -> list[AnyNode]:
    below = _by_parent(nodes)
    offered = below[path[-1].id if path else None]
    if len(offered) == 1 and not path:
        offered = below[offered[0].id] or offered  # one council: its wards say more than its name
    return sorted((node for node in offered if counts.get(node.id)), key=lambda node: -counts[node.id])[:MOST_CHOICES]


def _path_to(chosen: uuid.UUID | None, known: Mapping[uuid.UUID, AnyNode]) -> list[AnyNode]:
    path: list[AnyNode] = []
    node = known.get(chosen) if chosen else None
    while node is not None and node not in path:
        path.insert(0, node)
        node = known.get(node.parent_id) if node.parent_id else None
    return path


def _choice(question: Question, field: str, node: Node, count: int | None = None, is_chosen: bool = False) -> Choice:
    return Choice(node.name, _asked(question, field, node.id), count, is_chosen)


def _asked(question: Question, field: str, chosen: uuid.UUID | None) -> str:
    return sealed(replace(question, page=1, **{field: chosen}))  # type: ignore[arg-type]  # need_id or area_id


def _by_parent(nodes: Sequence[AnyNode]) -> dict[uuid.UUID | None, list[AnyNode]]:
    below: dict[uuid.UUID | None, list[AnyNode]] = defaultdict(list)
    for node in nodes:
        below[node.parent_id].append(node)
    return below
