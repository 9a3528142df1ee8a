"""What can go wrong in words a door can act on."""


class PartnerdirError(Exception):
    """The base of every error of our own; its text is a plain sentence."""


class BadSetting(PartnerdirError):
    """A setting that cannot be used; names the setting."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}.")


class Missing(PartnerdirError):
    """What was asked for does not exist."""


class Refused(PartnerdirError):
    """The person may not do this."""


class Conflict(PartnerdirError):
    """Somebody else changed the record first, or it already exists."""


class BadInput(PartnerdirError):
    """What was typed or sent cannot be used: a sentence for each field."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = sentences
