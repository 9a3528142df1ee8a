"""A search as an opaque address: encrypted, so that no history, bookmark or log shows what was looked for."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from partnerdir.errors import Missing
from partnerdir.search.carrying import carried, unpacked, written
from partnerdir.search.rules import Question
from partnerdir.settings import Settings

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random nonces of 96 bits
BLOCK_BYTES = 48  # padded to whole blocks, so that the length of an address does not give short words away


def sealed(question: Question) -> str:
    """The question as part of an address; never twice the same, so that two addresses cannot be compared."""
    return locked(carried(question))


def opened(text: str) -> Question:
    """The question in an address. Raises: Missing when the address was mistyped, tampered with or made elsewhere."""
    parts = unlocked(text)
    if isinstance(parts, list):
        parts = dict(zip(_OF_OLD_ADDRESSES, parts, strict=True))
    return unpacked(parts, _settings().page_size)


def locked(parts: Any, kind: bytes | None = None) -> str:
    """What is asked as part of an address, that only this site can read, and only as a question of the same kind."""
    plain = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=written).encode()
    plain += b" " * (-len(plain) % BLOCK_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher().encrypt(nonce, plain, kind)).rstrip(b"=").decode()


def unlocked(text: str, kind: bytes | None = None) -> Any:
    """What was locked. Raises: Missing when the address was mistyped, tampered with or made elsewhere."""
    try:
        token = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return json.loads(_cipher().decrypt(token[:NONCE_BYTES], token[NONCE_BYTES:], kind))
    except (ValueError, InvalidTag) as wrong:
        raise Missing("There is no such search.") from wrong


def _cipher() -> AESGCM:
    settings = _settings()
    settings.require_secrets()
    return AESGCM(sha256(str(settings.question_key).encode()).digest())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


_OF_OLD_ADDRESSES = ("words", "need_id", "area_id", "page")  # they were a list; bookmarks of them still open
