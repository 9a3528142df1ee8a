"""A site that has started has read what it needs before anybody asks."""

import logging
import time

import pytest
from flask import Flask

from partnerdir.cli.warming import ask
from tests.web.reading import index
from tests.whole_site import WholeSite

SECONDS = 60


def test_a_process_of_the_site_asks_itself_a_question(site: WholeSite) -> None:
    log, until = site.folder / "site.log", time.monotonic() + SECONDS
    while "Ready: a first question of our own" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.2)
    assert "Ready: a first question of our own was answered in" in log.read_text()


def test_what_a_question_needs_is_read_then(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    index(app)
    caplog.set_level(logging.INFO)
    ask(app)
    assert caplog.messages[-1].startswith("Ready: a first question of our own was answered in")
    assert app.extensions["search"]._postings is not None


def test_a_question_that_fails_is_told_to_the_operator(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.testing = False  # as in earnest, where a visitor gets a page and not an exception
    ask(app)  # there is no index
    assert "A first question of our own was answered with status 503; a visitor's may be too." in caplog.messages
