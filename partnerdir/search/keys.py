"""Ids as the database's driver gives them: making a UUID or an enum of each of a million is what takes longest."""

import uuid
from typing import Any

import sqlalchemy as sa


def as_given(column: Any) -> Any:
    """The column, read as the driver gives it."""
    return sa.type_coerce(column, sa.types.NullType())


def uuid_of(key: Any) -> uuid.UUID:
    """The id that the driver gave in its own way."""
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)
