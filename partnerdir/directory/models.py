"""What is stored of organisations, services, places and contacts; field names follow HSDS 3.1."""

import uuid
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir.database import Base, ListOf, Moment, Record, one_of
from partnerdir.directory.rules import (
    Access,
    Audience,
    Circumstance,
    ClosingReason,
    Referral,
    ServiceStatus,
    SuggestionKind,
    SuggestionOrigin,
    SuggestionState,
    Taking,
    Way,
)

service_need = sa.Table(
    "service_need",
    Base.metadata,
    sa.Column("service_id", sa.ForeignKey("service.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("need_id", sa.ForeignKey("need.id"), primary_key=True),
    sa.Index("ix_service_need_need_id_service_id", "need_id", "service_id"),
)


class Organisation(Record, Base):
    """A body that runs services or pays for them."""

    name: Mapped[str] = mapped_column(sa.String(300), index=True)
    description: Mapped[str] = mapped_column(sa.Text, default="")
    website: Mapped[str] = mapped_column(sa.String(500), default="")
    email: Mapped[str] = mapped_column(sa.String(320), default="")
    is_confidential: Mapped[bool] = mapped_column(default=False)

    identifiers: Mapped[list["OrganisationIdentifier"]] = relationship(cascade="all, delete-orphan")
    phones: Mapped[list["Phone"]] = relationship(cascade="all, delete-orphan")


class OrganisationIdentifier(Record, Base):
    """A number that a register gave an organisation, such as GB-SC-SC012345 (org-id.guide)."""

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    identifier: Mapped[str] = mapped_column(sa.String(100), unique=True)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its organisation."""
        return self.organisation_id


class Need(Record, Base):
    """What a person is looking for, in a tree, with the words people use for it."""

    code: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    words: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("need.id"), index=True)

    parent: Mapped["Need | None"] = relationship(remote_side="Need.id")


class Eligibility:
    """For whom a service is: ages, circumstances, how to be referred, whether it takes people now."""

    minimum_age: Mapped[int | None] = mapped_column()
    maximum_age: Mapped[int | None] = mapped_column()
    eligibility_description: Mapped[str] = mapped_column(sa.Text, default="")
    circumstances: Mapped[list[str]] = mapped_column(ListOf(Circumstance), default=list)
    referral: Mapped[Referral] = mapped_column(one_of(Referral), default=Referral.UNKNOWN)
    application_process: Mapped[str] = mapped_column(sa.Text, default="")
    taking: Mapped[Taking] = mapped_column(one_of(Taking), default=Taking.UNKNOWN)


class Service(Record, Eligibility, Base):
    """What is offered."""

    logged_lists = ("needs",)

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(300), index=True)
    alternate_name: Mapped[str] = mapped_column(sa.String(300), default="")
    summary: Mapped[str] = mapped_column(sa.String(300), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    email: Mapped[str] = mapped_column(sa.String(320), default="")
    status: Mapped[ServiceStatus] = mapped_column(one_of(ServiceStatus), default=ServiceStatus.ACTIVE, index=True)
    fees_description: Mapped[str] = mapped_column(sa.Text, default="")
    languages: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    accessibility: Mapped[list[str]] = mapped_column(ListOf(Access), default=list)
    ways: Mapped[list[str]] = mapped_column(ListOf(Way), default=list)
    is_confidential: Mapped[bool] = mapped_column(default=False)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    assured_on: Mapped[date | None] = mapped_column(index=True)
    assured_by: Mapped[str] = mapped_column(sa.String(200), default="")

    organisation: Mapped[Organisation] = relationship()
    needs: Mapped[list[Need]] = relationship(secondary=service_need, order_by=Need.name)
    phones: Mapped[list["Phone"]] = relationship(cascade="all, delete-orphan")
    contacts: Mapped[list["Contact"]] = relationship(cascade="all, delete-orphan", order_by="Contact.title")
    schedules: Mapped[list["Schedule"]] = relationship(cascade="all, delete-orphan")
    places: Mapped[list["ServiceAtLocation"]] = relationship(cascade="all, delete-orphan")
    areas_served: Mapped[list["ServiceArea"]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        sa.CheckConstraint("minimum_age IS NULL OR minimum_age BETWEEN 0 AND 120", name="minimum_age"),
        sa.CheckConstraint("maximum_age IS NULL OR maximum_age BETWEEN 0 AND 120", name="maximum_age"),
        sa.CheckConstraint("minimum_age IS NULL OR maximum_age IS NULL OR minimum_age <= maximum_age", name="ages"),
    )


class _PartOfService:
    """A record that belongs to one service and is filed under it."""

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), index=True)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its service."""
        return self.service_id


class ServiceArea(_PartOfService, Record, Base):
    """An area that a service serves."""

    area_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("area.id"))

    __table_args__ = (
        sa.UniqueConstraint("service_id", "area_id"),
        sa.Index("ix_service_area_area_id_service_id", "area_id", "service_id"),
    )


class Location(Record, Base):
    """A place."""

    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    address_1: Mapped[str] = mapped_column(sa.String(500), default="")
    city: Mapped[str] = mapped_column(sa.String(200), default="")
    postal_code: Mapped[str] = mapped_column(sa.String(20), default="")
    latitude: Mapped[float | None] = mapped_column()
    longitude: Mapped[float | None] = mapped_column()
    area_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    is_confidential: Mapped[bool] = mapped_column(default=False)


class ServiceAtLocation(_PartOfService, Record, Base):
    """This service at this place, with its own hours."""

    location_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("location.id"), index=True)
    description: Mapped[str] = mapped_column(sa.Text, default="")

    location: Mapped[Location] = relationship()
    schedules: Mapped[list["Schedule"]] = relationship(viewonly=True)

    __table_args__ = (sa.UniqueConstraint("service_id", "location_id"),)


