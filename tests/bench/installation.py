"""A throw-away installation with so many services, as a process of it sees it: its environment holds the settings."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from partnerdir.database import add_database_file, db
from partnerdir.factory import create_app
from partnerdir.settings import PREFIX
from partnerdir.tables import Base
from tests.bench import corpus

ROOT = Path(__file__).parents[2]
REAL = (
    ("geography", "import", "geography/scotland-outcodes.csv"),
    ("import", "listings", "care-inspectorate", "services/care-inspectorate-2025-02-28.csv"),
    ("import", "grants", "grants/lloyds-bank-foundation.json"),
)


@dataclass(frozen=True)
class Installation:
    """Where it is, and how its processes are started."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings of its processes."""
        settings = {
            "instance_folder": str(self.folder),
            "secret_key": "a secret for measuring only, long enough",
            "password_salt": "a salt for measuring only",
            "question_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "log_level": "ERROR",
        }
        return {**os.environ, **{PREFIX + name.upper(): value for name, value in settings.items()}}

    def measured(self, module: str, *arguments: str) -> dict[str, Any]:
        """What a process of its own says when it has run one module of ours."""
        command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=True)
        measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return measured

    def filled_with(self, size: str) -> None:
        """Puts in so many listings; `real`: those at hand, through the commands that import them."""
        self.measured("tests.bench.installation", size)
        for *arguments, path in REAL if size == "real" else ():
            command = [sys.executable, "-W", "ignore", "-m", "flask", "--app", "app", *arguments]
            subprocess.run(
                [*command, str(corpus.SHARED / path)],
                cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip


def _fill(size: str) -> None:
    with create_app().app_context():
        add_database_file()
    with create_app().app_context(), db.engine.begin() as connection:
        Base.metadata.create_all(connection)
        if size != "real":
            random = Random(1)
            corpus.insert(connection, corpus.listings(int(size), random), random)
    print(json.dumps({}))


if __name__ == "__main__":
    _fill(sys.argv[1])
