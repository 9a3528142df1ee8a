"""What the code and the templates say, collected as `make words` does it."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
KEYWORDS = ("lazy_gettext", "gettext_noop")
BABEL = (sys.executable, "-m", "babel.messages.frontend")


@cache
def collected(root: Path = ROOT) -> Catalog:
    """Every message that is marked in a checkout."""
    marks = [part for keyword in KEYWORDS for part in ("--keywords", keyword)]
    with TemporaryDirectory() as folder:
        pot = Path(folder) / "messages.pot"
        command = [*BABEL, "--quiet", "extract", "--mapping-file", "pyproject.toml", *marks, "--output-file", str(pot)]
        subprocess.run([*command, "partnerdir", "templates"], cwd=root, check=True)
        with pot.open("rb") as file:
            return read_po(file)
