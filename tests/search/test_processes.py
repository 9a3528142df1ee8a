"""Several processes read while one writes, and killing the one that writes loses no edit."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask

from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.directory.rules import ServiceStatus
from partnerdir.search.rules import Question
from partnerdir.settings import PREFIX, Settings
from tests import make
from tests.search.asking import Searching, documents_in, fill

pytestmark = pytest.mark.processes
SECONDS_TO_START = 60


@contextmanager
def started(app: Flask, module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of the same installation, killed at the end if it is still there."""
    settings: Settings = app.extensions["settings"]
    values = {
        PREFIX + name.upper(): str(getattr(settings, name))
        for name in ("instance_folder", "database_url", "secret_key", "password_salt", "question_key")
    }
    running = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        env={**os.environ, **values},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline(), "the process did not start"
            yield running
        finally:
            running.kill()


def edited(count: int) -> dict[uuid.UUID, str]:
    """Gives so many services a word of their own, one transaction each; the words by service."""
    listed = sa.select(Service.id).where(Service.status != ServiceStatus.CLOSED)
    words = {service_id: f"word{uuid.uuid4().hex}" for service_id in db.session.scalars(listed.limit(count))}
    for service_id, word in words.items():
        with make.saved():
            db.session.get_one(Service, service_id).summary = word
        time.sleep(0.005)
    return words


def lost(searching: Searching, words: dict[uuid.UUID, str]) -> list[str]:
    """The words by which their service, and only it, is not found."""
    searching.catch_up()
    return [word for service_id, word in words.items() if searching.finder.find(Question(word)).service_ids != [service_id]]


def assert_one_document_each(searching: Searching) -> None:
    assert sorted(documents_in(searching.folder)) == sorted(db.session.scalars(sa.select(Service.id)))


def test_a_follower_killed_again_and_again_loses_no_edit_and_doubles_no_document(app: Flask, searching: Searching) -> None:
    fill(150)
    searching.catch_up()
    random = Random(5)
    words: dict[uuid.UUID, str] = {}
    for _ in range(6):
        with started(app, "tests.search.follower", "on") as follower:
            words |= edited(random.randint(5, 40))
            time.sleep(random.random() / 10)
            follower.kill()
        assert follower.returncode == -signal.SIGKILL
    assert lost(searching, words) == []
    assert_one_document_each(searching)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_follower_killed_at_its_worst_moment_loses_no_edit(app: Flask, searching: Searching, moment: str) -> None:
    fill(10)
    searching.catch_up()
    with started(app, "tests.search.follower", moment) as follower:
        words = edited(3)
        assert follower.wait(SECONDS_TO_START) == -signal.SIGKILL
    assert lost(searching, words) == []
    assert_one_document_each(searching)


def test_a_follower_that_notes_its_position_too_early_is_caught_by_these_tests(app: Flask, searching: Searching) -> None:
    fill(10)
    searching.catch_up()
    with started(app, "tests.search.follower", "forgetful") as follower:
        words = edited(3)
        assert follower.wait(SECONDS_TO_START) == -signal.SIGKILL
    assert lost(searching, words)


def test_processes_read_without_a_wrong_answer_while_one_writes(app: Flask, searching: Searching) -> None:
    fill(150)
    with make.saved():
        make.a_service("Steady lantern")
    searching.catch_up()
    with (
        started(app, "tests.search.reader") as one,
        started(app, "tests.search.reader") as two,
        started(app, "tests.search.follower", "on"),
    ):
        words = edited(30)
        for reader in (one, two):
            output, _ = reader.communicate("stop\n", timeout=SECONDS_TO_START)
            assert "wrong" not in output
            assert int(output.split()[-1]) > 10
    assert lost(searching, words) == []


def test_an_edit_that_another_process_follows_is_found_within_a_second(app: Flask, searching: Searching) -> None:
    fill(150)
    searching.catch_up()
    with started(app, "tests.search.follower", "on"):
        [(service_id, word)] = edited(1).items()
        began = time.monotonic()
        while searching.finder.find(Question(word)).service_ids != [service_id]:
            assert time.monotonic() - began < 1
            time.sleep(0.01)
