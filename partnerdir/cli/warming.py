"""What gunicorn does when it has started a process of the site: `--config python:partnerdir.cli.warming`.

The process asks itself one question at once: whoever asks first waits while everything is read, for seconds where there
are many services.
"""

import logging
import time
from threading import Thread
from typing import Any

from flask import Flask

log = logging.getLogger(__name__)
QUESTION = "help"


def post_worker_init(worker: Any) -> None:
    """gunicorn calls this in each new process, with the site in it."""
    Thread(target=ask, args=(worker.wsgi,), daemon=True).start()


def ask(site: Flask) -> None:
    """Asks as a visitor would, and says in the log how it went."""
    began = time.monotonic()
    answer = site.test_client().post("/search", data={"words": QUESTION}, follow_redirects=True)
    if answer.status_code == 200:
        log.info("Ready: a first question of our own was answered in %.1f seconds.", time.monotonic() - began)
    else:
        log.warning("A first question of our own was answered with status %s; a visitor's may be too.", answer.status_code)
