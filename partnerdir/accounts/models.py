"""What is stored of the people who sign in.

Flask-Security asks its own mixins of the two models; this file is the one named exception to the rule that
keeps web libraries upstairs (docs/decisions/0005-accounts.md).
"""

import uuid
from datetime import date

import sqlalchemy as sa
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partnerdir.database import Base, Record

account_role = sa.Table(
    "account_role",
    Base.metadata,
    sa.Column("account_id", sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("role.id"), primary_key=True, index=True),
)


class Role(Record, Base, RoleMixin):  # type: ignore[misc]  # the mixin thinks an id is a number
    """What a person may do: frontline, coordinator or steward."""

    name: Mapped[str] = mapped_column(sa.String(30), unique=True)


class Account(Record, Base, UserMixin):  # type: ignore[misc]  # the mixin thinks an id is a number
    """A person who signs in."""

    unlogged = ("password", "fs_uniquifier")
    logged_lists = ("roles",)

    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(sa.String(20), default="")  # empty: whatever the browser asks for, and English mail
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True, default=lambda: uuid.uuid4().hex)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # the mixin cannot know our Role
        secondary=account_role, lazy="selectin"
    )

    areas: Mapped[list["AccountArea"]] = relationship(cascade="all, delete-orphan")

    @property
    def role_names(self) -> list[str]:
        """The names of the roles held."""
        return [role.name for role in self.roles]


class AccountArea(Record, Base):
    """An area that a coordinator looks after, and since when."""

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    area_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("area.id"), index=True)
    began_on: Mapped[date] = mapped_column()

    __table_args__ = (sa.UniqueConstraint("account_id", "area_id"),)

    @property
    def about_id(self) -> uuid.UUID:
        """Filed under its account."""
        return self.account_id
