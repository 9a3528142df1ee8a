"""The one app object; `python app.py` serves it with the worker beside it."""

import sys
from pathlib import Path

from partnerdir.cli.serving import serve
from partnerdir.factory import create_app

app = create_app()

if __name__ == "__main__":
    sys.exit(serve(app.extensions["settings"], Path(__file__).parent))
