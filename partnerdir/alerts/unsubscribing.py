"""The link that ends a watch without signing in: the watch's id, sealed so that nobody can make one up."""

import uuid

from itsdangerous import BadSignature, URLSafeSerializer

PURPOSE = "end a watch"


def sealed_watch(watch_id: uuid.UUID, secret: str) -> str:
    """The id as a token for a link."""
    return str(URLSafeSerializer(secret, salt=PURPOSE).dumps(watch_id.hex))


def opened_watch(token: str, secret: str) -> uuid.UUID | None:
    """The id that was sealed; None when the token was not made here."""
    try:
        return uuid.UUID(hex=URLSafeSerializer(secret, salt=PURPOSE).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
