"""Commands that read what others publish."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from tqdm import tqdm

from partnerdir import clock
from partnerdir.cli.doors import changes_many_records, says_what_is_wrong
from partnerdir.database import db
from partnerdir.exchange.grants import import_grants, read_grants
from partnerdir.exchange.layouts import LAYOUTS
from partnerdir.exchange.listing import Entry
from partnerdir.exchange.listings import import_listings, read_listings
from partnerdir.exchange.runs import Remark, Run, add_import_run

BY = "command line"

imports = AppGroup("import", help="Read what others publish into the directory, all of it or nothing.")

file_argument = click.argument("file", type=click.Path(path_type=Path))
dry_run_option = click.option("--dry-run", is_flag=True, help="Do everything, show what it did, and undo it.")


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(imports)


@imports.command("grants")
@file_argument
@dry_run_option
@says_what_is_wrong
def grants(file: Path, dry_run: bool) -> None:
    """Read a 360Giving JSON package from FILE."""
    read = read_grants(file)
    _say(_applied(partial(import_grants, read, clock.today(), _with_bar), dry_run), dry_run)


@imports.command("listings")
@click.argument("layout", type=click.Choice(sorted(LAYOUTS)))
@file_argument
@dry_run_option
@click.option("--many-gone", is_flag=True, help="Close services even where more than a fifth of a register is gone.")
@says_what_is_wrong
def listings(layout: str, file: Path, dry_run: bool, many_gone: bool) -> None:
    """Read a publisher's list of services from FILE, whose columns are those of LAYOUT."""
    chosen = LAYOUTS[layout]
    read = read_listings(chosen, file)
    _say(_applied(partial(import_listings, chosen, read, clock.today(), _with_bar, many_gone), dry_run), dry_run)


@changes_many_records
def _applied(work: Callable[[], Run], dry_run: bool) -> Run:
    with _nothing_collected():
        run = work()
    add_import_run(run, by=BY)
    if dry_run:
        db.session.rollback()
    return run


@contextmanager
def _nothing_collected() -> Iterator[None]:
    # Tens of thousands of new records, none of them garbage: looking for some takes half of an import's time.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _with_bar(entries: list[Entry]) -> Iterable[Entry]:
    # Without a terminal tqdm says nothing at all; on one it writes to standard error and leaves the summary alone.
    return tqdm(entries, disable=None, unit=" rows", leave=False)


def _say(run: Run, dry_run: bool) -> None:
    click.echo(f"{run.file_name}, {run.layout}: {'tried, nothing was written' if dry_run else 'imported'}.")
    for name, count in run.counts.items():
        click.echo(f"  {name:10} {count:>7,}")
    if run.unknown_columns:
        click.echo(f"Columns that are not known and were left out: {', '.join(run.unknown_columns)}.")
    _list("Refused", run.refused)
    _list("Left out of rows that were imported", run.left_out)
    _list("Closed", run.closed)
    _list("Opened again", run.reopened)
    _list("Changed here since, so the source's change was not taken", run.kept_ours)


def _list(title: str, remarks: list[Remark]) -> None:
    if remarks:
        click.echo(f"{title}:")
    for remark in remarks:
        click.echo(f"  {remark.where}: {remark.sentence}")
