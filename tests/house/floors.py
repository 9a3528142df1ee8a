"""The rooms of the house and the floors they are on, as data."""

from tests.house.source import Source

FLOORS: dict[int, tuple[str, ...]] = {
    7: ("app",),
    6: ("factory",),
    5: ("web", "cli", "worker", "jobs", "tables"),
    4: ("alerts", "search", "exchange", "reports"),
    3: ("funding", "lists"),
    2: ("accounts", "directory", "geography"),
    1: ("settings", "database", "clock", "dates", "languages", "errors", "changes", "runs", "migrations"),
}
GROUND, DOORS = 1, 5
# The ground floor is one room. Jobs are one table, each also a command; the worker is a command that runs them all.
NEIGHBOURS = {
    ("cli", "jobs"),
    ("cli", "worker"),
    ("worker", "jobs"),
    *((one, other) for one in FLOORS[GROUND] for other in FLOORS[GROUND]),
}
# Inside a room: what is stored and what is true, then what is asked, then what is done, then the rest.
STEPS = {"models": 0, "rules": 0, "queries": 1, "actions": 2}
REST = 3


def room_of(module: str) -> str | None:
    """The room that a module is in: `directory` of `partnerdir.directory.queries`; None for what is not ours."""
    parts = module.split(".")
    if parts[0] == "partnerdir":
        return parts[1] if len(parts) > 1 else ""
    return "app" if parts[0] == "app" else None


def find_floor(room: str | None) -> int | None:
    """The floor that a room is on."""
    return next((floor for floor, rooms in FLOORS.items() if room in rooms), None)


def floor_of(source: Source) -> int:
    """The floor that a file is on; a file without one counts as the lowest, where the least is allowed."""
    return find_floor(room_of(source.module)) or GROUND
