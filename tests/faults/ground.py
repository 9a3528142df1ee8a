"""The ground that faults are tried on: a site of its own, warnings that are due, and real processes to send them."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from partnerdir import clock, jobs
from partnerdir.database import add_database_file, db
from partnerdir.dates import spoken_day
from partnerdir.factory import create_app
from partnerdir.settings import PREFIX, Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import WORKER, try_again_now, watch
from tests.alerts.conftest import with_mail
from tests.alerts.post import Post
from tests.conftest import make_settings
from tests.system_packages import find_faketime

ROOT = Path(__file__).parents[2]
FLASK = ("-m", "flask", "--app", "app")
FACT = re.compile(
    r"^Funding for (.+?) (ends|ended)(?: earlier than we told you:)? on (?:about )?(\d{1,2} [A-Z]\w+ \d{4})", re.MULTILINE
)
Told = tuple[str, str, str, str]  # who, which service, ends or ended, and the day as it is said


@dataclass
class Tally:
    """What became of the warnings: lost ones never came, doubled ones came under two Message-IDs, repeated ones under one."""

    due: int
    lost: int
    doubled: int
    repeated: int


@dataclass
class Ground:
    """A site with warnings due, and the mail server they go to."""

    app: Flask
    settings: Settings
    post: Post
    folder: Path
    expected: Counter[Told] = field(default_factory=Counter)

    def expect(self, ends_on: date, to: str = WORKER, name: str = "Harbour Family Support", verb: str = "ends") -> None:
        """One more mail is due that tells this."""
        self.expected[to, name, verb, spoken_day(ends_on)] += 1

    def add_due(self, count: int, each: int = 1) -> None:
        """Makes so many warnings due, so many for each person: more than one for a person is a digest."""
        ends_on = clock.today() + timedelta(25)
        with make.saved():
            fund = make.a_fund()
            for number in range(each):
                service = make.a_service(f"Service {number}")
                make.a_window(service, ends_on, fund=fund)
                for person in range(count // each):
                    watch(service, f"worker{person}@housing.example", day=clock.today())
                    self.expect(ends_on, f"worker{person}@housing.example", service.name)

    def queue(self, count: int, each: int = 1) -> None:
        """Makes so many warnings due, so many for each person, and queues them."""
        self.add_due(count, each)
        jobs.scan(self.settings)

    def start(self, *command: str, at: str = "", log: Path | None = None, **settings: Any) -> subprocess.Popen[str]:
        """Starts a real process of ours: flask's arguments, or -m and a module; with another clock where `at` is given."""
        values = {f.name: getattr(self.settings, f.name) for f in fields(Settings)} | settings
        given = {PREFIX + name.upper(): str(value) for name, value in values.items() if value is not None}
        arguments = command if command[0] == "-m" else (*FLASK, *command)
        with (log or self.folder / "log").open("a") as file:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT, env=os.environ | given | _clock_at(at), stdout=subprocess.PIPE, stderr=file, text=True,
            )  # fmt: skip

    def run(self, *command: str, at: str = "", **settings: Any) -> str:
        """Runs one to its end, which must be a good one."""
        process = self.start(*command, at=at, **settings)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, (output, self.log())
        return output

    def fail(self, *command: str, at: str = "", **settings: Any) -> str:
        """Runs one to its end, which must be a bad one, and gives what it said."""
        said = len(self.log()) if (self.folder / "log").exists() else 0
        process = self.start(*command, at=at, **settings)
        output, _ = process.communicate(timeout=120)
        assert process.returncode > 0, (process.returncode, output, self.log())
        return output + self.log()[said:]

    def log(self) -> str:
        """What the processes said of themselves."""
        return (self.folder / "log").read_text()

    def let_claims_run_out(self) -> None:
        """What five minutes do: a claim that a dead process held is free again."""
        try_again_now()

    def integrity(self) -> str:
        """What SQLite says of its file."""
        db.session.rollback()
        return str(db.session.scalar(sa.text("PRAGMA integrity_check")))

    def tally(self) -> Tally:
        """Counts the mails that came against those that were due."""
        db.session.rollback()
        # Whoever knows a Message-ID already may throw the second mail away unread: only the first one tells anything.
        mails = {str(mail["Message-ID"]): mail for mail in reversed(self.post.mails)}
        came = Counter(told for mail in mails.values() for told in facts_of(mail))
        lost, doubled = (self.expected - came).total(), (came - self.expected).total()
        return Tally(self.expected.total(), lost, doubled, len(self.post.mails) - len(mails))


def facts_of(mail: EmailMessage) -> list[Told]:
    """What a mail tells, and whom: as it reads, so that a digest that leaves something out or says it twice is found out."""
    body = mail.get_body(("plain",))
    assert body is not None
    return [(str(mail["To"]), name, verb, day) for name, verb, day in FACT.findall(str(body.get_content()))]


def _clock_at(at: str) -> dict[str, str]:
    """The environment of a process whose clock says so (UTC) when it starts; its timers run as ever."""
    library = find_faketime()
    if not at:
        return {}
    assert library is not None
    return {"LD_PRELOAD": str(library), "FAKETIME": f"@{at}", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}


@contextmanager
def prepared(folder: Path, post: Post, database_url: str = "") -> Iterator[Ground]:
    """A site whose tables are made."""
    settings = with_mail(make_settings(folder, database_url), post)
    app = create_app(settings)
    with app.app_context():
        add_database_file()
        Base.metadata.create_all(db.engine)
        yield Ground(app, settings, post, folder)
        db.session.remove()
        db.engine.dispose()
        app.extensions["search"].close()
