"""What the tests of alerts share: a site whose mail goes to a real server, and people who watch."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from partnerdir.settings import Settings
from tests.alerts import post
from tests.alerts.cast import one_waiting
from tests.alerts.post import Post
from tests.conftest import make_settings


@pytest.fixture
def mail_server() -> Iterator[Post]:
    """A mail server that accepts until it is told otherwise."""
    with post.running() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, mail_server: Post) -> Settings:
    """Settings that send mail to that server."""
    return with_mail(make_settings(tmp_path), mail_server)


@pytest.fixture
def settings_on_both(app_on_both: Flask, mail_server: Post) -> Settings:
    """The settings of the site on either database, with mail."""
    return with_mail(app_on_both.extensions["settings"], mail_server)


def with_mail(settings: Settings, server: Post) -> Settings:
    """The same settings, with mail going to this server."""
    return dataclasses.replace(
        settings, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", site_url="https://directory.example"
    )


@pytest.fixture
def queued(app_on_both: Flask, settings_on_both: Settings) -> Settings:
    """One warning waits, on either database."""
    return one_waiting(settings_on_both)


@pytest.fixture
def queued_here(app: Flask, settings: Settings) -> Settings:
    """One warning waits, where the kind of database makes no difference."""
    return one_waiting(settings)
