"""Commands that keep the map."""

from collections import Counter
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from partnerdir.cli.doors import changes_many_records, says_what_is_wrong
from partnerdir.database import db
from partnerdir.geography.importing import Outcome, import_map

MOST_NAMED = 5

geography = AppGroup("geography", help="Keep the map: postcodes, and the names of areas.")


def init_app(app: Flask) -> None:
    """Adds the commands."""
    app.cli.add_command(geography)


@geography.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Do everything, show what it did, and undo it.")
@says_what_is_wrong
def import_(files: tuple[Path, ...], dry_run: bool) -> None:
    """Read postcodes, or the names of areas, from each FILE: all of them or nothing."""
    _say(_imported(files, dry_run), dry_run)


@changes_many_records
def _imported(files: tuple[Path, ...], dry_run: bool) -> Outcome:
    outcome = import_map(files)
    if dry_run:
        db.session.rollback()
    return outcome


def _say(outcome: Outcome, dry_run: bool) -> None:
    for file in outcome.says:
        click.echo(f"{file}.")
    click.echo("Tried, nothing was written." if dry_run else "Imported.")
    for title, counts in (("Postcodes", outcome.postcodes), ("Areas", outcome.areas), ("Postcodes left out", outcome.left_out)):
        _list(title, counts)
    if outcome.unknown_areas:
        named = ", ".join(code for code, _count in outcome.unknown_areas.most_common(MOST_NAMED))
        more = len(outcome.unknown_areas) - MOST_NAMED
        click.echo(
            f"Postcodes in areas that are not known here: {outcome.unknown_areas.total():,}, in {named}"
            f"{f' and {more} more' if more > 0 else ''}. Distances work for them. For the services that serve them,"
            " import the areas' names and codes, then these postcodes again."
        )


def _list(title: str, counts: Counter[str]) -> None:
    if counts.total():
        click.echo(f"{title}:")
    for name, count in counts.items():
        if count:
            click.echo(f"  {name:18} {count:>9,}")
