"""A process that asks all the time until it is told to stop: `python -m tests.search.reader`, settings in the environment.

Prints how often it asked, and every wrong answer.
"""

import select
import sys
import time

from partnerdir.factory import create_app
from partnerdir.search.rules import Question

app = create_app()
with app.app_context():
    finder = app.extensions["search"]
    print("reading", flush=True)
    asked = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        found = finder.find(Question("steady lantern")).total
        if found != 1:
            print(f"wrong: {found}", flush=True)
        asked += 1
        time.sleep(0.002)
    print(f"asked {asked}", flush=True)
