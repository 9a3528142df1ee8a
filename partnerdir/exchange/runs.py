"""One import as it goes: what it did, what it refused and why, and what it wants somebody to know."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from partnerdir import clock
from partnerdir.database import db
from partnerdir.exchange.listing import Entry
from partnerdir.exchange.models import ImportRun

COUNTED = ("added", "changed", "unchanged", "gone", "returned", "refused")

Progress = Callable[[list[Entry]], Iterable[Entry]]


@dataclass(frozen=True)
class Remark:
    """Something to tell about one row: where it stands, and a sentence."""

    where: str
    sentence: str


@dataclass
class Run:
    """One import, tried or applied."""

    layout: str
    file_name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    unknown_columns: tuple[str, ...] = ()
    refused: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)
    closed: list[Remark] = field(default_factory=list)
    reopened: list[Remark] = field(default_factory=list)
    kept_ours: list[Remark] = field(default_factory=list)

    def refuse(self, where: str, why: str) -> None:
        """Notes a row that is not imported."""
        self.refused.append(Remark(where, why))
        self.counts["refused"] += 1


@dataclass(frozen=True)
class FileRead:
    """A file that was read and checked: its run so far, the entries to apply, and the keys of all its rows."""

    run: Run
    entries: list[Entry]
    keys: set[str]


def add_import_run(run: Run, by: str) -> ImportRun:
    """Adds the record that this import happened."""
    record = ImportRun(
        layout=run.layout,
        file_name=Path(run.file_name).name[-300:],
        applied_at=clock.now(),
        by=by,
        counts=run.counts,
        refused=[{"where": remark.where, "why": remark.sentence} for remark in run.refused],
    )
    db.session.add(record)
    return record
