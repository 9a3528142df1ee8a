"""Pages in the states that people bring them into: the demonstration district, searched, narrowed, mistyped and planned."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.database import writing
from partnerdir.exchange.demonstration import add_demonstration
from partnerdir.search.index import rebuild
from partnerdir.search.rules import Place, Question
from partnerdir.web.questions import sealed
from tests import people
from tests.house.visits import STRANGER, Visit

HERE = Place("QX1 1AA", 56.4, -1.6)
Fields = dict[str, str | list[str]]
SEARCHES: dict[str, Fields] = {
    "several things near a place": {"words": "kids not going to school and mum's drinking", "place": "QX1 1AA"},
    "a place in the words": {"words": "food bank in Portvennan"},
    "mistyped": {"words": "domestick abuse"},
    "nothing": {"words": "zzqx blorp"},
    "long": {"words": "rent " * 200},
    "a place that nobody knows": {"words": "food", "place": "Lieth"},
    "a postcode that nobody knows": {"words": "food", "place": "QX1 9ZZ"},
    "an age that is none": {"age": "old"},
}
QUESTIONS = {
    "narrowed": Question("food", chosen=("cost:free", "access:wheelchair"), age=9, place=HERE),
    "widened": Question("naloxone", chosen=("language:uk",), place=HERE, within=1),
    "nearest first": Question(place=HERE, by_distance=True),
    "beyond the end": Question("food", page=99_999),
}
SIX = range(1, 7)
FAMILY: Fields = {"age-1": "34", "age-2": "9", "circumstances-2": ["disabled"], "place": "QX1 1AA", "within": "5"}
PLANS: dict[str, Fields] = {
    "a plan": {**FAMILY, "need-1": "food", "need-2": "out-of-school", "for-2": "2"},
    "a plan with gaps": {**FAMILY, "need-1": "gambling", "for-1": "2", "need-2": "food"},
    "in one's own words": {**FAMILY, "words": "nae food and behind with the rent", "read": "words"},
    "words that name no need": {"words": "zzqx blorp"},
    "everything wrong": {"age-1": "old", "need-1": "nonsense", "place": "Lieth"},
    "six of each": {**{f"need-{row}": "food" for row in SIX}, **{f"age-{row}": "9" for row in SIX}, "add": "need"},
}


@dataclass(frozen=True)
class _Reader:
    """Somebody who brings pages into states."""

    name: str
    client: FlaskClient

    def visit(self, state: str, answer: TestResponse) -> Visit:
        """What came of it."""
        made, shown = answer.request, state.replace(" ", "-")
        return Visit(self.name, made.method, shown, made.path, answer.status_code, page=answer.text)


def list_states(app: Flask) -> Iterator[Visit]:
    """Every state, as a visitor and as a coordinator who is signed in."""
    with writing(by="a test"):
        add_demonstration(clock.today())
    rebuild(app.extensions["settings"].resolved_index_folder)
    for name, client in ((STRANGER, app.test_client()), (RoleName.COORDINATOR, people.signed_in(app, RoleName.COORDINATOR))):
        yield from _states_of(app, _Reader(name, client))


def _states_of(app: Flask, reader: _Reader) -> Iterator[Visit]:
    for state, fields in SEARCHES.items():
        answer = reader.client.post("/search", data=fields, follow_redirects=True)
        yield reader.visit(state, answer)
        if answer.request.path.startswith("/results/"):
            yield reader.visit(f"{state} on a map", reader.client.get(f"{answer.request.path}/map"))
    with app.test_request_context():
        addresses = {state: f"/results/{sealed(question)}" for state, question in QUESTIONS.items()}
    for state, address in addresses.items():
        yield reader.visit(state, reader.client.get(address))
    for state, fields in PLANS.items():
        yield reader.visit(state, reader.client.post("/plan", data=fields, follow_redirects=True))
