"""Who may do what."""

from collections.abc import Iterable
from enum import StrEnum


class RoleName(StrEnum):
    """What a person who signs in is; each may do what the one before may."""

    FRONTLINE = "frontline"
    COORDINATOR = "coordinator"
    STEWARD = "steward"


def has_rank(held: Iterable[str], needed: RoleName) -> bool:
    """Whether any of the roles held is the needed one or a higher one."""
    order = list(RoleName)
    return any(order.index(RoleName(name)) >= order.index(needed) for name in held)
