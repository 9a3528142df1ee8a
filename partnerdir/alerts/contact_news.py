"""Whom to ring has changed: what the change log of the last weeks says of a service's contacts and numbers.

What is told is what a civil day changed in all: a post that came and went, or a number that was put back, is no news.
A post that is kept confidential is never spoken of.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from partnerdir import clock
from partnerdir.accounts.models import Account
from partnerdir.alerts.models import Alert, Delivery
from partnerdir.alerts.rules import AlertKind, DeliveryState, Fact
from partnerdir.changes import Change
from partnerdir.database import db
from partnerdir.directory.models import Contact

RECENT = timedelta(days=30)  # what is longer ago, nobody waits for any more
TOLD_FIELDS = ("title", "email")
Post = uuid.UUID | None  # a contact; None is the service itself, which has numbers of its own


@dataclass(frozen=True)
class PostNews:
    """What a day changed of one post; of one that is gone, what it was called."""

    contact_id: Post
    action: str
    change_id: int
    changed: tuple[str, ...] = ()
    old_title: str = ""


@dataclass
class _Course:
    """All that a day's changes did to one post, the earliest first."""

    entries: list[Any] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # came: 1, went: -1
    newest: int = 0


def list_contact_facts(service_ids: Sequence[uuid.UUID], day: date) -> dict[uuid.UUID, list[Fact]]:
    """For each service, one fact for each day of the last weeks on which it changed whom to ring."""
    found: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    for (service_id, changed_on), news in sorted(list_news(service_ids, day - RECENT, day).items()):
        newest = max(post.change_id for post in news)
        details = {"changed_on": changed_on.isoformat()}
        found[service_id].append(Fact(AlertKind.CONTACT_CHANGED, mark=str(newest), details=details))
    return found


def list_news(service_ids: Sequence[uuid.UUID], first: date, last: date) -> dict[tuple[uuid.UUID, date], list[PostNews]]:
    """What the civil days from the first to the last changed of whom to ring, by service and day."""
    courses: dict[tuple[uuid.UUID, date], dict[Post, _Course]] = defaultdict(lambda: defaultdict(_Course))
    new_services: set[tuple[uuid.UUID, date]] = set()
    for service_id, change in _list_changes(service_ids, first, last):
        key = service_id, clock.civil_time(change.at).date()
        if change.record_type == "service":
            new_services.add(key)
        else:
            _add(courses[key], service_id, change)
    secret = _list_confidential(service_ids)
    news = {
        key: [post for contact_id, course in posts.items() if (post := _news_of(contact_id, course, secret))]
        for key, posts in courses.items()
        if key not in new_services and first <= key[1] <= last
    }
    return {key: posts for key, posts in news.items() if posts}


def _list_changes(service_ids: Sequence[uuid.UUID], first: date, last: date) -> Iterator[tuple[uuid.UUID, Change]]:
    """The changes of contacts and numbers with the service they are of, and the services that were added, in order."""
    within = Change.at >= _before(first), Change.at < _after(last)
    contacts = sa.select(Contact.id, Contact.service_id).where(Contact.service_id.in_(service_ids))
    service_of = dict(db.session.execute(contacts).all())
    changed = Change.record_type.in_(("contact", "phone")) | ((Change.record_type == "service") & (Change.action == "added"))
    found: list[tuple[uuid.UUID, Change]] = []
    for change in db.session.scalars(sa.select(Change).where(Change.about_id.in_(service_ids), changed, *within)):
        found.append((change.about_id, change))
    of_contacts = list(service_of)
    for start in range(0, len(of_contacts), 500):
        part = of_contacts[start : start + 500]
        numbers = sa.select(Change).where(Change.about_id.in_(part), Change.record_type == "phone", *within)
        found += [(service_of[change.about_id], change) for change in db.session.scalars(numbers)]
    return iter(sorted(found, key=lambda pair: pair[1].id))


def _before(day: date) -> datetime:
    """A moment shortly before the civil day begins, in whatever time zone."""
    return datetime.combine(day - timedelta(days=1), time(), UTC)


def _after(day: date) -> datetime:
    """A moment shortly after the civil day has ended, in whatever time zone."""
    return datetime.combine(day + timedelta(days=2), time(), UTC)


def _add(posts: dict[Post, _Course], service_id: uuid.UUID, change: Change) -> None:
    if change.record_type == "contact":
        course = posts[change.record_id]
        course.entries.append(change)
    else:
        course = posts[None if change.about_id == service_id else change.about_id]
        for place, sign in ((0, -1), (1, 1)):
            number = change.fields.get("number", [None, None])[place]
            if number:
                course.numbers[number] += sign
    course.newest = max(course.newest, change.id)


def _news_of(contact_id: Post, course: _Course, secret: Mapping[uuid.UUID, bool]) -> PostNews | None:
    """What a day made of one post in all; None where that is nothing, or nothing that may be said."""
    actions = [entry.action for entry in course.entries]
    if contact_id is not None and secret.get(contact_id, "removed" not in actions):
        return None
    if "removed" in actions:
        gone = course.entries[-1].fields
        if "added" in actions or gone.get("is_confidential", [False])[0]:
            return None
        return PostNews(contact_id, "removed", course.newest, old_title=_first_title(course) or gone["title"][0])
    if "added" in actions:
        return PostNews(contact_id, "added", course.newest)
    changed = [name for name in TOLD_FIELDS if _differs(course.entries, name)]
    if any(course.numbers.values()):
        changed.append("number")
    old_title = _first_title(course) if "title" in changed else ""
    return PostNews(contact_id, "changed", course.newest, tuple(changed), old_title) if changed else None


def _first_title(course: _Course) -> str:
    """What the post was called before the day's first change of its title; empty where its title did not change."""
    titles = [entry.fields["title"][0] for entry in course.entries if entry.action == "changed" and "title" in entry.fields]
    return titles[0] if titles else ""


def _differs(entries: Iterable[Change], name: str) -> bool:
    values = [entry.fields[name] for entry in entries if name in entry.fields]
    return bool(values) and values[0][0] != values[-1][1]


def _list_confidential(service_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, bool]:
    query = sa.select(Contact.id, Contact.is_confidential).where(Contact.service_id.in_(service_ids))
    return dict(db.session.execute(query).all())


def contacts_in_question(way: sa.Subquery, day: date) -> Iterator[sa.Select[Any]]:
    """Asks for services of which contacts or numbers changed lately, where somebody who is told of them was not told since.

    What is filed under the service, and what under one of its contacts, are asked apart: together no index would serve.
    """
    lately = Change.at >= _before(day - RECENT), Change.at < _after(day)
    told = (
        sa.select(Delivery.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(
            Delivery.account_id == way.c.account_id,
            Delivery.state != DeliveryState.DROPPED,
            Alert.service_id == way.c.service_id,
            Alert.kind == AlertKind.CONTACT_CHANGED,
            # Marks of other kinds are no numbers, and PostgreSQL may look at them first.
            sa.case((Alert.kind == AlertKind.CONTACT_CHANGED, sa.cast(Alert.mark, sa.BigInteger)), else_=0) >= Change.id,
        )
    )
    untold = Account.active, ~told.correlate(way, Change).exists()
    watched = sa.select(way.c.service_id).join(Account, Account.id == way.c.account_id)
    of_service = watched.join(Change, Change.about_id == way.c.service_id)
    yield of_service.where(Change.record_type.in_(("contact", "phone")), *lately, *untold)
    of_contact = watched.join(Contact, Contact.service_id == way.c.service_id).join(Change, Change.about_id == Contact.id)
    yield of_contact.where(Change.record_type == "phone", *lately, *untold)
