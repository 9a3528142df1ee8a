"""Services that match somebody's saved search and never did before: each told once, for that search, to who saved it."""

import uuid
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from partnerdir.accounts.models import Account
from partnerdir.alerts.actions import add_alerts
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, Due, Fact, Watcher
from partnerdir.database import db
from partnerdir.directory.models import Service
from partnerdir.languages import gettext_noop
from partnerdir.lists.models import SavedSearch

WHY = gettext_noop("You saved a search that it matches.")


def add_new_matches(search: SavedSearch, service_ids: Sequence[uuid.UUID], day: date) -> None:
    """Queues these services as new matches of a saved search, those that were not told of it before."""
    account = db.session.get_one(Account, search.account_id)
    if not account.active or not service_ids:
        return
    fact = Fact(AlertKind.NEW_MATCH, mark=search.id.hex)
    told = set(db.session.scalars(sa.select(Alert.service_id).where(Alert.kind == fact.kind, Alert.mark == fact.mark)))
    names = dict(db.session.execute(sa.select(Service.id, Service.name).where(Service.id.in_(service_ids))).all())
    add_alerts(
        [
            Due(service_id, name, fact, (None,), (_searcher(account, name),))
            for service_id, name in names.items()
            if service_id not in told
        ],
        day,
    )


def find_searcher(delivery: Delivery) -> Watcher | None:
    """Who saved the search that an alert tells of; None when they deleted it."""
    search = db.session.get(SavedSearch, uuid.UUID(delivery.alert.mark))
    account = delivery.account
    if search is None or account is None or search.account_id != account.id:
        return None
    return _searcher(account, delivery.alert.service.name)


def _searcher(account: Account, service_name: str) -> Watcher:
    return Watcher(account.id, account.email, service_name, None, date.min, None, WHY)
