"""A walk through every door of the site, as everybody who may come: what was answered, written and left unsaved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.accounts.rules import RoleName
from partnerdir.alerts.actions import add_watch
from partnerdir.alerts.asking_contacts import sealed_request
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState
from partnerdir.alerts.unsubscribing import sealed_watch
from partnerdir.database import db, has_unsaved_changes
from partnerdir.directory.actions import add_contact, add_location, add_service_at_location
from partnerdir.directory.models import Contact, Service
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin
from partnerdir.directory.suggestions import add_suggestion
from partnerdir.jobs import scan
from partnerdir.lists.actions import add_entries, add_search, add_share, add_shortlist
from partnerdir.search.index import rebuild
from partnerdir.search.rules import Question
from partnerdir.settings import Settings
from partnerdir.web.frontline.compare import KIND
from partnerdir.web.papers import sealed_list
from partnerdir.web.public.drafts import Draft, NeedRow, PersonRow, sealed_draft
from partnerdir.web.questions import locked, sealed
from tests import make, people

STRANGER = "a stranger"
READERS = (STRANGER, *RoleName)
WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")
WALKED = ("GET", "POST")


@dataclass(frozen=True)
class Visit:
    """One request and what came of it."""

    reader: str
    method: str
    endpoint: str
    address: str
    status: int
    location: str = ""
    page: str = ""
    written: tuple[str, ...] = ()
    is_unsaved: bool = False
    fault: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.address} ({self.endpoint}) as {self.reader}"


Walk = Callable[[str, FlaskClient, str, str, str], Visit]


@contextmanager
def walking(app: Flask) -> Iterator[Walk]:
    """Watches the database while doors are visited; begins before the site has answered anybody."""
    written: list[str] = []
    unsaved: list[bool] = []

    def note_statement(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            written.append(statement)

    def note_end(_error: object) -> None:
        unsaved.append(has_unsaved_changes(db.session()))

    def visit(reader: str, client: FlaskClient, method: str, endpoint: str, address: str) -> Visit:
        written.clear()
        unsaved.clear()
        try:
            answer = client.open(address, method=method)
        except Exception as fault:  # whatever a view lets out is what this walk is to find, and the walk goes on
            said = f"{type(fault).__name__}: {fault}"
            return Visit(reader, method, endpoint, address, 500, "", "", tuple(written), any(unsaved), said)
        page = answer.text if answer.mimetype == "text/html" and not answer.location else ""
        answer.close()
        return Visit(
            reader, method, endpoint, address, answer.status_code, answer.location or "", page, tuple(written), any(unsaved)
        )

    app.teardown_request(note_end)
    sa.event.listen(db.engine, "before_cursor_execute", note_statement)
    yield visit
    sa.event.remove(db.engine, "before_cursor_execute", note_statement)


def visit_everything(app: Flask) -> list[Visit]:
    """Reads every page as everybody, then presses every button with an empty form, those with least rank first."""
    examples = _add_examples(app)
    with walking(app) as visit:
        clients = {reader: app.test_client() if reader == STRANGER else people.signed_in(app, reader) for reader in READERS}
        return [
            visit(reader, client, method, rule.endpoint, _address(app, rule, examples))
            for method in WALKED
            for reader, client in clients.items()
            for rule in _list_doors(app, method)
        ]


def _list_doors(app: Flask, method: str) -> list[Rule]:
    doors = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted(doors, key=lambda rule: rule.endpoint == "security.logout")  # whoever has signed out visits no more


def _address(app: Flask, rule: Rule, examples: dict[str, str]) -> str:
    unknown = rule.arguments - examples.keys()
    assert not unknown, f"{rule} asks for {', '.join(unknown)}; give an example of it in tests/house/visits.py"
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: examples[name] for name in rule.arguments})  # type: ignore[arg-type]  # its own options are no arguments of ours


def _add_examples(app: Flask) -> dict[str, str]:
    """One record of each kind that an address can name, and its name there."""
    settings = app.extensions["settings"]
    watcher = people.a_person(RoleName.FRONTLINE)
    with make.saved():
        need = make.a_need()
        service = make.a_service(needs=[need], area_ids=[make.an_area().id], phones=["0131 496 0001"])
        add_service_at_location(service, add_location(name="Harbour Hall", address_1="1 Quay Street", postal_code="ZZ1 1AA"))
        contact = add_contact(service, "Duty worker", phones=["0131 496 0002"])
        window = make.a_window(service, ends_on=clock.today() + timedelta(days=40))
        watch = add_watch(watcher.id, service.id)
        kept = _add_kept(watcher, service)
        suggestion = add_suggestion(service.id, SuggestionKind.HAS_CLOSED, "", SuggestionOrigin.PUBLIC)
    request_token = _add_request(service, contact, settings)
    scan(settings)
    alert = db.session.scalars(sa.select(Alert).where(Alert.kind == AlertKind.ENDING)).first()
    assert alert is not None
    rebuild(settings.resolved_index_folder)
    with app.test_request_context():
        question = sealed(Question(words="family"))
        listed = sealed_list([service.id])
        compared = locked([service.id.hex], KIND)
        family = sealed_draft(Draft(needs=(NeedRow(need.code),), people=(PersonRow("9"),)))
    return {
        "service_id": str(service.id),
        "need_id": str(need.id),
        "contact_id": str(contact.id),
        "window_id": str(window.id),
        "account_id": str(watcher.id),
        "suggestion_id": str(suggestion.id),
        "request_token": request_token,
        "alert_id": str(alert.id),
        "question": question,
        "paper": listed,
        **kept,
        "chosen": compared,
        "family": family,
        "token": sealed_watch(watch.id, str(settings.secret_key)),
        "filename": "favicon.svg",
    }


def _add_kept(account: Account, service: Service) -> dict[str, str]:
    """A list that is shared, and a saved search."""
    shortlist = add_shortlist(account.id, "Tuesday visits")
    add_entries(shortlist, [service.id], account.id)
    add_share(shortlist, False, organisation_id=service.organisation_id)
    search = add_search(account.id, "Rent", {"words": "rent"})
    return {
        "shortlist_id": str(shortlist.id),
        "share_id": str(shortlist.shares[0].id),
        "search_id": str(search.id),
    }


def _add_request(service: Service, contact: Contact, settings: Settings) -> str:
    """A contact who was asked to confirm a service, and the token of their link."""
    with make.saved() as session:
        contact.email = "duty@harbour.example"
        alert = Alert(key="an example", kind=AlertKind.REVIEW_DUE, service_id=service.id, found_on=clock.today())
        alert.details = {"recorded_on": clock.today().isoformat()}
        session.add(alert)
        session.flush()
        asked = Delivery(alert_id=alert.id, contact_id=contact.id, state=DeliveryState.SENT, next_try_at=clock.now())
        session.add(asked)
        session.flush()
        return sealed_request(asked.id, str(settings.secret_key))
