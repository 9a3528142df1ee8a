"""Suggestions: what people outside say is wrong with a service, until somebody who looks after it decides."""

import hmac
import secrets
import string
import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partnerdir import clock
from partnerdir.database import db
from partnerdir.directory.models import Service, Suggestion
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin, SuggestionState
from partnerdir.errors import BadInput, Conflict, Missing
from partnerdir.languages import gettext

LONGEST_TEXT = 500
# Read out over a telephone: no letters that sound or look alike.
LETTERS = "".join(sorted(set(string.ascii_lowercase) - set("ilo")))
LETTERS_IN_REFERENCE = 10
# What the public may send in a day; no address is kept by which one sender could be told from another.
MOST_OF_ONE_SERVICE, MOST_OF_ALL = 10, 300


def list_open_suggestions() -> list[Suggestion]:
    """Those that nobody has decided, the oldest first."""
    query = sa.select(Suggestion).where(Suggestion.state == SuggestionState.OPEN)
    shown = joinedload(Suggestion.service).joinedload(Service.organisation)
    return list(db.session.scalars(query.options(shown).order_by(Suggestion.made_on, Suggestion.id)))


def list_decided_suggestions(limit: int = 50) -> list[Suggestion]:
    """Those that were accepted or declined, the newest decision first."""
    query = sa.select(Suggestion).where(Suggestion.state != SuggestionState.OPEN).order_by(Suggestion.decided_at.desc())
    shown = joinedload(Suggestion.service).joinedload(Service.organisation)
    return list(db.session.scalars(query.options(shown).limit(limit)))


def count_open_suggestions() -> int:
    """How many nobody has decided."""
    query = sa.select(sa.func.count()).select_from(Suggestion).where(Suggestion.state == SuggestionState.OPEN)
    return db.session.scalar(query) or 0


def find_suggestion(reference: str) -> Suggestion | None:
    """The suggestion with this code, however it is typed."""
    code = "".join(letter for letter in reference.lower() if letter in LETTERS)
    return db.session.scalar(sa.select(Suggestion).where(Suggestion.reference == code))


def require_suggestion(suggestion_id: uuid.UUID) -> Suggestion:
    """The suggestion. Raises: Missing."""
    suggestion = db.session.get(Suggestion, suggestion_id)
    if suggestion is None:
        raise Missing("There is no such suggestion.")
    return suggestion


def has_room(service_id: uuid.UUID) -> bool:
    """Whether the public may suggest more today, of this service and of all.

    To be asked where a suggestion is about to be written: until then, nobody else can take the room that is left.
    """
    if db.session().get_bind().dialect.name == "postgresql":
        # One suggestion after the other, in every process; SQLite lets only one write in any case.
        db.session.execute(sa.text("LOCK TABLE suggestion IN SHARE ROW EXCLUSIVE MODE"))
    of_this = sa.func.count(sa.case((Suggestion.service_id == service_id, 1)))
    today = sa.select(sa.func.count(), of_this).where(
        Suggestion.origin == SuggestionOrigin.PUBLIC, Suggestion.made_on >= clock.today()
    )
    of_all, of_one = db.session.execute(today).one()
    return bool(of_all < MOST_OF_ALL and of_one < MOST_OF_ONE_SERVICE)


def reference_of(token: str, secret: str) -> str:
    """The code of what is sent with this form, always the same, so that the same form sent twice is one suggestion."""
    number = int.from_bytes(hmac.digest(secret.encode(), f"suggestion {token}".encode(), "sha256"))
    letters = []
    for _ in range(LETTERS_IN_REFERENCE):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def add_suggestion(
    service_id: uuid.UUID,
    kind: SuggestionKind,
    text: str,
    origin: SuggestionOrigin,
    made_by: str = "",
    ends_on: date | None = None,
    reference: str = "",
) -> Suggestion:
    """Records what somebody says is wrong; with the code in its `reference` they can read the answer. Raises: BadInput."""
    words = " ".join(text.split())
    if len(words) > LONGEST_TEXT:
        raise BadInput(
            {
                "text": gettext(
                    "Write %(most)s characters or fewer; this has %(longest)s.", most=LONGEST_TEXT, longest=len(words)
                )
            }
        )
    if kind is SuggestionKind.OTHER and not words:
        raise BadInput({"text": gettext("Say in a few words what is wrong.")})
    suggestion = Suggestion(
        service_id=service_id,
        kind=kind,
        text=words,
        ends_on=ends_on,
        origin=origin,
        made_by=made_by,
        state=SuggestionState.OPEN,
        reference=reference or "".join(secrets.choice(LETTERS) for _ in range(LETTERS_IN_REFERENCE)),
        made_on=clock.today(),
    )
    db.session.add(suggestion)
    return suggestion


def accept_suggestion(suggestion: Suggestion, by: str, answer: str = "", seen_version: int | None = None) -> None:
    """Closes a suggestion as right; whoever accepts it changes the records themselves. Raises: BadInput; Conflict."""
    _decide(suggestion, SuggestionState.ACCEPTED, by, answer, seen_version)


def decline_suggestion(suggestion: Suggestion, by: str, answer: str, seen_version: int | None = None) -> None:
    """Closes a suggestion as not right, with the reason. Raises: BadInput without an answer; Conflict."""
    if not answer.strip():
        raise BadInput({"answer": gettext("Say why, so that whoever suggested it can understand.")})
    _decide(suggestion, SuggestionState.DECLINED, by, answer, seen_version)


def _decide(suggestion: Suggestion, state: SuggestionState, by: str, answer: str, seen_version: int | None) -> None:
    suggestion.refuse_stale(seen_version)
    if suggestion.state is not SuggestionState.OPEN:
        raise Conflict(gettext("Somebody has decided this already."))
    if len(answer) > LONGEST_TEXT:
        raise BadInput(
            {
                "answer": gettext(
                    "Write %(most)s characters or fewer; this has %(longest)s.", most=LONGEST_TEXT, longest=len(answer)
                )
            }
        )
    suggestion.state, suggestion.answer = state, answer.strip()
    suggestion.decided_at, suggestion.decided_by = clock.now(), by
