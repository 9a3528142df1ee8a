"""Who may do what."""

from collections.abc import Iterable
from enum import StrEnum


class RoleName(StrEnum):
    """What a person who signs in is; each may do what the one before may."""

    FRONTLINE = "frontline"
    COORDINATOR = "coordinator"
    STEWARD = "steward"


MAY_LOOK_AFTER_AREAS = (RoleName.COORDINATOR, RoleName.STEWARD)


def has_rank(held: Iterable[str], needed: RoleName) -> bool:
    """Whether any of the roles held is the needed one or a higher one."""
    order = list(RoleName)
    return any(order.index(RoleName(name)) >= order.index(needed) for name in held)


def may_look_after_areas(held: Iterable[str]) -> bool:
    """Whether somebody with these roles may be given areas to look after."""
    return any(RoleName(name) in MAY_LOOK_AFTER_AREAS for name in held)
