"""Measures the engine of one installation, in a process of its own: `python -m tests.bench.engine rebuild|questions|edits`."""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db, writing
from partnerdir.directory.models import Need, Service
from partnerdir.factory import create_app
from partnerdir.geography.models import Area
from partnerdir.search.finder import Finder
from partnerdir.search.following import follow_changes
from partnerdir.search.index import newest, rebuild
from partnerdir.search.rules import Place, Question

QUESTIONS = 200
EDITS = 20


def milliseconds(work: Callable[[], object]) -> float:
    """How long this takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def spread(times: Iterable[float]) -> list[float]:
    """Median and 95th percentile."""
    times = list(times)
    return [statistics.median(times), statistics.quantiles(times, n=20)[-1]]


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def questions(count: int, terms: int = 3, filtered: bool = False, places: Sequence[Place] = ()) -> list[Question]:
    """Questions in words of the listings, as frequent as they are there; near one of these places where there are any."""
    random = Random(terms)
    some = db.session.scalars(sa.select(Service.description).where(Service.description != "").limit(5000))
    words = " ".join(some).split()
    needs = list(db.session.scalars(sa.select(Need.id).where(Need.parent_id.is_(None))))
    areas = list(db.session.scalars(sa.select(Area.id)))
    return [
        Question(
            " ".join(random.choices(words, k=terms)),
            random.choice(needs) if filtered and needs else None,
            random.choice(areas) if filtered and areas else None,
            place=random.choice(places) if places else None,
        )
        for _ in range(count)
    ]


def forget(finder: Finder) -> None:
    """Makes every term cold again."""
    if finder._postings:
        finder._postings.forget()


def measure_questions(finder: Finder) -> dict[str, Any]:
    """Cold: no term has been decoded. Warm: each has been asked for before."""
    found: dict[str, Any] = {"first_question": milliseconds(lambda: finder.find(Question()))}
    kinds = {
        "one": questions(QUESTIONS, 1),
        "three": questions(QUESTIONS),
        "filtered": questions(QUESTIONS, filtered=True),
        "near": questions(QUESTIONS, places=finder.list_towns()),
    }
    for kind, asked in kinds.items():
        finder.find(asked[0])
        cold = []
        for question in asked:
            forget(finder)
            cold.append(milliseconds(partial(finder.find, question)))
        for question in asked:
            finder.find(question)
        found[f"{kind}_cold"] = spread(cold)
        found[f"{kind}_warm"] = spread(milliseconds(partial(finder.find, question)) for question in asked)
    return {**found, "megabytes": megabytes()}


def _followed_and_found(folder: Path, finder: Finder, word: str) -> None:
    follow_changes(folder)
    assert finder.find(Question(word)).total <= 1


def measure_edits(folder: Path, finder: Finder) -> dict[str, Any]:
    """From the moment that an edit is committed until it has been followed and found."""
    finder.find(Question())
    times = []
    for number, service_id in enumerate(db.session.scalars(sa.select(Service.id).limit(EDITS)).all()):
        with writing(by="a measurement"):
            db.session.get_one(Service, service_id).summary = f"zebra{number}"
        times.append(milliseconds(partial(_followed_and_found, folder, finder, f"zebra{number}")))
    return {"edit": spread(times)}


def measure_rebuild(folder: Path) -> dict[str, Any]:
    """Making the index anew."""
    count = 0

    def work() -> None:
        nonlocal count
        count = rebuild(folder)

    took = milliseconds(work)
    size = sum(path.stat().st_size for path in newest(folder).iterdir()) / 1e6
    return {"services": count, "rebuild": took, "index_megabytes": size, "rebuild_megabytes": megabytes()}


def measure(app: Flask, what: str) -> dict[str, Any]:
    """What was asked to be measured."""
    folder, finder = app.extensions["settings"].resolved_index_folder, app.extensions["search"]
    if what == "rebuild":
        return measure_rebuild(folder)
    return measure_edits(folder, finder) if what == "edits" else measure_questions(finder)


if __name__ == "__main__":
    site = create_app()
    with site.app_context():
        print(json.dumps(measure(site, sys.argv[1])))
