"""Prints how well judged questions are answered, by us and by what people would use instead: `python -m tests.bench.judging`.

A question names its directory and which answers are wanted, by what their source says of them: the highest grade of the
rules that fit, from 3 (just what was meant) to 1 (better than nothing). nDCG@10 takes 2^grade - 1 as gain; success@3 is
the share of questions with an answer of grade 2 or more among the first three.
"""

import argparse
import logging
import math
import re
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.factory import create_app
from partnerdir.search.finder import Finder
from partnerdir.search.index import rebuild
from partnerdir.tables import Base
from tests.bench import corpus
from tests.bench.judged_data import Rows, filled
from tests.bench.rivals import RIVALS
from tests.conftest import make_settings

JUDGED = Path(__file__).parents[1] / "search" / "judged"
# For a thing, in our words and in those of people who had not seen the search; of a situation, in theirs; of both, later.
KINDS = {"asked": JUDGED, "fresh": JUDGED / "fresh", "told": JUDGED / "told", "later": JUDGED / "later"}
HALVES = ("develop", "held")
ASKED = 10
Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Judged:
    """A question as somebody asks it, and the rules by which answers are graded."""

    words: str
    directory: str
    kind: str
    half: str
    wanted: tuple[dict[str, str], ...]

    def grades(self, rows: Rows) -> dict[str, int]:
        """The grade of each service that is wanted at all."""
        rules = [(int(rule["grade"]), _patterns(rule)) for rule in self.wanted]
        found = {}
        for service_id, row in rows.items():
            grade = max((grade for grade, patterns in rules if _fits(row, patterns)), default=0)
            if grade:
                found[service_id] = grade
        return found


def _patterns(rule: dict[str, str]) -> list[tuple[list[str], re.Pattern[str]]]:
    return [(name.split("|"), re.compile(text, re.IGNORECASE)) for name, text in rule.items() if name != "grade"]


def _fits(row: dict[str, str], patterns: list[tuple[list[str], re.Pattern[str]]]) -> bool:
    return all(any(pattern.search(row.get(name, "")) for name in names) for names, pattern in patterns)


def list_judged(directory: str) -> list[Judged]:
    """The judged questions of one directory, every other one of which is held back while ranking is worked at."""
    return [
        Judged(question["words"], directory, kind, HALVES[number % 2], tuple(question["wanted"]))
        for kind, folder in KINDS.items()
        for number, question in enumerate(tomllib.loads((folder / f"{directory}.toml").read_text(encoding="utf-8"))["question"])
    ]


def ndcg(found: Iterable[str], grades: dict[str, int]) -> float:
    """How good the first ten are beside the best ten there could be."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:ASKED])
    return _gain(grades.get(service_id, 0) for service_id in list(found)[:ASKED]) / ideal


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def is_success(found: list[str], grades: dict[str, int]) -> bool:
    """Whether one of the first three is good."""
    return any(grades.get(service_id, 0) >= 2 for service_id in found[:3])


def ours(finder: Finder) -> Search:
    """Our own search, as the box on the first page asks it."""
    return lambda words: [str(found) for found in finder.find(replace(finder.read(words), page_size=ASKED)).service_ids]


def judged(directory: str, shared: Path, rivals: bool) -> Iterator[tuple[str, Judged, list[str], dict[str, int]]]:
    """Each question to each search: which search, the question, what it found, and the grades."""
    with tempfile.TemporaryDirectory(prefix="judging-") as folder:
        app = create_app(make_settings(Path(folder)))
        with app.app_context():
            (Path(folder) / "partnerdir.sqlite3").touch()
            Base.metadata.create_all(db.engine)
        rows = filled(app, directory, shared)
        with app.app_context():
            rebuild(app.extensions["settings"].resolved_index_folder)
            asked = [(question, question.grades(rows)) for question in list_judged(directory)]
            searches: dict[str, Search] = {"ours": ours(app.extensions["search"])}
            if rivals:
                searches |= {name: made(Path(folder)) for name, made in RIVALS.items()}
            for name, search in searches.items():
                for question, grades in asked:
                    yield name, question, search(question.words), grades
            app.extensions["search"].close()
            db.session.remove()
            db.engine.dispose()


def named(service_ids: list[str]) -> dict[str, str]:
    """The names of these services, for people who look at results."""
    known = {str(row.id): row.name for row in db.session.execute(sa.select(Service.id, Service.name))}
    return {service_id: known[service_id] for service_id in service_ids}


def main() -> int:
    """Asks everything, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directories", default="district,scotland,grants,illinois")
    parser.add_argument("--alone", action="store_true", help="ours only")
    parser.add_argument("--wrong", action="store_true", help="show the questions of the first half that are answered badly")
    chosen = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    results: dict[tuple[str, str, str], list[tuple[float, bool]]] = defaultdict(list)
    for directory in chosen.directories.split(","):
        for name, question, found, grades in judged(directory, corpus.SHARED, not chosen.alone):
            if not grades:
                print(f"Nothing is wanted of {directory}: {question.words}", file=sys.stderr)
                continue
            score, success = ndcg(found, grades), is_success(found, grades)
            for half in (question.half, "all"):
                for where in (directory, f"every directory, {question.kind}", "every directory"):
                    results[name, where, half].append((score, success))
            if chosen.wrong and name == "ours" and question.half == HALVES[0] and (score < 0.6 or not success):
                print(f"{score:.2f} {success!s:5} {directory}: {question.words}")
                for service_id, words in named(found).items():
                    print(f"      {grades.get(service_id, 0)} {words}")
    _print_table(results)
    return 0


def _print_table(results: dict[tuple[str, str, str], list[tuple[float, bool]]]) -> None:
    halves = (*HALVES, "all")
    print(f"| nDCG@10 / success@3 | questions | {' | '.join(halves)} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, where in dict.fromkeys((name, where) for name, where, _half in results):
        scores = [results[name, where, half] for half in halves]
        said = [f"{mean(s for s, _ in part):.3f} / {mean(ok for _, ok in part):.2f}" if part else "" for part in scores]
        print(f"| {name}, {where} | {len(scores[-1])} | {' | '.join(said)} |")


if __name__ == "__main__":
    sys.exit(main())