class Contact(_PartOfService, Record, Base):
    """A named post or desk to reach, with a first and a last day and a successor; never a person."""

    title: Mapped[str] = mapped_column(sa.String(200))
    department: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(320), default="")
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.PUBLIC)
    is_confidential: Mapped[bool] = mapped_column(default=False)
    first_on: Mapped[date | None] = mapped_column(index=True)
    last_on: Mapped[date | None] = mapped_column(index=True)
    successor_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"))

    phones: Mapped[list["Phone"]] = relationship(cascade="all, delete-orphan")
    successor: Mapped["Contact | None"] = relationship(remote_side="Contact.id", post_update=True)

    __table_args__ = (sa.CheckConstraint("first_on IS NULL OR last_on IS NULL OR first_on <= last_on", name="days"),)


class Phone(Record, Base):
    """A number to ring, of exactly one service, contact or organisation."""

    number: Mapped[str] = mapped_column(sa.String(60))
    extension: Mapped[str] = mapped_column(sa.String(20), default="")
    description: Mapped[str] = mapped_column(sa.String(300), default="")
    service_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True)

    __table_args__ = (
        sa.CheckConstraint(
            "CASE WHEN service_id IS NULL THEN 0 ELSE 1 END + CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_owner",
        ),
    )

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under the service, contact or organisation it rings at."""
        return self.service_id or self.contact_id or self.organisation_id or self.id


class Schedule(_PartOfService, Record, Base):
    """When a service is open, everywhere or at one of its places; days as iCalendar writes them (MO,TU)."""

    service_at_location_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("service_at_location.id", ondelete="CASCADE"), index=True
    )
    byday: Mapped[str] = mapped_column(sa.String(30), default="")
    opens_at: Mapped[time | None] = mapped_column()
    closes_at: Mapped[time | None] = mapped_column()
    description: Mapped[str] = mapped_column(sa.Text, default="")


class Closing(_PartOfService, Record, Base):
    """When and why a service closed; it counts for as long as the service is recorded as closed."""

    closed_on: Mapped[date] = mapped_column()
    reason: Mapped[ClosingReason] = mapped_column(one_of(ClosingReason))
    # The service that its work went to, where it was merged.
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id"), index=True)

    service: Mapped[Service] = relationship(foreign_keys="Closing.service_id")

    __table_args__ = (
        sa.UniqueConstraint("service_id"),
        sa.CheckConstraint("(merged_into_id IS NULL) = (reason <> 'merged')", name="merged"),
        sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> service_id", name="not_itself"),
    )


class Suggestion(_PartOfService, Record, Base):
    """A change proposed from outside: what is wrong with what we say of a service, and what became of it."""

    unlogged = ("reference",)

    kind: Mapped[SuggestionKind] = mapped_column(one_of(SuggestionKind))
    text: Mapped[str] = mapped_column(sa.String(500), default="")
    # The end of the money as whoever suggests knows it.
    ends_on: Mapped[date | None] = mapped_column()
    origin: Mapped[SuggestionOrigin] = mapped_column(one_of(SuggestionOrigin))
    # The post of a contact, or of staff; empty for the public, who are never asked.
    made_by: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[SuggestionState] = mapped_column(one_of(SuggestionState), default=SuggestionState.OPEN)
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    # Whoever has this code may read the answer.
    reference: Mapped[str] = mapped_column(sa.String(10), unique=True)
    made_on: Mapped[date] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str] = mapped_column(sa.String(200), default="")

    service: Mapped[Service] = relationship()

    __table_args__ = (sa.Index("ix_suggestion_state_made_on", "state", "made_on"),)
