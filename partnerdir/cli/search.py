"""Commands that keep the search index."""

from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from partnerdir import jobs
from partnerdir.cli.doors import says_what_is_wrong
from partnerdir.search import following, index

search = AppGroup("search", help="Keep the search index.")


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(search)


@search.command("rebuild")
@says_what_is_wrong
def rebuild() -> None:
    """Make the search index anew from the records; the one in use stays in use until then."""
    count = index.rebuild(current_app.extensions["settings"].resolved_index_folder)
    click.echo(f"The search index was made anew, with {count} services.")


@search.command("follow")
@says_what_is_wrong
def follow() -> None:
    """Bring the search index up to date with every change committed until now."""
    count = following.follow_changes(current_app.extensions["settings"].resolved_index_folder)
    click.echo(f"Changes followed: {count}.")


@search.command("ask")
@says_what_is_wrong
def ask() -> None:
    """Ask every saved search that was not asked today, and queue what matches newly."""
    count = jobs.ask_saved_searches(current_app.extensions["settings"], Event())
    click.echo(f"New matches to be told of: {count}.")
