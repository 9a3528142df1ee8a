"""A process that follows changes until it is killed: `python -m tests.search.follower HOW`, settings in the environment.

HOW is `on`, or where it kills itself: `before` it indexes, `after` it indexed and before it noted its position, or
`forgetful`: it notes its position first, which is the fault that the tests must catch.
"""

import os
import signal
import sys
import time
from typing import Any

from partnerdir import clock
from partnerdir.database import db
from partnerdir.factory import create_app
from partnerdir.search import following, queries
from partnerdir.search.disk import read_position, write_position
from partnerdir.search.index import replace_services

HOW = sys.argv[1]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(home: Any, *rest: Any) -> None:
    """Indexing, or not, by somebody who is about to be killed."""
    if HOW == "after":
        replace_services(home, *rest)
    if HOW == "forgetful":
        with db.engine.connect() as connection:
            position = read_position(home)
            changes = queries.list_changes(connection, position)
            write_position(home, position.after([(change.id, change.at) for change in changes], clock.now()))
    die()


if HOW != "on":
    vars(following)["replace_services"] = dying

app = create_app()
with app.app_context():
    print("following", flush=True)
    while True:
        following.follow_changes(app.extensions["settings"].resolved_index_folder)
        time.sleep(0.01)
