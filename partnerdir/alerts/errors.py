"""What can go wrong with a message on its way."""

from partnerdir.errors import PartnerdirError


class NotDelivered(PartnerdirError):  # the design's own word for it
    """A channel could not deliver one message; permanent when trying again cannot help."""

    def __init__(self, reason: str, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Unreachable(NotDelivered):
    """A channel cannot deliver anything at present; the other messages can wait as well."""
