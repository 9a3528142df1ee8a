"""Following: the index is brought up to date with what has been committed, whoever committed it."""

import logging
from pathlib import Path

from partnerdir import clock
from partnerdir.database import db
from partnerdir.errors import Conflict
from partnerdir.search import queries
from partnerdir.search.disk import alone, read_position, write_position
from partnerdir.search.index import NoIndex, damage_named, newest, opened, rebuild, replace_services
from partnerdir.search.queries import OtherDatabase

logger = logging.getLogger(__name__)

CHANGES_AT_ONCE = 5000


def follow_changes(index_folder: Path) -> int:
    """Brings the index up to date and says how many changes it followed; makes it anew when it cannot be used."""
    try:
        return _follow(newest(index_folder))
    except (NoIndex, OtherDatabase) as reason:
        logger.warning("%s The search index is being made anew.", reason)
    try:
        rebuild(index_folder)
    except Conflict:
        logger.info("Another process is making the search index anew already.")
    return 0


def _follow(home: Path) -> int:
    followed = 0
    # Reading and writing are one turn: a slower follower must not put older text over newer.
    with alone(home / "following.lock") as is_alone:
        while is_alone and (count := _follow_some(home)):
            followed += count
    return followed


def _follow_some(home: Path) -> int:
    with damage_named(home):
        position = read_position(home)
        opened(home).reader().close()
    with db.engine.connect() as connection:
        changes = queries.list_changes(connection, position, limit=CHANGES_AT_ONCE)
        touched = queries.list_services_touched(connection, changes)
        documents = list(queries.list_documents(connection, touched)) if touched else []
    if touched:
        replace_services(home, touched, documents)
    # Only now: whoever is killed before this line leaves the same changes to be followed again, which harms nothing.
    reached = position.after([(change.id, change.at) for change in changes], clock.now())
    if reached != position:
        write_position(home, reached)
    return len(changes)
