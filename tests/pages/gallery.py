"""Pages as the site answered them, each once, served again with the site's own styles and scripts."""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.house.visits import Visit

STATIC = Path(__file__).parents[2] / "static"
CHANGING = re.compile(r'(value|href|action|for|id|name)="[^"]*"|[0-9a-f]{8}-?[0-9a-f-]{24,27}')


def hang(visits: Iterable[Visit], folder: Path) -> list[Path]:
    """Writes every page that differs from the others in more than ids and links; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "static").symlink_to(STATIC)
    seen: dict[str, Path] = {}
    for visit in visits:
        shape = CHANGING.sub("", visit.page.partition("<main")[2])
        if visit.page and shape not in seen:
            seen[shape] = folder / f"{len(seen):03}-{visit.endpoint}-{visit.method}-{visit.status}.html"
            seen[shape].write_text(visit.page, encoding="utf-8")
    return list(seen.values())


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder on the loopback; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
