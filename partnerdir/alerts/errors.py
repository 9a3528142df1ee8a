"""What can go wrong with a message on its way."""

from datetime import timedelta

from partnerdir.errors import PartnerdirError


class NotDelivered(PartnerdirError):  # the design's own word for it
    """A channel could not deliver one message; permanent when trying again cannot help."""

    def __init__(self, reason: str, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Unreachable(NotDelivered):
    """A channel cannot deliver anything at present; the other messages can wait as well."""


class NotYet(PartnerdirError):
    """A message is held back because of how its reader wishes to be told; `wait` is until it is looked at again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("It waits for the time that its reader chose.")
        self.wait = wait
