"""Up to four services side by side: what differs first, then what is the same for all."""

import uuid
from dataclasses import dataclass

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from partnerdir import clock
from partnerdir.accounts.rules import RoleName
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_whole_services
from partnerdir.funding.queries import list_outlooks
from partnerdir.languages import gettext, gettext_noop
from partnerdir.web.access import open_to
from partnerdir.web.picked import list_picked
from partnerdir.web.public.seen import first_number
from partnerdir.web.public.services import list_facts
from partnerdir.web.questions import locked, unlocked

FEWEST, MOST = 2, 4
KIND = b"compare"
NOT_SAID = gettext_noop("Not said")


@dataclass(frozen=True)
class Row:
    """One question and each service's answer, in the order of the services."""

    question: str
    answers: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the services answer differently."""
        return len(set(self.answers)) > 1


@open_to(RoleName.FRONTLINE)
def choose_compared() -> Response:
    """Turns what was ticked into an opaque address."""
    chosen = locked([service_id.hex for service_id in list_picked()[: MOST + 1]], KIND)
    return redirect(url_for("frontline.compare", chosen=chosen), 303)


@open_to(RoleName.FRONTLINE)
def compare(chosen: str) -> str:
    """The services side by side; more than four are cut to four, and one alone is compared with nothing."""
    asked = [uuid.UUID(text) for text in unlocked(chosen, KIND)]
    services, today = list_whole_services(asked[:MOST]), clock.today()
    rows = list_rows(services)
    return render_template(
        "frontline/compare.html",
        services=services,
        parts=[
            (gettext("What differs"), [row for row in rows if row.differs]),
            (gettext("The same for all"), [row for row in rows if not row.differs]),
        ],
        outlooks=list_outlooks([one.id for one in services], today, current_app.extensions["settings"].threshold_days),
        numbers={one.id: first_number(one, today) for one in services},
        is_enough=len(services) >= FEWEST,
        is_cut=len(asked) > MOST,
    )


def list_rows(services: list[Service]) -> list[Row]:
    """What is known of any of the services, question by question; where one says nothing, that is said."""
    said = [dict(list_facts(service)) for service in services]
    questions = dict.fromkeys(question for facts in said for question in facts)
    return [Row(question, tuple(facts.get(question, gettext(NOT_SAID)) for facts in said)) for question in questions]
