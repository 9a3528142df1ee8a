"""How a command writes and how it fails: one transaction, one clear sentence."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from partnerdir.database import db, refresh_statistics, writing
from partnerdir.errors import PartnerdirError


def changes_records(command: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a command that writes: its change is one transaction, signed as the command line."""

    @wraps(command)
    def door(*args: Any, **named: Any) -> Any:
        with writing(by="command line"):
            return command(*args, **named)

    return door


def changes_many_records(command: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a command that may write so much that the database must look again how large its tables are."""

    @changes_records
    @wraps(command)
    def door(*args: Any, **named: Any) -> Any:
        done = command(*args, **named)
        db.session.flush()
        refresh_statistics(db.session())
        return done

    return door


def says_what_is_wrong(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turns our own errors into one sentence on the terminal and exit status 1."""

    @wraps(command)
    def door(*args: Any, **named: Any) -> Any:
        try:
            return command(*args, **named)
        except PartnerdirError as error:
            raise click.ClickException(str(error)) from error

    return door
