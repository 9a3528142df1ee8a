"""The auditor's own reading of the posts to whom an end is passed on that nobody knows of. Reads only."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from partnerdir.accounts.models import Account, AccountArea
from partnerdir.alerts.evidence import KnownService, Person, Telling
from partnerdir.alerts.models import Alert, AlertReceipt
from partnerdir.alerts.owed import Days, Owed, Settled, is_in_ledger
from partnerdir.alerts.rewinding import day_of
from partnerdir.alerts.rules import AlertKind
from partnerdir.alerts.subjects import Subjects
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.funding.models import FundingWindow

# From how many days before the end each post is told; stewards too where they are coordinators as well.
WITHIN = {"coordinator": timedelta(days=30), "steward": timedelta(days=7)}


class Posts:
    """Which ends are near and acknowledged, and which areas somebody looks after."""

    def __init__(self, days: Days, subjects: Subjects) -> None:
        self.days, self.subjects = days, subjects
        near = FundingWindow.ends_on.between(days.yesterday, days.today + max(WITHIN.values()))
        self.near = set(db.session.scalars(sa.select(FundingWindow.service_id).where(near).distinct()))
        held = sa.select(AccountArea.area_id, Account).join(Account, Account.id == AccountArea.account_id)
        rows = db.session.execute(held.where(Account.active)).unique()
        self.areas_held = {str(area_id) for area_id, account in rows if set(account.role_names) & set(WITHIN)}
        since = datetime.combine(days.yesterday - timedelta(days=1), time(), UTC)
        lately = sa.select(Change.record_type, Change.record_id, Change.at, Change.fields).where(Change.at >= since)
        changes = db.session.execute(lately.where(Change.record_type.in_(("account", "account_area", "alert_receipt"))))
        moves = [change for change in changes if day_of(change.at) >= days.yesterday]
        # Who looks after what was changed: to whom an end is passed on is known for certain again tomorrow.
        self.is_moving = any(
            move.record_type == "account_area" or (move.record_type == "account" and {"active", "roles"} & set(move.fields))
            for move in moves
        )
        self.known = self._list_known({move.record_id for move in moves if move.record_type == "alert_receipt"})

    def _list_known(self, answered_lately: Iterable[uuid.UUID]) -> set[tuple[uuid.UUID, date]]:
        """The ends that somebody has said they know of, or said something to since yesterday."""
        said = AlertReceipt.acknowledged_at.is_not(None) | AlertReceipt.id.in_(list(answered_lately))
        query = sa.select(Alert.service_id, Alert.ends_on).join(AlertReceipt, AlertReceipt.alert_id == Alert.id).where(said)
        return {(service_id, ends_on) for service_id, ends_on in db.session.execute(query) if service_id and ends_on}

    def list_untold(self, person: Person, settled: Settled, tellings: Sequence[Telling]) -> Iterator[Owed]:
        """The end of this service that this person had to be told of because nobody knows of it, where the ledger lacks it."""
        service = settled.service
        if service.id not in self.near or person.roles_changed_on >= self.days.yesterday:
            return
        for owed in settled.money:
            ends_on = owed.standing.ends_on
            if owed.standing.kind is not AlertKind.ENDING or ends_on is None or (service.id, ends_on) in self.known:
                continue
            within = max((WITHIN[role] for role in person.roles & set(WITHIN) if self._is_for(role, service)), default=None)
            if within is None or ends_on - self.days.yesterday > within:
                continue
            if max(owed.due_on, ends_on - within) >= self.days.since and not is_in_ledger(owed, tellings):
                yield owed

    def _is_for(self, role: str, service: KnownService) -> bool:
        """Whether ends of the service go to everyone with this role; those who look after its area are told anyway."""
        if role == "steward":
            return True
        lately = max(service.moved_on, self.subjects.moved_on) >= self.days.yesterday
        return not self.is_moving and not lately and not self._is_looked_after(service)

    def _is_looked_after(self, service: KnownService) -> bool:
        around = (self.subjects.areas.line_of(own) | self.subjects.areas.below(own) for own in service.place.area_ids)
        return any(not self.areas_held.isdisjoint(area_ids) for area_ids in around)
