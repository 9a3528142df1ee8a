"""A search as an opaque address: encrypted, so that no history, bookmark or log shows what was looked for."""

import json
import secrets
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from partnerdir.errors import Missing
from partnerdir.search.rules import Question
from partnerdir.settings import Settings

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random nonces of 96 bits
BLOCK_BYTES = 48  # padded to whole blocks, so that the length of an address does not give short words away


def sealed(question: Question) -> str:
    """The question as part of an address; never twice the same, so that two addresses cannot be compared."""
    parts = [question.words, _hex(question.need_id), _hex(question.area_id), question.page]
    plain = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    plain += b" " * (-len(plain) % BLOCK_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher().encrypt(nonce, plain, None)).rstrip(b"=").decode()


def opened(text: str) -> Question:
    """The question in an address. Raises: Missing when the address was mistyped, tampered with or made elsewhere."""
    try:
        token = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = _cipher().decrypt(token[:NONCE_BYTES], token[NONCE_BYTES:], None)
    except (ValueError, InvalidTag) as wrong:
        raise Missing("There is no such search.") from wrong
    words, need, area, page = json.loads(plain)
    return Question(words, need and uuid.UUID(need), area and uuid.UUID(area), page, _settings().page_size)


def _cipher() -> AESGCM:
    settings = _settings()
    settings.require_secrets()
    return AESGCM(sha256(str(settings.question_key).encode()).digest())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _hex(record_id: uuid.UUID | None) -> str | None:
    return record_id.hex if record_id else None
