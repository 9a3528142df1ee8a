"""What can go wrong with a message on its way."""

from datetime import timedelta

from partnerdir.errors import PartnerdirError


class NotDelivered(PartnerdirError):  # the design's own word for it
    """A channel could not deliver one message; permanent when trying again cannot help.

    `wait` is how long the other side asked to be left alone, if it did.
    """

    def __init__(self, reason: str, permanent: bool = False, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.wait = wait


class Unreachable(NotDelivered):
    """A channel cannot deliver anything at present; the other messages can wait as well."""
