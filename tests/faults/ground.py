"""The ground that faults are tried on: a site of its own, warnings that are due, and real processes to send them."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from partnerdir import clock, jobs
from partnerdir.database import add_database_file, db
from partnerdir.factory import create_app
from partnerdir.settings import PREFIX, Settings
from partnerdir.tables import Base
from tests import make
from tests.alerts.cast import try_again_now, watch
from tests.alerts.conftest import with_mail
from tests.alerts.post import Post
from tests.conftest import make_settings

ROOT = Path(__file__).parents[2]
FLASK = ("-m", "flask", "--app", "app")
WATCHERS = 10


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
    due: int = 0

    def queue(self, count: int) -> None:
        """Makes so many warnings due, in tens, and queues them."""
        with make.saved():
            fund = make.a_fund()
            for number in range(count // WATCHERS):
                service = make.a_service(f"Service {number}")
                make.a_window(service, clock.today() + timedelta(25), fund=fund)
                for person in range(WATCHERS):
                    watch(service, f"worker{person}@housing.example", day=clock.today())
        jobs.scan(self.settings)
        self.due += count

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Starts a real process of ours: flask's arguments, or -m and a module."""
        values = {f.name: getattr(self.settings, f.name) for f in fields(Settings)}
        given = {PREFIX + name.upper(): str(value) for name, value in values.items() if value is not None}
        arguments = command if command[0] == "-m" else (*FLASK, *command)
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=os.environ | given, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def run(self, *command: str) -> str:
        """Runs one to its end, which must be a good one."""
        process = self.start(*command)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, (output, self.log())
        return output

    def log(self) -> str:
        """What the processes said of themselves."""
        return (self.folder / "log").read_text()

    def let_claims_run_out(self) -> None:
        """What five minutes do: a claim that a dead process held is free again."""
        try_again_now()

    def tally(self) -> Tally:
        """Counts the mails that came against those that were due."""
        ids = self.post.message_ids()
        told = Counter((mail["To"], str(mail["Message-ID"])) for mail in self.post.mails)
        db.session.rollback()
        waiting = db.session.scalar(sa.text("SELECT count(*) FROM delivery WHERE state <> 'sent'"))
        assert waiting is not None
        distinct = len({(mail["To"], service_in(str(mail.get_body(("plain",))))) for mail in self.post.mails})
        return Tally(self.due, self.due - distinct, len(told) - distinct, sum(times - 1 for times in ids.values()))


def service_in(text: str) -> str:
    """The service that a mail is about."""
    return text.split("Funding for ")[1].split(" ends on")[0]


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
